"""Cells over an image: numbers with a declared colour scale, marked cells, boxes, dots, texts.

One value for the page, which makes it something to point at, and for files, which print it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from transcnn.figures.scale import ColourScale
from transcnn.pictures import geometry

Role = Literal["query", "key", ""]
"""What a mark is about, which decides its colour; "" for neutral."""


@dataclass(frozen=True)
class Mark:
    """A ring around a cell, counted row by row, with the letter that it has in the equation."""

    cell: int
    letter: str = ""
    role: Role = "query"
    dashed: bool = False


@dataclass(frozen=True)
class Box:
    """A rectangle on the map, in cells."""

    top: float
    left: float
    rows: float = 1
    columns: float = 1
    role: Role = ""
    dashed: bool = False


@dataclass(frozen=True, eq=False)
class CellMap:
    """A map of `rows` x `columns` cells, over an image [H, W, 3] or without one.

    `values` [rows, columns] have the colours of `scale`; NaN: no such cell, no colour. `tips` are
    the values in words, by default as the scale writes them, `texts` are written into cells.
    `dots` are positions as shares of the map: down, across. `lines` are drawn after every so many
    cells, down and across. `origin` and `whole`: where the map begins in a larger one, and the size
    of that, in cells; the image is of the whole one.
    """

    name: str
    rows: int = 1
    columns: int = 1
    values: NDArray[np.floating] | None = None
    scale: ColourScale | None = None
    tips: tuple[str, ...] | None = None
    texts: Mapping[int, str] = field(default_factory=dict)
    marks: tuple[Mark, ...] = ()
    boxes: tuple[Box, ...] = ()
    dots: tuple[tuple[float, float], ...] = ()
    image: NDArray[np.uint8] | None = None
    origin: tuple[int, int] = (0, 0)
    whole: tuple[float, float] | None = None
    lines: tuple[int, int] | None = (1, 1)
    says: str = ""
    small: bool = False

    @property
    def part(self) -> tuple[float, float, float, float]:
        """The part of the image behind the cells, in shares: left, top, width, height."""
        rows, columns = self.whole or (self.rows, self.columns)
        (top, left) = self.origin
        return left / columns, top / rows, self.columns / columns, self.rows / rows

    @property
    def start(self) -> tuple[int, int]:
        """The cell where the keyboard begins: the one that is marked, or the middle."""
        if self.marks:
            row, column = divmod(self.marks[0].cell, self.columns)
            return row, column
        for box in self.boxes:
            if not box.role:
                return int(box.top), int(box.left)
        return self.rows // 2, self.columns // 2


def box_on_map(
    box: geometry.Box,
    picture: tuple[int, int],
    whole: tuple[float, float],
    origin: tuple[int, int] = (0, 0),
    role: Role = "",
    dashed: bool = False,
) -> Box:
    """A rectangle of an image of `picture` (width, height), on a map that begins at the cell
    `origin` of the image's `whole` (rows, columns) cells."""
    width, height = picture
    down, across = whole[0] / height, whole[1] / width
    left, top, right, bottom = box
    return Box(
        top * down - origin[0],
        left * across - origin[1],
        (bottom - top) * down,
        (right - left) * across,
        role,
        dashed,
    )


def image_map(
    name: str,
    image: NDArray[np.uint8],
    boxes: tuple[Box, ...] = (),
    lines: tuple[int, int] | None = None,
) -> CellMap:
    """An image [rows, columns, 3] whose pixels are the cells."""
    rows, columns = image.shape[:2]
    return CellMap(name, rows, columns, image=image, boxes=boxes, lines=lines)


def value_map(
    name: str,
    values: NDArray[np.floating],
    scale: ColourScale,
    image: NDArray[np.uint8] | None = None,
) -> CellMap:
    """Values [rows, columns] in the colours of a scale."""
    rows, columns = values.shape
    return CellMap(name, rows, columns, values, scale, image=image)
