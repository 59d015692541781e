"""One step of the course, as code knows it; its words are in a lesson."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from transcnn.course.questions import Kind, PosedQuestion
from transcnn.course.scene import Scene


@dataclass(frozen=True)
class Question:
    """How one question is posed about a scene; None where this image does not allow it.

    `options` and `misconceptions` have words in the lesson, `placeholders` are what its sentences
    may name; `depends_on` names what the answer depends on besides network, image and query.
    """

    kind: Kind
    pose: Callable[[Scene], PosedQuestion | None]
    options: tuple[str, ...] = ()
    placeholders: tuple[str, ...] = ()
    misconceptions: tuple[str, ...] = ()
    depends_on: Callable[[Scene], str] = lambda _: ""


@dataclass(frozen=True)
class MeasuredSentence:
    """A sentence that a measured value chooses: of its `variants`, whose words are in the lesson,
    the one whose condition holds. Exactly one does for every number; for NaN the last is taken.
    """

    value: Callable[[Scene], float]
    variants: Mapping[str, Callable[[float], bool]]

    def choose(self, scene: Scene) -> str:
        """The name of the variant that is true of the scene."""
        value = self.value(scene)
        last = list(self.variants)[-1]
        return next((name for name, holds in self.variants.items() if holds(value)), last)


@dataclass(frozen=True, eq=False)
class Step:
    """`name` begins the names of the step's questions. `facts` fill the placeholders of the text,
    and so do `sentences`, each by its name. `missing` names what this image lacks for the step,
    if anything. `detector`: the one that is asked, instead of the learner's network.
    """

    number: str  # "1.3": chapter and step
    name: str
    questions: Mapping[str, Question]
    equation: Callable[[Scene, bool], str]  # LaTeX; True once the numbers are revealed
    facts: Callable[[Scene], Mapping[str, str]] = field(default=lambda _: {})
    placeholders: tuple[str, ...] = ()
    sentences: Mapping[str, MeasuredSentence] = field(default_factory=dict)
    missing: Callable[[Scene], str | None] = lambda _: None
    ends_chapter: bool = False
    detector: str | None = None

    @property
    def chapter(self) -> int:
        return int(self.number.split(".")[0])
