"""Where a visitor is in the course: step, query pixel and the example by hand, as in links."""

from dataclasses import dataclass, replace
from typing import Self

from transcnn.course.hand_map import FIRST_MAP, Numbers, parse_map, spell_map
from transcnn.model.config import Network
from transcnn.ui.app.links import POSITION, LinkPart, Text, param, word

FIRST_STEP = "1.1"


def _read_map(text: str) -> Numbers:
    found = parse_map(text)
    if not found:
        raise ValueError(text)
    return found


@dataclass(frozen=True)
class CourseChoice(LinkPart):
    """`at`: the query pixel of the network's input, row and column; None: the first of the image.
    `hand` is the map of the example by hand. `box` are the cells of the subject, as drawn: top,
    left, bottom, right; `right` is the index of the class that was named as the true one; `board`
    is which of several grids was chosen. Which steps exist is known only to the course itself.
    """

    step: str = param(FIRST_STEP, word(5), "step")
    at: tuple[int, int] | None = param(None, POSITION, "at", of_image=True)
    hand: Numbers = param(FIRST_MAP, Text(spell_map, _read_map), "hand")
    box: tuple[int, int, int, int] | None = None
    right: int | None = None
    board: int = 0

    def existing(self, config: Network) -> Self:
        if self.at is not None and max(self.at) >= config.input.size:
            return replace(self, at=None)
        return self

    def for_other_image(self) -> Self:
        return replace(self, at=None, box=None, right=None, board=0)

    def for_other_network(self) -> Self:
        return self.for_other_image()
