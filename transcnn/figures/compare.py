"""Attention of the same token in two images or networks, as a figure and as a table."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transcnn.figures.attention import attention_row, where_text
from transcnn.figures.attention_table import COLUMNS, attention_rows
from transcnn.figures.cells import image_map
from transcnn.figures.sheet import Row, Sheet
from transcnn.figures.table import to_csv
from transcnn.trace.trace import Trace
from transcnn.words.translator import Translator


@dataclass(frozen=True, eq=False)
class Compared:
    """A network's input [S, S, 3] and a token of a block; `trace` None: H-MHSA removed."""

    name: str
    prediction: str
    pixels: NDArray[np.uint8]
    trace: Trace | None
    stage: int = 0
    block: int = 0
    token: tuple[int, int] = (0, 0)
    head: int | None = None


def compare_sheet(t: Translator, compared: Sequence[Compared]) -> Sheet:
    """A row for each, on the scale that is the same everywhere."""
    rows = tuple(_row(t, one) for one in compared)
    return Sheet(t("figures.compare"), rows, t("view.limit"))


def _row(t: Translator, one: Compared) -> Row:
    where = (one.stage, one.block, one.token, one.head)
    what = t("figures.no_attention") if one.trace is None else where_text(t, *where)
    title = t("figures.compared", name=one.name, prediction=one.prediction, what=what)
    if one.trace is None:
        return Row(title, (image_map(t("figures.network_input"), one.pixels),))
    return attention_row(t, title, one.trace, one.pixels, *where)


def compare_csv(compared: Sequence[Compared]) -> str:
    """Every weight of both, as in the table of one token, with the name in front."""
    return to_csv(
        ("compared", *COLUMNS),
        (
            (one.name, *row)
            for one in compared
            if one.trace is not None
            for row in attention_rows(one.trace, one.stage, one.block, one.token)
        ),
    )
