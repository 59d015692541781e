"""What a visitor has chosen on the error board; all of it is part of links."""

from collections.abc import Mapping
from dataclasses import dataclass

from transcnn.analysis.errors.filters import EVERYTHING, Filter, parse_filter
from transcnn.errors import ChoiceError

DEMONSTRATION = "demonstration"
VIEWS = ("pictures", "classes", "confidence", "survival", "differences", "groups")
SORTS = (
    "errors",  # wrong answers first, the most confident first
    "run",
    "helped",
    "harmed",
    "entropy",
    "unlike",
)
PINS = 2


@dataclass(frozen=True)
class Choice:
    """`pins` are ids of pictures, `page` counts from 0."""

    run: str = DEMONSTRATION
    where: Filter = EVERYTHING
    view: str = VIEWS[0]
    sort: str = SORTS[0]
    page: int = 0
    pins: tuple[int, ...] = ()

    def link(self) -> dict[str, str]:
        """The parameters that differ from the usual."""
        usual = Choice()
        found = {
            "run": self.run,
            "where": str(self.where),
            "view": self.view,
            "sort": self.sort,
            "page": str(self.page + 1),
            "pins": ",".join(map(str, self.pins)),
        }
        return {
            name: value
            for name, value in found.items()
            if getattr(self, name) != getattr(usual, name)
        }


def read_choice(link: Mapping[str, str]) -> Choice:
    """The choice that a link names; the usual in place of what does not exist."""
    usual = Choice()
    try:
        where = parse_filter(link.get("where", ""))
    except ChoiceError:
        where = usual.where
    view, sort = link.get("view", ""), link.get("sort", "")
    page = link.get("page", "")
    pins = [int(pin) for pin in link.get("pins", "").split(",") if _is_number(pin)]
    return Choice(
        run=link.get("run", usual.run),
        where=where,
        view=view if view in VIEWS else usual.view,
        sort=sort if sort in SORTS else usual.sort,
        page=max(0, int(page) - 1) if _is_number(page) else usual.page,
        pins=tuple(dict.fromkeys(pins))[:PINS],
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 9
