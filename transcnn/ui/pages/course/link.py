"""Where a visitor is in the course: step, asking place and the example by hand, as in links."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from transcnn.course.hand_map import FIRST_MAP, Numbers, parse_map, spell_map

FIRST_STEP = "1.1"


@dataclass(frozen=True)
class CourseChoice:
    """`at`: the pixel of the network's input that asks, row and column; None: the first of the
    picture. `hand` is the map of the example by hand. `box` are the cells of the subject, as drawn:
    top, left, bottom, right; `right` is the place of the class that was named as right; `board`
    is which of several boards was chosen.
    """

    step: str = FIRST_STEP
    at: tuple[int, int] | None = None
    hand: Numbers = FIRST_MAP
    box: tuple[int, int, int, int] | None = None
    right: int | None = None
    board: int = 0

    def forget_picture(self) -> "CourseChoice":
        """The same for another picture or network: what was chosen on this one is left behind."""
        return replace(self, at=None, box=None, right=None, board=0)

    def link(self) -> dict[str, str]:
        """The parameters of a link."""
        found = {"step": self.step}
        if self.at is not None:
            found["at"] = f"{self.at[0]},{self.at[1]}"
        if self.hand != FIRST_MAP:
            found["hand"] = spell_map(self.hand)
        return found


def read_course(link: Mapping[str, str], size: int) -> CourseChoice:
    """The place that a link names, on an input of `size` pixels; the first for what does not
    exist. Which steps exist is known only to the course itself.
    """
    step = link.get("step", FIRST_STEP)
    parts = link.get("at", "").split(",")
    known = len(parts) == 2 and all(
        part.isascii() and part.isdecimal() and len(part) < 6 and int(part) < size for part in parts
    )
    at = (int(parts[0]), int(parts[1])) if known else None
    hand = parse_map(link.get("hand", "")) or FIRST_MAP
    return CourseChoice(step if len(step) < 6 else FIRST_STEP, at, hand)
