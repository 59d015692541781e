"""The attention weights of one token at one level as a map that can be walked cell by cell."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from transcnn.analysis.attention_row import RowFacts
from transcnn.figures.cells import Box, CellMap
from transcnn.figures.scale import format_multiple, multiples_scale
from transcnn.trace.trace import Reading
from transcnn.words.translator import Translator

_WRITTEN = 3  # the strongest weights, as numbers on their cells


def attention_map(
    t: Translator,
    name: str,
    reading: Reading,
    facts: RowFacts,
    *,
    boxes: Sequence[Box],
    image: NDArray[np.uint8],
    whole: tuple[float, float],
    says: str,
) -> CellMap:
    """The grid of `reading` over its part of `image`, which has `whole` (rows, columns) tokens of
    this level; keys beyond the map have no value. `boxes` are marked, the query token first."""
    rows, columns = reading.valid.shape
    multiples = np.where(reading.valid, facts.multiple, np.nan)
    flat = multiples.ravel()
    strongest = np.argsort(-np.nan_to_num(flat, nan=-1), kind="stable")[:_WRITTEN]
    return CellMap(
        name,
        rows,
        columns,
        multiples,
        multiples_scale(t),
        tips=tuple(f"{m:.3g}× ({100 * m * reading.uniform:.3g} %)" for m in flat.tolist()),
        texts={int(k): format_multiple(float(flat[k])).rstrip("×") for k in strongest},
        boxes=(Box(*reading.own), *boxes),
        image=image,
        origin=reading.grid_origin,
        whole=whole,
        says=says,
    )
