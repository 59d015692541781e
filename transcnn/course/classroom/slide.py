"""What a teacher shows: all that a question is about, so that everybody answers the same one."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from transcnn.course.choice import LearnerChoice


@dataclass(frozen=True, kw_only=True)
class Slide:
    """A network, a picture, and what was chosen on it. The picture is a sample, by name, or one
    that the teacher shared with the class, by its digest.
    """

    model: str
    choice: LearnerChoice
    sample: str | None = None
    shared: str | None = None

    def as_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)


def read_slide(text: str) -> Slide:
    """The slide that `as_json` wrote; or an earlier version, where all was in one table."""
    found: dict[str, Any] = json.loads(text)
    if "choice" not in found:
        shared, sample = found["picture"].removeprefix("shared/"), found["picture"]
        names = ("step", "at", "hand", "box", "right", "board")
        choice = dict(zip(LearnerChoice.__match_args__, map(found.get, names), strict=True))
        picture = {"shared": shared} if shared != sample else {"sample": sample}
        found = {"model": found["model"], "choice": choice, **picture}
    choice = found.pop("choice")
    choice["hand_map"] = tuple(tuple(row) for row in choice["hand_map"])
    for name in ("query", "subject_box"):
        choice[name] = None if choice[name] is None else tuple(choice[name])
    return Slide(**found, choice=LearnerChoice(**choice))
