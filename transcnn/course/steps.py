"""All steps in their order, and all questions by name."""

from transcnn.course import ch1_attention as asking
from transcnn.course import ch2_heads as heads
from transcnn.course import ch3_grids as going_up
from transcnn.course import ch4_cost as price
from transcnn.course import ch4_network as other_half
from transcnn.course import ch5_baselines as controls
from transcnn.course import ch5_claims as claims
from transcnn.course.step import Question, Step

STEPS: tuple[Step, ...] = (
    *asking.STEPS,
    *heads.STEPS,
    *going_up.STEPS,
    *price.STEPS,
    *other_half.STEPS,
    *controls.STEPS,
    *claims.STEPS,
)
QUESTIONS: dict[str, Question] = {n: q for step in STEPS for n, q in step.questions.items()}


def find_step(number: str) -> Step:
    """The step called `number`; the first in place of one that does not exist."""
    return next((step for step in STEPS if step.number == number), STEPS[0])
