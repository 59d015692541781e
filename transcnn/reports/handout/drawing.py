"""Figures as HTML for paper; they say all in black and white too.

Multiples of uniform attention are written into their cells where there is room, since blue and
orange look alike in gray. An image is in the file once and used by its name.
"""

from collections.abc import Collection
from html import escape

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from transcnn.figures.cells import CellMap
from transcnn.figures.drawing import image_name, map_svg
from transcnn.figures.figure import Bars, Figure, Stacks, Table
from transcnn.pictures.address import picture_address
from transcnn.words.translator import Translator

_SIDE, _SMALL = 240, 150  # of maps, in pixels of 1/96 inch
_BAR = 250


def draw(figure: Figure, t: Translator, shared: Collection[str]) -> str:
    """The figure as HTML; images with their name among `shared` are used by it."""
    name = figure.name
    match figure:
        case CellMap():
            if figure.scale is not None and figure.scale.form == "own":
                name = t("report.handout_own", name=name)
            drawn = map_svg(figure, _SMALL if figure.small else _SIDE, shared)
        case Bars():
            drawn = _bars(figure)
        case Stacks():
            totals = [f"{stack.total:,}" for stack in figure.stacks]
            rows = [
                [stack.name, *(f"{stack.parts.get(part, 0):,}" for part in figure.parts), total]
                for stack, total in zip(figure.stacks, totals, strict=True)
            ]
            drawn = _table(Table(name, rows, ["", *figure.parts, "Σ"]))
        case Table():
            drawn = _table(figure)
    return f"<figure><figcaption>{escape(name)}</figcaption>{drawn}</figure>"


def symbol(pixels: NDArray[np.uint8]) -> str:
    """An image [S, S, 3] under its name, to be used by figures."""
    address = picture_address(Image.fromarray(pixels), quality=88)
    return (
        f'<symbol id="{image_name(pixels)}" viewBox="0 0 1 1" preserveAspectRatio="none">'
        f'<image width="1" height="1" href="{address}"/></symbol>'
    )


def _bars(bars: Bars) -> str:
    top = max((*bars.values.values(), 1e-12))
    rows = []
    for (name, value), text in zip(bars.values.items(), bars.texts, strict=True):
        bar = f'<rect width="{max(0.0, value) / top * _BAR:.1f}" height="14" fill="#777"/>'
        frame = f'viewBox="0 0 {_BAR} 14" preserveAspectRatio="none" role="presentation"'
        rows.append(
            f'<tr><th scope="row">{escape(name)}</th><td><svg {frame}>{bar}</svg></td>'
            f"<td>{escape(text)}</td></tr>"
        )
    body = "".join(rows)
    return f'<table class="bars"><tbody>{body}</tbody></table>'


def _table(table: Table) -> str:
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in table.head)
    rows = []
    for row, line in enumerate(table.rows):
        cells = (_cell(cell, row, column, table.grid) for column, cell in enumerate(line))
        rows.append(f"<tr>{''.join(cells)}</tr>")
    kind = "map" if table.grid else "numbers"
    body = "".join(rows)
    return f'<table class="{kind}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _cell(said: str, row: int, column: int, grid: int) -> str:
    """A cell, with a thicker line where a square of cells ends."""
    ends = [n for n, at in (("low", row), ("end", column)) if grid and (at + 1) % grid == 0]
    return f'<td class="{" ".join(ends)}">{escape(said)}</td>'
