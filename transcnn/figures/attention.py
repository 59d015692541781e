"""Attention of one token as a figure: the token on the image, its weights at each level, the
colour bar.

Functions count from 0, as links and commands do; titles count from 1.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from transcnn.analysis.attention_row import row_facts
from transcnn.figures.cells import Box, CellMap, image_map, value_map
from transcnn.figures.scale import MULTIPLES, ColourScale, format_multiple, ramp_colours
from transcnn.figures.sheet import Bar, Row, Sheet
from transcnn.pictures import Box as Area
from transcnn.trace.trace import Reading, Trace
from transcnn.words.translator import Translator


def attention_sheet(
    t: Translator,
    trace: Trace,
    pixels: NDArray[np.uint8],
    stage: int,
    block: int,
    token: tuple[int, int],
    head: int | None = None,
) -> Sheet:
    """The crop [S, S, 3] with the token marked, then each level's weights as multiples of uniform.

    `head` None is the mean of all. The scale is `figures.scale`, the same for every image; the
    bar says so with numbers. Raises ChoiceError as `Trace.read` does.
    """
    row = attention_row(t, t("figures.attention"), trace, pixels, stage, block, token, head)
    what = where_text(t, stage, block, token, head)
    title = t("figures.title", model=trace.model, what=what)
    return Sheet(title, (row,), t("view.limit"))


def where_text(
    t: Translator, stage: int, block: int, token: tuple[int, int], head: int | None
) -> str:
    """Which attention row it is."""
    heads = t("figures.all_heads") if head is None else t("figures.head", head=head + 1)
    return t(
        "figures.where",
        stage=stage + 1,
        block=block + 1,
        head=heads,
        row=token[0] + 1,
        column=token[1] + 1,
    )


def level_name(t: Translator, level: int, levels: int) -> str:
    """A level of a block with so many: the last is global, the first of several local."""
    if level + 1 == levels:
        return t("view.level_global", level=levels)
    return t("view.level" if level else "view.level_local", level=level + 1)


def attention_row(
    t: Translator,
    title: str,
    trace: Trace,
    pixels: NDArray[np.uint8],
    stage: int,
    block: int,
    token: tuple[int, int],
    head: int | None = None,
) -> Row:
    """The crop with the token marked, and each level's weights. Raises as `Trace.read` does."""
    readings = trace.read(stage, block, token)
    boxes = _on_picture(trace, readings[0], pixels)
    picture = image_map(t("figures.network_input"), pixels, boxes)
    names = [level_name(t, reading.level, len(readings)) for reading in readings]
    levels = (level_map(t, *named, head) for named in zip(names, readings, strict=True))
    return Row(title, (picture, *levels), (scale_bar(t("figures.times_uniform")),))


def level_map(t: Translator, name: str, reading: Reading, head: int | None = None) -> CellMap:
    """The weights of one level on its grid; keys beyond the map stay paper."""
    facts = row_facts(reading, 1, head)
    strongest = format_multiple(float(facts.multiple[facts.strongest]))
    name = t("figures.level_strongest", level=name, most=strongest)
    values = np.where(reading.valid, facts.multiple, np.nan)
    return replace(value_map(name, values, MULTIPLES), boxes=(Box(*reading.own),))


def scale_bar(title: str, scale: ColourScale = MULTIPLES) -> Bar:
    """The colour bar of a scale."""
    return Bar(title, ramp_colours(scale.bar()), scale.ticks())


def _on_picture(trace: Trace, reading: Reading, pixels: NDArray[np.uint8]) -> tuple[Box, Box]:
    """The grid that the token attends to and the token itself, in pixels of the crop."""
    rows, columns = reading.valid.any(1).sum(), reading.valid.any(0).sum()
    box, (row, column) = trace.crop.box, reading.own
    down = len(pixels) / (box.bottom - box.top)
    across = pixels.shape[1] / (box.right - box.left)

    def covered(start: Area, end: Area) -> Box:
        return Box(
            (start.top - box.top) * down,
            (start.left - box.left) * across,
            (end.bottom - start.top) * down,
            (end.right - start.left) * across,
        )

    areas = reading.areas
    return covered(areas[0][0], areas[rows - 1][columns - 1]), covered(
        areas[row][column], areas[row][column]
    )
