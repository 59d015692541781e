"""One step of the course, as code knows it; its words are in a lesson."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from transcnn.course.questions import Kind, PosedQuestion
from transcnn.course.scene import Scene


@dataclass(frozen=True)
class Question:
    """How one question is posed about a scene; None where this picture does not allow it.

    `options` and `ways` (wrong ways that are known) have words in the lesson, `gaps` are what its
    sentences may name; `also` names what the answer depends on besides network, picture and asker.
    """

    kind: Kind
    pose: Callable[[Scene], PosedQuestion | None]
    options: tuple[str, ...] = ()
    placeholders: tuple[str, ...] = ()
    misconceptions: tuple[str, ...] = ()
    depends_on: Callable[[Scene], str] = lambda _: ""


@dataclass(frozen=True, eq=False)
class Step:
    """`trap`: it begins with a map that looks right and is not, so its title waits for the
    reveal. `body_first`: the text stands before the questions. `facts` fill the gaps of the text.
    `lacks` names what is missing for the step on this picture; None where it can be walked.
    """

    number: str  # "1.3": chapter and step
    name: str
    questions: Mapping[str, Question]
    equation: Callable[[Scene, bool], str]  # LaTeX; True once the numbers are revealed
    facts: Callable[[Scene], Mapping[str, str]] = field(default=lambda _: {})
    placeholders: tuple[str, ...] = ()
    missing: Callable[[Scene], str | None] = lambda _: None
    misleading_start: bool = False
    body_first: bool = False
    ends_chapter: bool = False

    @property
    def chapter(self) -> int:
        return int(self.number.split(".")[0])
