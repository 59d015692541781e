"""All steps in their order, and all questions by name."""

from transcnn.course import ch1_attention as attention
from transcnn.course import ch2_heads as heads
from transcnn.course import ch3_grids as grids
from transcnn.course import ch4_cost as cost
from transcnn.course import ch4_network as whole
from transcnn.course import ch5_baselines as baselines
from transcnn.course import ch5_claims as claims
from transcnn.course import ch6_detection as detection
from transcnn.course.step import Question, Step

STEPS: tuple[Step, ...] = (
    *attention.STEPS,
    *heads.STEPS,
    *grids.STEPS,
    *cost.STEPS,
    *whole.STEPS,
    *baselines.STEPS,
    *claims.STEPS,
    *detection.STEPS,
)
QUESTIONS: dict[str, Question] = {n: q for step in STEPS for n, q in step.questions.items()}


def find_step(number: str) -> Step:
    """The step called `number`; the first in place of one that does not exist."""
    return next((step for step in STEPS if step.number == number), STEPS[0])
