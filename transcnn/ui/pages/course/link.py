"""Where a visitor is in the course: step, query pixel and the example by hand, as in links."""

from dataclasses import dataclass, replace
from typing import Self

from transcnn.course.choice import FIRST_STEP, LearnerChoice
from transcnn.course.hand_map import FIRST_MAP, Numbers, parse_map, spell_map
from transcnn.model.config import Network
from transcnn.ui.app.links import POSITION, LinkPart, Text, param, word


def _read_map(text: str) -> Numbers:
    found = parse_map(text)
    if not found:
        raise ValueError(text)
    return found


@dataclass(frozen=True)
class CourseChoice(LearnerChoice, LinkPart):
    """What a learner has chosen, and how it stands in links. Which steps exist is known only to the
    course itself.
    """

    step: str = param(FIRST_STEP, word(5), "step")
    query: tuple[int, int] | None = param(None, POSITION, "at", of_image=True)
    hand_map: Numbers = param(FIRST_MAP, Text(spell_map, _read_map), "hand")

    @property
    def plain(self) -> LearnerChoice:
        """The same for the course, which knows no links."""
        return LearnerChoice(**vars(self))

    def existing(self, config: Network) -> Self:
        if self.query is not None and max(self.query) >= config.input.size:
            return replace(self, query=None)
        return self

    def for_other_image(self) -> Self:
        return replace(self, query=None, subject_box=None, true_class=None, chosen_map=0)

    def for_other_network(self) -> Self:
        return self.for_other_image()
