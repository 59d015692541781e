"""A sheet of cell maps with titles and colour bars, as PNG and as SVG."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transcnn.figures.cells import CellMap
from transcnn.figures.drawing import Drawing, Picture, Shape, Text, map_shapes

SIDE, GAP, HEAD = 264, 28, 26  # pixels: of a map, between maps, of a title
_BAR, _BAR_ROOM = 12, 44


@dataclass(frozen=True)
class Bar:
    """A colour bar; ticks are texts at even distances, the first and the last at its ends."""

    title: str
    colours: NDArray[np.uint8]  # [steps, 3]
    ticks: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """Maps side by side, under a title, with the bars of their colours below."""

    title: str
    maps: tuple[CellMap, ...]
    bars: tuple[Bar, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """A whole figure; the note says what it does not show."""

    title: str
    rows: tuple[Row, ...]
    note: str


def _size(sheet: Sheet) -> tuple[int, int]:
    """Width and height of the sheet in pixels."""
    most = max(len(row.maps) for row in sheet.rows)
    height = GAP + sum(_row_height(row) for row in sheet.rows) + 2 * HEAD
    return max(most, 3) * (SIDE + GAP) + GAP, height


def _row_height(row: Row) -> int:
    return 2 * HEAD + SIDE + (_BAR_ROOM if row.bars else 0) + GAP


def _shapes(sheet: Sheet) -> Iterator[Shape]:
    yield Text(GAP, GAP + 6, sheet.title, 17)
    top = GAP + HEAD
    for row in sheet.rows:
        yield Text(GAP, top + 14, row.title, 15)
        for i, cells in enumerate(row.maps):
            left = GAP + i * (SIDE + GAP)
            yield Text(left, top + 2 * HEAD - 8, cells.name, 13)
            yield from map_shapes(cells, left, top + 2 * HEAD, SIDE)
        for i, bar in enumerate(row.bars):
            yield from _bar_shapes(bar, GAP + i * (SIDE + GAP), top + 2 * HEAD + SIDE + 20)
        top += _row_height(row)
    yield Text(GAP, top + 4, sheet.note, 13)


def _bar_shapes(bar: Bar, left: float, top: float) -> Iterator[Shape]:
    yield Text(left, top - 5, bar.title, 12)
    yield Picture(left, top, SIDE, _BAR, bar.colours[None])
    for i, tick in enumerate(bar.ticks):
        at = left + i * SIDE / (len(bar.ticks) - 1)
        yield Text(at, top + _BAR + 14, tick, 11, middle=True)


def drawing(sheet: Sheet) -> Drawing:
    """The sheet as a drawing, which others can stand above or below."""
    return Drawing(sheet.title, *_size(sheet), tuple(_shapes(sheet)))


def png(sheet: Sheet) -> bytes:
    """The sheet as a PNG file."""
    return drawing(sheet).png


def svg(sheet: Sheet) -> str:
    """The sheet as an SVG file."""
    return drawing(sheet).svg
