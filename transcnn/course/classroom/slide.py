"""What a teacher shows: all that a question is about, so that everybody answers the same one."""

import json
from dataclasses import dataclass
from typing import Any

from transcnn.course.hand_map import Numbers


@dataclass(frozen=True)
class Slide:
    """`picture` is the name of a sample, or `SHARED` and the digest of a picture that the teacher
    gave to the class; `at` the pixel that asks; `hand` the map of the example by hand.
    """

    step: str
    model: str
    picture: str
    at: tuple[int, int]
    hand: Numbers

    def as_json(self) -> str:
        return json.dumps(
            [self.step, self.model, self.picture, self.at, self.hand], ensure_ascii=False
        )

    @property
    def shared(self) -> str | None:
        """The digest of the class's own picture; None for a sample."""
        return self.picture.removeprefix(SHARED) if self.picture.startswith(SHARED) else None


SHARED = "shared/"


def read_slide(text: str) -> Slide:
    """The slide that `as_json` wrote."""
    step, model, picture, at, hand = json.loads(text)
    rows: Any = (tuple(row) for row in hand)
    return Slide(step, model, picture, (at[0], at[1]), tuple(rows))
