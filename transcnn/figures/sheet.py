"""A sheet of coloured maps with titles, marks and colour bars, as PNG and as SVG.

A sheet is laid out once, into pictures, lines, rings and texts at places in pixels; each of the two
formats draws these. In SVG the maps are small embedded pictures, all else stays lines and text.
"""

import functools
import html
import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from transcnn.assets import FOLDER
from transcnn.pictures.address import picture_address

Bytes = NDArray[np.uint8]

FONT = FOLDER / "fonts" / "NotoSansSC-subset.otf"

SIDE, GAP, HEAD = 264, 28, 26  # pixels: of a panel, between panels, of a title
_BAR, _BAR_ROOM = 12, 44
PAPER = (0xFB, 0xFA, 0xF7)
_PAPER = "#{:02X}{:02X}{:02X}".format(*PAPER)
_FAMILY = "'Noto Sans SC', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
_INK, _LIGHT, _DARK = "#1D1C1A", "#FFFFFF", "#14130F"


@dataclass(frozen=True)
class Mark:
    """A rectangle of a panel, in its places; a label is written into its middle."""

    top: float
    left: float
    rows: float
    columns: float
    label: str = ""


@dataclass(frozen=True)
class Panel:
    """One map: a colour for each place; a border after every `grid` (rows, columns) of them."""

    title: str
    colours: Bytes  # [rows, columns, 3]
    grid: tuple[int, int] | None = None
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class Bar:
    """A colour bar; ticks are texts at even distances, the first and the last at its ends."""

    title: str
    colours: Bytes  # [steps, 3]
    ticks: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """Panels side by side, under a title, with the bars of their colours below."""

    title: str
    panels: tuple[Panel, ...]
    bars: tuple[Bar, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """A whole figure; the note says what it does not show."""

    title: str
    rows: tuple[Row, ...]
    note: str


@dataclass(frozen=True)
class _Picture:
    left: float
    top: float
    width: int
    height: int
    colours: Bytes


@dataclass(frozen=True)
class _Line:
    start: tuple[float, float]
    end: tuple[float, float]


@dataclass(frozen=True)
class _Ring:
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class _Text:
    left: float
    baseline: float
    text: str
    size: int
    middle: bool = False
    disc: bool = False  # white on a dark disc


_Shape = _Picture | _Line | _Ring | _Text


def _size(sheet: Sheet) -> tuple[int, int]:
    """Width and height of the sheet in pixels."""
    most = max(len(row.panels) for row in sheet.rows)
    height = GAP + sum(_row_height(row) for row in sheet.rows) + 2 * HEAD
    return max(most, 3) * (SIDE + GAP) + GAP, height


def _row_height(row: Row) -> int:
    return 2 * HEAD + SIDE + (_BAR_ROOM if row.bars else 0) + GAP


def _shapes(sheet: Sheet) -> Iterator[_Shape]:
    yield _Text(GAP, GAP + 6, sheet.title, 17)
    top = GAP + HEAD
    for row in sheet.rows:
        yield _Text(GAP, top + 14, row.title, 15)
        for i, panel in enumerate(row.panels):
            yield from _panel_shapes(panel, GAP + i * (SIDE + GAP), top + 2 * HEAD)
        for i, bar in enumerate(row.bars):
            yield from _bar_shapes(bar, GAP + i * (SIDE + GAP), top + 2 * HEAD + SIDE + 20)
        top += _row_height(row)
    yield _Text(GAP, top + 4, sheet.note, 13)


def _panel_shapes(panel: Panel, left: float, top: float) -> Iterator[_Shape]:
    rows, columns = panel.colours.shape[:2]
    place = SIDE / max(rows, columns)
    width, height = round(columns * place), round(rows * place)
    yield _Text(left, top - 8, panel.title, 13)
    yield _Picture(left, top, width, height, panel.colours)
    if panel.grid is not None:
        for row in range(panel.grid[0], rows, panel.grid[0]):
            yield _Line((left, top + row * place), (left + width, top + row * place))
        for column in range(panel.grid[1], columns, panel.grid[1]):
            yield _Line((left + column * place, top), (left + column * place, top + height))
    for mark in panel.marks:
        x, y = left + mark.left * place, top + mark.top * place
        right, bottom = x + mark.columns * place, y + mark.rows * place
        if mark.label:
            yield _Text((x + right) / 2, (y + bottom) / 2 + 4, mark.label, 12, True, True)
        else:
            yield _Ring(x, y, right, bottom)


def _bar_shapes(bar: Bar, left: float, top: float) -> Iterator[_Shape]:
    yield _Text(left, top - 5, bar.title, 12)
    yield _Picture(left, top, SIDE, _BAR, bar.colours[None])
    for i, tick in enumerate(bar.ticks):
        at = left + i * SIDE / (len(bar.ticks) - 1)
        yield _Text(at, top + _BAR + 14, tick, 11, middle=True)


def _enlarged(shape: _Picture) -> Image.Image:
    """The map at its size on the sheet; every place a sharp rectangle."""
    rows = np.arange(shape.height) * shape.colours.shape[0] // shape.height
    columns = np.arange(shape.width) * shape.colours.shape[1] // shape.width
    return Image.fromarray(np.ascontiguousarray(shape.colours[rows][:, columns]))


def png(sheet: Sheet) -> bytes:
    """The sheet as a PNG file."""
    image = Image.new("RGB", _size(sheet), _PAPER)
    draw = ImageDraw.Draw(image)
    for shape in _shapes(sheet):
        if isinstance(shape, _Picture):
            image.paste(_enlarged(shape), (round(shape.left), round(shape.top)))
        elif isinstance(shape, _Line):
            draw.line((*shape.start, *shape.end), _PAPER, 1)
        elif isinstance(shape, _Ring):
            box = (shape.left, shape.top, shape.right, shape.bottom)
            draw.rectangle(box, outline=_DARK, width=4)
            draw.rectangle(box, outline=_LIGHT, width=2)
        else:
            _draw_text(draw, shape)
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


@functools.cache
def font(size: int) -> ImageFont.FreeTypeFont:
    """The font of figures, which has the characters of all languages."""
    return ImageFont.truetype(FONT, size)


def _draw_text(draw: ImageDraw.ImageDraw, shape: _Text) -> None:
    place = (shape.left, shape.baseline)
    if shape.disc:
        draw.circle((shape.left, shape.baseline - 4), 9, _DARK)
    anchor = "ms" if shape.middle else "ls"
    ink = _LIGHT if shape.disc else _INK
    draw.text(place, shape.text, ink, font(shape.size), anchor=anchor)


def svg(sheet: Sheet) -> str:
    """The sheet as an SVG file."""
    width, height = _size(sheet)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" font-family="{_FAMILY}" role="img">',
        f"<title>{html.escape(sheet.title)}</title>",
        f'<rect width="{width}" height="{height}" fill="{_PAPER}"/>',
        *(_svg_shape(shape) for shape in _shapes(sheet)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _svg_shape(shape: _Shape) -> str:
    if isinstance(shape, _Picture):
        return (
            f'<image x="{shape.left:g}" y="{shape.top:g}" width="{shape.width}" '
            f'height="{shape.height}" href="{picture_address(_enlarged(shape), "PNG")}"/>'
        )
    if isinstance(shape, _Line):
        (x, y), (right, bottom) = shape.start, shape.end
        return (
            f'<line x1="{x:g}" y1="{y:g}" x2="{right:g}" y2="{bottom:g}" '
            f'stroke="{_PAPER}" stroke-width="1"/>'
        )
    if isinstance(shape, _Ring):
        box = (
            f'x="{shape.left:g}" y="{shape.top:g}" width="{shape.right - shape.left:g}" '
            f'height="{shape.bottom - shape.top:g}" fill="none"'
        )
        return (
            f'<rect {box} stroke="{_DARK}" stroke-width="4"/>'
            f'<rect {box} stroke="{_LIGHT}" stroke-width="2"/>'
        )
    disc = ""
    if shape.disc:
        disc = f'<circle cx="{shape.left:g}" cy="{shape.baseline - 4:g}" r="9" fill="{_DARK}"/>'
    anchor = ' text-anchor="middle"' if shape.middle else ""
    return (
        f'{disc}<text x="{shape.left:g}" y="{shape.baseline:g}" font-size="{shape.size}" '
        f'fill="{_LIGHT if shape.disc else _INK}"{anchor}>{html.escape(shape.text)}</text>'
    )
