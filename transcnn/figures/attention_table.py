"""Attention of one token as a table of exact numbers, in CSV."""

from collections.abc import Iterator

from transcnn.figures.table import to_csv, zero_based
from transcnn.trace.trace import Trace

COLUMNS = (
    *zero_based("stage", "block", "query row", "query column", "level", "head", "row", "column"),
    *("weight", "times_uniform", "left_px", "top_px", "right_px", "bottom_px"),
)


def attention_csv(trace: Trace, stage: int, block: int, token: tuple[int, int]) -> str:
    """Every weight of a token: a row for each level, head and key that exists.

    Rows and columns count from 0 on the level's map; the edges are pixels of the image. Raises
    ChoiceError as `Trace.read` does.
    """
    return to_csv(COLUMNS, attention_rows(trace, stage, block, token))


def attention_rows(
    trace: Trace, stage: int, block: int, token: tuple[int, int]
) -> Iterator[tuple[object, ...]]:
    """The rows of the table."""
    for reading in trace.read(stage, block, token):
        for head, weights in enumerate(reading.probability):
            for row, column in zip(*(i.tolist() for i in reading.valid.nonzero()), strict=True):
                key = (reading.grid_origin[0] + row, reading.grid_origin[1] + column)
                values = (weights[row, column], reading.multiple[head, row, column])
                yield (
                    *(stage, block, *token, reading.level, head, *key),
                    *(*map(float, values), *reading.areas[row][column]),
                )
