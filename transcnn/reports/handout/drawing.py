"""Figures for paper: a picture cut into cells, bars, tables. They say all in black and white too.

Multiples of an even share are written into their cells where there is room, since blue and orange
look alike in gray. The picture itself is in the file once and used by its name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from transcnn.figures.scale import colours, format_multiple, norm_colours
from transcnn.pictures.address import picture_address

Place = tuple[int, int]  # row, column
Box = tuple[int, int, int, int]  # of cells: top, left, bottom, right, all inside

_SIDE, _SMALL = 240.0, 150.0  # of boards, in pixels of 1/96 inch
_ROOM = 26.0  # a cell at least as wide has room for a number
_INK = "#000"
_BAR = 250.0


@dataclass(frozen=True)
class Board:
    """The picture, or a part of it, cut into cells.

    `multiples` of an even share, or `amounts` in their place, are row by row, None: no colour.
    `texts` are written into the cells. `marks` are cells with a letter, `boxes` rectangles of
    cells, `dots` places as shares of what is shown: down, across. `whole` and `origin`: the size of
    the map of which a part is shown, and where it begins. `photo` names the picture's pixels.
    """

    name: str
    rows: int
    columns: int
    multiples: Sequence[float | None] | None = None
    amounts: Sequence[float] | None = None
    texts: Sequence[str] | None = None
    marks: Sequence[tuple[int, str]] = ()
    boxes: Sequence[Box] = ()
    dots: Sequence[tuple[float, float]] = ()
    whole: Place | None = None
    origin: Place = (0, 0)
    photo: str = "photo"
    small: bool = False


@dataclass(frozen=True)
class Bars:
    """A few amounts from 0, each with its unit."""

    name: str
    values: dict[str, float]
    unit: str = ""


@dataclass(frozen=True)
class Numbers:
    """A table of numbers; `grids` draws it as a map that is cut into squares of so many cells."""

    name: str
    rows: Sequence[Sequence[str]]
    head: Sequence[str] = ()
    grids: int = 0


Figure = Board | Bars | Numbers


def draw(figure: Figure) -> str:
    """The figure as HTML."""
    match figure:
        case Board():
            drawn = _board(figure)
        case Bars():
            drawn = _bars(figure)
        case Numbers():
            drawn = _numbers(figure)
    return f"<figure><figcaption>{escape(figure.name)}</figcaption>{drawn}</figure>"


def photo(name: str, pixels: NDArray[np.uint8]) -> str:
    """A picture [S, S, 3] under a name that boards can use."""
    address = picture_address(Image.fromarray(pixels), quality=88)
    side = pixels.shape[0]
    return (
        f'<symbol id="{name}" viewBox="0 0 {side} {side}" preserveAspectRatio="none">'
        f'<image width="{side}" height="{side}" href="{address}"/></symbol>'
    )


def _board(board: Board) -> str:
    width = _SMALL if board.small else _SIDE
    cell = width / board.columns
    height = cell * board.rows
    parts = [_picture(board, width, height)]
    for at, colour in _colours(board):
        x, y = at % board.columns * cell, at // board.columns * cell
        parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{cell:.1f}" height="{cell:.1f}" '
            f'fill="{colour}" fill-opacity="0.8"/>'
        )
    lines = "".join(f"M0 {i * cell:.1f}h{width:.1f}" for i in range(board.rows + 1))
    lines += "".join(f"M{i * cell:.1f} 0v{height:.1f}" for i in range(board.columns + 1))
    parts.append(f'<path d="{lines}" stroke="{_INK}" stroke-width="0.5" stroke-opacity="0.5"/>')
    parts += [_text(board, at, said, cell) for at, said in enumerate(_texts(board, cell)) if said]
    for top, left, bottom, right in board.boxes:
        parts.append(
            _frame(left * cell, top * cell, (right - left + 1) * cell, (bottom - top + 1) * cell)
        )
    for at, letter in board.marks:
        x, y = at % board.columns * cell, at // board.columns * cell
        parts.append(_frame(x, y, cell, cell))
        if not board.small:
            parts.append(_letter(x, y, letter))
    for down, across in board.dots:
        parts.append(
            f'<circle cx="{across * width:.1f}" cy="{down * height:.1f}" r="4" fill="{_INK}" '
            'stroke="#fff" stroke-width="2"/>'
        )
    return (
        f'<svg viewBox="-2 -2 {width + 4:.0f} {height + 4:.0f}" width="{width + 4:.0f}" '
        f'role="img" aria-label="{escape(board.name)}" fill="none">{"".join(parts)}</svg>'
    )


def _picture(board: Board, width: float, height: float) -> str:
    """The picture behind the cells; of a part, that part."""
    rows, columns = board.whole or (board.rows, board.columns)
    wide, tall = width / board.columns * columns, height / board.rows * rows
    left, top = (
        board.origin[1] * width / board.columns,
        board.origin[0] * height / board.rows,
    )
    return (
        f'<svg width="{width:.1f}" height="{height:.1f}" '
        f'viewBox="{left:.1f} {top:.1f} {width:.1f} {height:.1f}">'
        f'<use href="#{board.photo}" width="{wide:.1f}" height="{tall:.1f}"/></svg>'
    )


def _colours(board: Board) -> list[tuple[int, str]]:
    """The cells that have a colour."""
    if board.amounts is not None:
        places = list(range(len(board.amounts)))
        cells = norm_colours(np.array(board.amounts))
    else:
        known = {at: m for at, m in enumerate(board.multiples or ()) if m is not None}
        places = list(known)
        cells = colours(np.array(list(known.values()), float))
    return [(at, "#{:02X}{:02X}{:02X}".format(*rgb)) for at, rgb in zip(places, cells, strict=True)]


def _texts(board: Board, cell: float) -> Sequence[str]:
    if board.texts is not None:
        return board.texts
    if cell < _ROOM:
        return ()
    if board.amounts is not None:
        return [f"{amount:.2g}" for amount in board.amounts]
    return [
        "" if m is None else format_multiple(m).removesuffix("×") for m in board.multiples or ()
    ]


def _text(board: Board, at: int, said: str, cell: float) -> str:
    x, y = (at % board.columns + 0.5) * cell, (at // board.columns + 0.5) * cell
    size = min(12.0, cell * 0.42)
    return (
        f'<text x="{x:.1f}" y="{y + size * 0.36:.1f}" font-size="{size:.1f}" text-anchor="middle" '
        f'fill="{_INK}" stroke="#fff" stroke-width="2.4" paint-order="stroke">{escape(said)}</text>'
    )


def _frame(x: float, y: float, width: float, height: float) -> str:
    at = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
    return (
        f'<rect {at} stroke="#fff" stroke-width="4"/><rect {at} stroke="{_INK}" stroke-width="2"/>'
    )


def _letter(x: float, y: float, letter: str) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="13" height="14" fill="#fff"/>'
        f'<text x="{x + 6.5:.1f}" y="{y + 11:.1f}" font-size="12" font-style="italic" '
        f'font-weight="700" text-anchor="middle" fill="{_INK}">{escape(letter)}</text>'
    )


def _bars(bars: Bars) -> str:
    top = max((*bars.values.values(), 1e-12))
    rows = []
    for name, value in bars.values.items():
        bar = f'<rect width="{max(0.0, value) / top * _BAR:.1f}" height="14" fill="#777"/>'
        frame = f'viewBox="0 0 {_BAR:.0f} 14" preserveAspectRatio="none" role="presentation"'
        rows.append(
            f'<tr><th scope="row">{escape(name)}</th><td><svg {frame}>{bar}</svg></td>'
            f"<td>{_amount(value)}{escape(bars.unit)}</td></tr>"
        )
    body = "".join(rows)
    return f'<table class="bars"><tbody>{body}</tbody></table>'


def _amount(value: float) -> str:
    return f"{value:.3g}" if value < 1000 else f"{value:,.0f}"


def _numbers(numbers: Numbers) -> str:
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in numbers.head)
    rows = []
    for row, line in enumerate(numbers.rows):
        cells = (_cell(cell, row, column, numbers.grids) for column, cell in enumerate(line))
        rows.append(f"<tr>{''.join(cells)}</tr>")
    kind = "map" if numbers.grids else "numbers"
    body = "".join(rows)
    return f'<table class="{kind}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _cell(said: str, row: int, column: int, grids: int) -> str:
    """A cell, with a thicker line where a square of cells ends."""
    ends = [n for n, at in (("low", row), ("end", column)) if grids and (at + 1) % grids == 0]
    return f'<td class="{" ".join(ends)}">{escape(said)}</td>'
