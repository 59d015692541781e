"""What a teacher shows: all that a question is about, so that everybody answers the same one."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from transcnn.course.hand_map import Numbers


@dataclass(frozen=True)
class Slide:
    """`picture` is the name of a sample, or `SHARED` and the digest of a picture that the teacher
    gave to the class; `at` the pixel that asks; `hand` the map of the example by hand; `box` the
    cells of the subject, `right` the place of its class, `board` the one that was chosen.
    """

    step: str
    model: str
    picture: str
    at: tuple[int, int]
    hand: Numbers
    box: tuple[int, int, int, int] | None = None
    right: int | None = None
    board: int = 0

    def as_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @property
    def shared(self) -> str | None:
        """The digest of the class's own picture; None for a sample."""
        return self.picture.removeprefix(SHARED) if self.picture.startswith(SHARED) else None


SHARED = "shared/"


def read_slide(text: str) -> Slide:
    """The slide that `as_json` wrote."""
    found: dict[str, Any] = json.loads(text)
    found["hand"] = tuple(tuple(row) for row in found["hand"])
    for name in ("at", "box"):
        found[name] = None if found[name] is None else tuple(found[name])
    return Slide(**found)
