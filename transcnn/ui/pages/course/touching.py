"""What is shown of each step beside its questions."""

from transcnn.ui.pages.course import (
    ch1_attention,
    ch2_heads,
    ch3_grids,
    ch4_cost,
    ch4_network,
    ch5_baselines,
    ch5_claims,
    ch6_detection,
)
from transcnn.ui.pages.course.context import StepContext

_STEPS = {
    **ch1_attention.STEPS,
    **ch2_heads.STEPS,
    **ch3_grids.STEPS,
    **ch4_cost.STEPS,
    **ch4_network.STEPS,
    **ch5_baselines.STEPS,
    **ch5_claims.STEPS,
    **ch6_detection.STEPS,
}


def touch(context: StepContext) -> None:
    """Draw the figures of the step, which can be touched."""
    _STEPS[context.step.number](context)
