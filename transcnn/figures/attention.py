"""One reading as a figure: the token on the picture, its weights at each level, the colour bar.

Stages, blocks, heads and places count from 0, as in links and commands.
"""

import numpy as np
from numpy.typing import NDArray

from transcnn.analysis.attention_row import reading_facts
from transcnn.figures.scale import MULTIPLES, ColourScale, colours, format_multiple, ramp_colours
from transcnn.figures.sheet import PAPER, Bar, Mark, Panel, Row, Sheet
from transcnn.pictures import Box
from transcnn.trace.trace import Reading, Trace

NOTE = "A weight says where a block mixed from, not why the answer came."


def reading_sheet(
    trace: Trace,
    pixels: NDArray[np.uint8],
    stage: int,
    block: int,
    token: tuple[int, int],
    head: int | None = None,
) -> Sheet:
    """The crop [S, S, 3] with the token marked, then each level's weights as multiples of even.

    `head` None is the mean of all. The scale is `figures.scale`, the same for every picture; the
    bar says so with numbers. Raises ChoiceError as `Trace.read` does.
    """
    row = reading_row(
        "Weights as multiples of an even share", trace, pixels, stage, block, token, head
    )
    title = f"{trace.model}, {place_says(stage, block, token, head)}"
    return Sheet(f"{title} (all from 0)", (row,), NOTE)


def place_says(stage: int, block: int, token: tuple[int, int], head: int | None) -> str:
    """Which reading it is, counted from 0."""
    heads = "mean of all heads" if head is None else f"head {head}"
    return f"stage {stage}, block {block}, {heads}: token {token[0]},{token[1]}"


def reading_row(
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
    picture = Panel(
        "The picture as the network sees it", pixels, marks=_on_picture(trace, readings[0], pixels)
    )
    return Row(
        title,
        (picture, *(level_panel(reading, head) for reading in readings)),
        (scale_bar("read, multiple of an even share"),),
    )


def level_panel(reading: Reading, head: int | None = None) -> Panel:
    """The weights of one level on its grid; places beyond the map stay paper."""
    facts = reading_facts(reading, 1, head)
    values = np.where(reading.valid[..., None], colours(facts.multiple), PAPER).astype(np.uint8)
    strongest = format_multiple(float(facts.multiple[facts.strongest]))
    return Panel(
        f"Level {reading.level}: at most {strongest} an even share",
        values,
        (1, 1),
        (Mark(*reading.own, 1, 1),),
    )


def scale_bar(title: str, scale: ColourScale = MULTIPLES) -> Bar:
    """The colour bar of a scale."""
    return Bar(title, ramp_colours(scale.bar()), scale.ticks())


def _on_picture(trace: Trace, reading: Reading, pixels: NDArray[np.uint8]) -> tuple[Mark, Mark]:
    """The grid that the token reads in and the token itself, in pixels of the crop."""
    rows, columns = reading.valid.any(1).sum(), reading.valid.any(0).sum()
    box, (row, column) = trace.crop.box, reading.own
    down = len(pixels) / (box.bottom - box.top)
    across = len(pixels) / (box.right - box.left)

    def mark(start: Box, end: Box) -> Mark:
        return Mark(
            (start.top - box.top) * down,
            (start.left - box.left) * across,
            (end.bottom - start.top) * down,
            (end.right - start.left) * across,
        )

    areas = reading.areas
    return mark(areas[0][0], areas[rows - 1][columns - 1]), mark(
        areas[row][column], areas[row][column]
    )
