"""The role of a visitor: alone, learner or teacher of a class; but for its key it is part of the
page's address.
"""

from dataclasses import dataclass, field

from transcnn.course.classroom.slide import Slide
from transcnn.ui.app.links import LinkPart, Text, one_of, param, word
from transcnn.ui.app.session import Session

_LONGEST = 64  # characters of a code


def _read_view(text: str) -> bool:
    return bool(one_of(["teacher"]).read(text))


@dataclass(frozen=True)
class Role(LinkPart):
    """`teaching`: the teacher's view of the page. `code` names a class, `key` a member of it, which
    the browser keeps; with a code alone the visitor can join. Whether there is such a class only
    its file knows.
    """

    teaching: bool = param(False, Text(lambda _: "teacher", _read_view), "view")
    code: str = param("", word(_LONGEST), "class")
    key: str = ""

    @property
    def key_name(self) -> str:
        """What the browser calls the key; "" without a class."""
        kind = "teacher" if self.teaching else "learner"
        return f"class/{self.code}/{kind}" if self.code else ""


@dataclass
class FollowedSlide:
    """`slide`: what the visitor went to with the class last. `waits`: something on the page waits
    for their words, which a change of the page would take away.
    """

    slide: Slide | None = None
    waits: bool = False


@dataclass
class ForgottenKeys:
    """The names of keys that the browser shall keep no longer."""

    names: set[str] = field(default_factory=set)


def take_role(state: Session, role: Role) -> None:
    """Take another role in the course; the key of the one before is forgotten."""
    forgotten = state.part(ForgottenKeys).names
    forgotten |= {state.part(Role).key_name} - {""}
    forgotten.discard(role.key_name)
    state.put(role)
    state.put(FollowedSlide())
