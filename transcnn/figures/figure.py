"""What a figure can be: a cell map, bars, stacked bars, a table. Pages show it, files print it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from transcnn.figures.cells import CellMap


@dataclass(frozen=True)
class Bars:
    """A few amounts from 0, each with its unit."""

    name: str
    values: Mapping[str, float]
    unit: str = ""

    @property
    def texts(self) -> list[str]:
        """The amounts in words: three figures, all of a large number."""
        return [
            f"{value:.3g}{self.unit}" if value < 1000 else f"{value:,.0f}{self.unit}"
            for value in self.values.values()
        ]


@dataclass(frozen=True)
class Stack:
    """One stacked bar: its parts by their names, and what counts as the whole, 100 %."""

    name: str
    parts: Mapping[str, int]
    whole: int

    @property
    def total(self) -> int:
        return sum(self.parts.values())


@dataclass(frozen=True)
class Stacks:
    """Stacked bars; `parts` has the names of all parts, in their order."""

    name: str
    parts: Sequence[str]
    stacks: Sequence[Stack]


@dataclass(frozen=True)
class Table:
    """Numbers in rows; `grid` draws them as a map that is cut into squares of so many cells."""

    name: str
    rows: Sequence[Sequence[str]]
    head: Sequence[str] = ()
    grid: int = 0


Figure = CellMap | Bars | Stacks | Table
