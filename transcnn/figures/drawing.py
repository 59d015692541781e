"""Cell maps, and drawings of other shapes, in SVG and in PNG.

A figure is laid out once, into pictures, lines, rings, dots, texts and tags at places in pixels;
each of the two formats draws these. In SVG images are embedded, all else stays lines and text.
"""

import functools
import hashlib
import html
import io
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from transcnn.assets import FOLDER
from transcnn.figures.cells import CellMap
from transcnn.pictures.address import picture_address

Bytes = NDArray[np.uint8]

FONT = FOLDER / "fonts" / "NotoSansSC-subset.otf"
FAMILY = "'Noto Sans SC', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"

PAPER = (0xFB, 0xFA, 0xF7)
PAPER_HEX = "#{:02X}{:02X}{:02X}".format(*PAPER)
INK, LIGHT, DARK = "#1D1C1A", "#FFFFFF", "#14130F"
_OPACITY = 204  # of colours over an image, of 255
_ROOM = 26  # pixels: a cell at least as wide has room for a number


@dataclass(frozen=True)
class Picture:
    """An image [H, W, 3 or 4] in a rectangle, its pixels sharp; `part` of it in shares: left, top,
    width, height. A photo is compressed as one."""

    left: float
    top: float
    width: float
    height: float
    pixels: Bytes
    part: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    photo: bool = False


@dataclass(frozen=True)
class Line:
    """A line between cells: of the colour of the paper, or dark and thin on an image."""

    start: tuple[float, float]
    end: tuple[float, float]
    dark: bool = False


@dataclass(frozen=True)
class Ring:
    """A light rectangle, or one of another colour, with a dark border."""

    left: float
    top: float
    right: float
    bottom: float
    colour: str = LIGHT


@dataclass(frozen=True)
class Dot:
    """A dark dot with a light border."""

    x: float
    y: float


@dataclass(frozen=True)
class Text:
    """A line of text; `middle`: centred at `left`; `halo`: with a light border."""

    left: float
    baseline: float
    text: str
    size: float
    middle: bool = False
    halo: bool = False


@dataclass(frozen=True)
class Tag:
    """A text on a rectangle of a colour that dark letters can be read on."""

    left: float
    top: float
    width: float
    height: float
    text: str
    size: float
    colour: str

    @property
    def room(self) -> float:
        """Pixels on either side of the text."""
        return self.size / 3

    @property
    def baseline(self) -> float:
        return self.top + self.height / 2 + self.size * 0.36


Shape = Picture | Line | Ring | Dot | Text | Tag


@dataclass(frozen=True)
class Drawing:
    """Shapes on a page of `width` x `height` pixels."""

    title: str
    width: int
    height: int
    shapes: tuple[Shape, ...]

    @property
    def png(self) -> bytes:
        """The drawing as a PNG file."""
        image = Image.new("RGB", (self.width, self.height), PAPER_HEX)
        for shape in self.shapes:
            draw_shape(image, shape)
        file = io.BytesIO()
        image.save(file, "PNG")
        return file.getvalue()

    @property
    def svg(self) -> str:
        """The drawing as an SVG file."""
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" '
            f'width="{self.width}" height="{self.height}" font-family="{FAMILY}" role="img">',
            f"<title>{html.escape(self.title)}</title>",
            f'<rect width="{self.width}" height="{self.height}" fill="{PAPER_HEX}"/>',
            *(svg_shape(shape) for shape in self.shapes),
            "</svg>",
        ]
        return "\n".join(parts) + "\n"


def stacked(title: str, drawings: Sequence[Drawing]) -> Drawing:
    """Drawings below each other, as one."""
    shapes, down = [], 0
    for one in drawings:
        shapes += [_lowered(shape, down) for shape in one.shapes]
        down += one.height
    return Drawing(title, max(one.width for one in drawings), down, tuple(shapes))


def _lowered(shape: Shape, down: float) -> Shape:
    match shape:
        case Line():
            (x, y), (right, bottom) = shape.start, shape.end
            return replace(shape, start=(x, y + down), end=(right, bottom + down))
        case Ring():
            return replace(shape, top=shape.top + down, bottom=shape.bottom + down)
        case Dot():
            return replace(shape, y=shape.y + down)
        case Text():
            return replace(shape, baseline=shape.baseline + down)
        case Picture() | Tag():
            return replace(shape, top=shape.top + down)


def map_shapes(
    cells: CellMap, left: float, top: float, side: float, numbers: bool = False
) -> Iterator[Shape]:
    """The shapes of a map `side` pixels wide, or high where it is higher.

    `numbers`: values are written into cells that have room for them, for print in black and white.
    """
    rows, columns, image = cells.rows, cells.columns, cells.image
    cell = side / max(rows, columns)
    width, height = columns * cell, rows * cell
    over = image is not None and image.shape[:2] != (rows, columns)
    if image is not None:
        yield Picture(left, top, width, height, image, cells.part)
    if cells.values is not None and cells.scale is not None:
        known = ~np.isnan(cells.values)
        drawn = cells.scale.colours(np.where(known, cells.values, np.nanmin(cells.values)))
        if over:
            alpha = np.where(known, _OPACITY, 0)
            drawn = np.concatenate((drawn, alpha[..., None]), -1).astype(np.uint8)
        else:
            drawn = np.where(known[..., None], drawn, PAPER).astype(np.uint8)
        yield Picture(left, top, width, height, drawn)
    if cells.lines is not None:
        down, across = cells.lines
        for y in (top + row * cell for row in range(down, rows, down)):
            yield Line((left, y), (left + width, y), over)
        for x in (left + column * cell for column in range(across, columns, across)):
            yield Line((x, top), (x, top + height), over)
    size = min(12.0, cell * 0.42) if cell >= 12 else 12.0  # a few larger than their cells
    for at, text in _texts(cells, numbers and cell >= _ROOM).items():
        x, y = left + (at % columns + 0.5) * cell, top + (at // columns + 0.5) * cell
        yield Text(x, y + size * 0.36, text, size, middle=True, halo=True)
    for box in cells.boxes:
        x, y = left + box.left * cell, top + box.top * cell
        yield Ring(x, y, x + box.columns * cell, y + box.rows * cell)
    for mark in cells.marks:
        x, y = left + mark.cell % columns * cell, top + mark.cell // columns * cell
        yield Ring(x, y, x + cell, y + cell)
        if mark.letter and not cells.small:
            yield Text(x + 7, y + 12, mark.letter, 12, middle=True, halo=True)
    for y, x in cells.dots:
        yield Dot(left + x * width, top + y * height)


def _texts(cells: CellMap, numbers: bool) -> dict[int, str]:
    """What is written into cells."""
    if cells.texts or not numbers or cells.values is None or cells.scale is None:
        return dict(cells.texts)
    flat = cells.values.ravel()
    known = ~np.isnan(flat)
    texts = cells.scale.texts(np.where(known, flat, np.nanmin(flat)))
    return {at: text for at, text in enumerate(texts) if known[at]}


def _enlarged(shape: Picture) -> Image.Image:
    """The image at its size on the sheet; every pixel a sharp rectangle."""
    left, top, across, down = shape.part
    wide, tall = round(shape.width), round(shape.height)
    high, broad = shape.pixels.shape[:2]
    rows = (top * high + np.arange(tall) * down * high / tall).astype(int)
    columns = (left * broad + np.arange(wide) * across * broad / wide).astype(int)
    return Image.fromarray(np.ascontiguousarray(shape.pixels[rows][:, columns]))


@functools.cache
def font(size: float) -> ImageFont.FreeTypeFont:
    """The font of figures, which has the characters of all languages."""
    return ImageFont.truetype(FONT, size)


def draw_shape(image: Image.Image, shape: Shape) -> None:
    """Draw a shape on an RGB image."""
    draw = ImageDraw.Draw(image)
    match shape:
        case Picture():
            drawn = _enlarged(shape)
            mask = drawn if drawn.mode == "RGBA" else None
            image.paste(drawn, (round(shape.left), round(shape.top)), mask)
        case Line():
            draw.line((*shape.start, *shape.end), DARK if shape.dark else PAPER_HEX, 1)
        case Ring():
            box = (shape.left, shape.top, shape.right, shape.bottom)
            draw.rectangle(box, outline=DARK, width=4)
            draw.rectangle(box, outline=shape.colour, width=2)
        case Dot():
            draw.circle((shape.x, shape.y), 4, INK, LIGHT, 2)
        case Text():
            draw.text(
                (shape.left, shape.baseline),
                shape.text,
                INK,
                font(shape.size),
                anchor="ms" if shape.middle else "ls",
                stroke_width=2 if shape.halo else 0,
                stroke_fill=LIGHT,
            )
        case Tag():
            box = (shape.left, shape.top, shape.left + shape.width, shape.top + shape.height)
            draw.rectangle(box, shape.colour)
            at = (shape.left + shape.room, shape.baseline)
            draw.text(at, shape.text, DARK, font(shape.size), anchor="ls")


def svg_shape(shape: Shape, shared: Collection[str] = ()) -> str:
    """A shape as an SVG element; images with their name among `shared` are used by it."""
    match shape:
        case Picture():
            return _svg_picture(shape, shared)
        case Line():
            (x, y), (right, bottom) = shape.start, shape.end
            stroke = f'stroke="{PAPER_HEX}"'
            if shape.dark:
                stroke = f'stroke="{DARK}" stroke-width="0.5" stroke-opacity="0.6"'
            return f'<line x1="{x:g}" y1="{y:g}" x2="{right:g}" y2="{bottom:g}" {stroke}/>'
        case Ring():
            box = (
                f'x="{shape.left:g}" y="{shape.top:g}" width="{shape.right - shape.left:g}" '
                f'height="{shape.bottom - shape.top:g}" fill="none"'
            )
            return (
                f'<rect {box} stroke="{DARK}" stroke-width="4"/>'
                f'<rect {box} stroke="{shape.colour}" stroke-width="2"/>'
            )
        case Dot():
            at = f'cx="{shape.x:g}" cy="{shape.y:g}" r="4"'
            return f'<circle {at} fill="{INK}" stroke="{LIGHT}" stroke-width="2"/>'
        case Text():
            anchor = ' text-anchor="middle"' if shape.middle else ""
            halo = (
                f' stroke="{LIGHT}" stroke-width="2.4" paint-order="stroke"' if shape.halo else ""
            )
            return (
                f'<text x="{shape.left:g}" y="{shape.baseline:g}" font-size="{shape.size:g}" '
                f'fill="{INK}"{anchor}{halo}>{html.escape(shape.text)}</text>'
            )
        case Tag():
            # As wide as in PNG, whatever font the reader has.
            length = f'textLength="{shape.width - 2 * shape.room:g}"'
            return (
                f'<rect x="{shape.left:g}" y="{shape.top:g}" width="{shape.width:g}" '
                f'height="{shape.height:g}" fill="{shape.colour}"/>'
                f'<text x="{shape.left + shape.room:g}" y="{shape.baseline:g}" '
                f'font-size="{shape.size:g}" fill="{DARK}" {length} '
                f'lengthAdjust="spacingAndGlyphs">{html.escape(shape.text)}</text>'
            )


def _svg_picture(shape: Picture, shared: Collection[str]) -> str:
    box = f'x="{shape.left:g}" y="{shape.top:g}" width="{shape.width:g}" height="{shape.height:g}"'
    name = image_name(shape.pixels)
    if name not in shared:
        how: dict[str, Any] = {"kind": "JPEG", "quality": 90} if shape.photo else {"kind": "PNG"}
        return f'<image {box} href="{picture_address(_enlarged(shape), **how)}"/>'
    left, top, width, height = (100 * share for share in shape.part)
    return (
        f'<svg {box} viewBox="{left:g} {top:g} {width:g} {height:g}" preserveAspectRatio="none">'
        f'<use href="#{name}" width="100" height="100"/></svg>'
    )


def image_name(pixels: Bytes) -> str:
    """A name for the content of an image."""
    return "i" + hashlib.blake2b(pixels.tobytes(), digest_size=6).hexdigest()


def map_svg(cells: CellMap, side: float, shared: Collection[str] = ()) -> str:
    """A map as an SVG element of its own, its values written into the cells where there is room."""
    cell = side / max(cells.rows, cells.columns)
    width, height = cells.columns * cell, cells.rows * cell
    shapes = "".join(svg_shape(s, shared) for s in map_shapes(cells, 0, 0, side, numbers=True))
    return (
        f'<svg viewBox="-2 -2 {width + 4:g} {height + 4:g}" width="{width + 4:g}" role="img" '
        f'aria-label="{html.escape(cells.name)}">{shapes}</svg>'
    )
