"""Two readings of the same place below each other, as a figure and as a table."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transcnn.figures.attention import NOTE, place_says, reading_row
from transcnn.figures.attention_table import COLUMNS, reading_rows
from transcnn.figures.sheet import Panel, Row, Sheet
from transcnn.figures.table import to_csv
from transcnn.trace.trace import Trace


@dataclass(frozen=True, eq=False)
class Compared:
    """A picture [S, S, 3] as a network sees it, and a token of a block; `trace` None: without."""

    name: str
    answer: str
    pixels: NDArray[np.uint8]
    trace: Trace | None
    stage: int = 0
    block: int = 0
    token: tuple[int, int] = (0, 0)
    head: int | None = None


def compare_sheet(compared: Sequence[Compared]) -> Sheet:
    """A row for each, on the scale that is the same everywhere."""
    return Sheet("Compared, all counted from 0", tuple(_row(one) for one in compared), NOTE)


def _row(one: Compared) -> Row:
    if one.trace is None:
        picture = Panel("The picture as the network sees it", one.pixels)
        return Row(f"{one.name}: {one.answer}. No H-MHSA, nothing is read", (picture,))
    place = place_says(one.stage, one.block, one.token, one.head)
    title = f"{one.name}: {one.answer}. {place}"
    return reading_row(title, one.trace, one.pixels, one.stage, one.block, one.token, one.head)


def compare_csv(compared: Sequence[Compared]) -> str:
    """Every weight of both, as in the table of one reading, with the name in front."""
    return to_csv(
        ("compared", *COLUMNS),
        (
            (one.name, *row)
            for one in compared
            if one.trace is not None
            for row in reading_rows(one.trace, one.stage, one.block, one.token)
        ),
    )
