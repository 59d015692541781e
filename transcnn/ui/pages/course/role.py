"""Where a visitor sits: alone, in a class, or in front of one; it is part of the page's address."""

from collections.abc import Mapping
from dataclasses import dataclass

from transcnn.course.classroom.slide import Slide

_LONGEST = 64  # letters of a code or key that are looked at


@dataclass(frozen=True)
class Role:
    """`teaching`: the teacher's view of the page. `code` names a class, `key` the seat in it;
    with a code alone one stands at its door.
    """

    teaching: bool = False
    code: str = ""
    key: str = ""

    def link(self) -> dict[str, str]:
        """The parameters of a link."""
        view = {"view": "teacher"} if self.teaching else {}
        return view | {name: v for name, v in (("class", self.code), ("key", self.key)) if v}


def read_role(link: Mapping[str, str]) -> Role:
    """The seat that a link names. Whether there is such a class is known to its file only."""
    return Role(
        link.get("view") == "teacher",
        link.get("class", "")[:_LONGEST],
        link.get("key", "")[:_LONGEST],
    )


@dataclass
class FollowedSlide:
    """`slide`: what the visitor went to with the class last. `waits`: something on the page waits
    for their words, which a change of the page would take away.
    """

    slide: Slide | None = None
    waits: bool = False
