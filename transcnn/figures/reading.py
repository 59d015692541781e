"""One reading as a picture file: the token, its weights at each level, the colour bar."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from transcnn.analysis.reading import ReadingFacts
from transcnn.figures.scale import LIGHT, OCTAVES, colours, format_multiple
from transcnn.pictures import Crop
from transcnn.trace.trace import Reading

SIDE, MARGIN, HEAD, BAR = 392, 24, 30, 60  # pixels
_PAPER, _INK, _LIGHT_RING, _DARK_RING = "#FBFAF7", "#1D1C1A", "#FFFFFF", "#14130F"
_CELL = "#39D0C4"


def draw_reading(
    pixels: NDArray[np.uint8], crop: Crop, readings: list[Reading], facts: list[ReadingFacts]
) -> Image.Image:
    """The crop [S, S, 3] with the token marked, then each level's weights as multiples of even.

    The scale is `figures.scale`, the same for every picture; the bar says so with numbers.
    """
    panels = 1 + len(readings)
    size = (MARGIN + panels * (SIDE + MARGIN), 2 * MARGIN + HEAD + SIDE + BAR)
    sheet = Image.new("RGB", size, _PAPER)
    draw = ImageDraw.Draw(sheet)
    top = MARGIN + HEAD
    sheet.paste(
        Image.fromarray(pixels).resize((SIDE, SIDE), Image.Resampling.BICUBIC), (MARGIN, top)
    )
    _write(draw, (MARGIN, MARGIN), "The picture as the network sees it")
    first = readings[0]
    _frame(draw, _on_panel(first, crop, None), _CELL)
    _frame(draw, _on_panel(first, crop, first.own), _LIGHT_RING)
    for i, (reading, fact) in enumerate(zip(readings, facts, strict=True)):
        left = MARGIN + (i + 1) * (SIDE + MARGIN)
        strongest = format_multiple(float(fact.multiple.max()))
        _write(draw, (left, MARGIN), f"Level {reading.level}: at most {strongest} an even share")
        _map(draw, reading, fact, (left, top))
    _bar(sheet, draw, (MARGIN + SIDE + MARGIN, top + SIDE + MARGIN // 2))
    return sheet


def _font(px: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(px)


def _write(draw: ImageDraw.ImageDraw, place: tuple[int, int], text: str) -> None:
    draw.text(place, text, _INK, _font(16))


def _on_panel(
    reading: Reading, crop: Crop, place: tuple[int, int] | None
) -> tuple[float, float, float, float]:
    """A place of the grid (or, for None, all of it) on the panel of the picture."""
    if place is None:
        rows, columns = reading.valid.any(1).sum(), reading.valid.any(0).sum()
        start, end = reading.areas[0][0], reading.areas[rows - 1][columns - 1]
    else:
        start = end = reading.areas[place[0]][place[1]]
    across = SIDE / (crop.box.right - crop.box.left)
    down = SIDE / (crop.box.bottom - crop.box.top)
    left, top = MARGIN - crop.box.left * across, MARGIN + HEAD - crop.box.top * down
    return (
        left + start.left * across,
        top + start.top * down,
        left + end.right * across,
        top + end.bottom * down,
    )


def _frame(draw: ImageDraw.ImageDraw, box: tuple[float, float, float, float], colour: str) -> None:
    draw.rectangle(box, outline=_DARK_RING, width=4)
    draw.rectangle(box, outline=colour, width=2)


def _map(
    draw: ImageDraw.ImageDraw,
    reading: Reading,
    fact: ReadingFacts,
    corner: tuple[int, int],
) -> None:
    rows, columns = reading.valid.shape
    cell = SIDE // max(rows, columns)
    values = colours(fact.multiple)
    for row, column in zip(*np.nonzero(reading.valid), strict=True):
        x, y = corner[0] + int(column) * cell, corner[1] + int(row) * cell
        colour = tuple(int(v) for v in values[row, column])
        draw.rectangle((x, y, x + cell - 2, y + cell - 2), fill=colour)
    own = (corner[0] + reading.own[1] * cell, corner[1] + reading.own[0] * cell)
    _frame(draw, (*own, own[0] + cell - 2, own[1] + cell - 2), _LIGHT_RING)


def _bar(sheet: Image.Image, draw: ImageDraw.ImageDraw, corner: tuple[int, int]) -> None:
    octaves = np.linspace(-OCTAVES, OCTAVES, SIDE)
    strip = np.broadcast_to(colours(2.0**octaves, LIGHT), (12, SIDE, 3))
    sheet.paste(Image.fromarray(np.ascontiguousarray(strip)), corner)
    for octave in range(-OCTAVES, OCTAVES + 1):
        text = f"1/{2**-octave}" if octave < 0 else f"{2**octave}×"
        x = corner[0] + (octave + OCTAVES) * (SIDE - 1) / (2 * OCTAVES)
        draw.text((x, corner[1] + 16), text, _INK, _font(13), anchor="ma")
