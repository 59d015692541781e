"""What a learner has chosen to look at in the course."""

from dataclasses import dataclass

from transcnn.course.hand_map import FIRST_MAP, Numbers

FIRST_STEP = "1.1"


@dataclass(frozen=True)
class LearnerChoice:
    """`query`: the pixel of the network's input whose token is the query, row and column; None: the
    first one of the image. `hand_map` is the map of the example by hand. `subject_box` are the grid
    cells of the subject, as drawn: top, left, bottom, right. `true_class` is the index of the class
    that was named as the true one, `chosen_map` which of several maps was chosen.
    """

    step: str = FIRST_STEP
    query: tuple[int, int] | None = None
    hand_map: Numbers = FIRST_MAP
    subject_box: tuple[int, int, int, int] | None = None
    true_class: int | None = None
    chosen_map: int = 0
