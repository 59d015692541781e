"""Which picture belongs to which step."""

from transcnn.ui.pages.course import ch1_attention as asking
from transcnn.ui.pages.course import ch2_heads as heads
from transcnn.ui.pages.course import ch3_grids as going_up
from transcnn.ui.pages.course import ch4_cost as price
from transcnn.ui.pages.course import ch4_network as other_half
from transcnn.ui.pages.course import ch5_baselines as controls
from transcnn.ui.pages.course import ch5_claims as claims
from transcnn.ui.pages.course.context import StepContext

_PICTURES = {
    **asking.PICTURES,
    **heads.PICTURES,
    **going_up.PICTURES,
    **price.PICTURES,
    **other_half.PICTURES,
    **controls.PICTURES,
    **claims.PICTURES,
}


def touch(context: StepContext) -> None:
    """Draw the picture of the step, which can be touched."""
    _PICTURES[context.step.number](context)
