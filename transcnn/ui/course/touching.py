"""Which picture belongs to which step."""

from transcnn.ui.course import asking, claims, controls, going_up, heads, other_half, price
from transcnn.ui.course.desk import Desk

_PICTURES = {
    **asking.PICTURES,
    **heads.PICTURES,
    **going_up.PICTURES,
    **price.PICTURES,
    **other_half.PICTURES,
    **controls.PICTURES,
    **claims.PICTURES,
}


def touch(desk: Desk) -> None:
    """Draw the picture of the step, which can be touched."""
    _PICTURES[desk.step.number](desk)
