"""What a reading says in numbers: where it is strongest, how wide, how far."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transcnn.trace.trace import Array, BlockTrace, LevelTrace, Reading


@dataclass(frozen=True)
class ReadingFacts:
    """Numbers of one reading, the mean over its heads (or one head).

    Distances are in pixels of the network's input; `even_distance` is that of an even reading.
    """

    multiple: Array  # [rows, columns], of an even reading
    strongest: tuple[int, int]  # its place in the grid: row, column
    half: int  # how many of the strongest places give half of the reading
    places: int  # how many exist
    own: float  # multiple at the asking token itself
    distance: float
    even_distance: float


def reading_facts(reading: Reading, side_px: float, head: int | None = None) -> ReadingFacts:
    """The facts of `reading`; `side_px` is the side of one of its tokens in input pixels."""
    heads = reading.multiple if head is None else reading.multiple[head : head + 1]
    multiple = heads.mean(0)
    share = np.where(reading.valid, multiple, 0).astype(np.float64) * reading.uniform
    strongest = np.unravel_index(np.argmax(share), share.shape)
    distances = _distances(reading) * side_px
    descending = np.sort(share[reading.valid])[::-1]
    half = int(np.searchsorted(descending.cumsum(), share.sum() / 2)) + 1
    return ReadingFacts(
        multiple=multiple,
        strongest=(int(strongest[0]), int(strongest[1])),
        half=half,
        places=int(reading.valid.sum()),
        own=float(multiple[reading.own]),
        distance=float((distances * share).sum() / share.sum()),
        even_distance=float(distances[reading.valid].mean()),
    )


def _distances(reading: Reading) -> NDArray[np.float64]:
    """From the asking token to each place, in tokens of the level."""
    rows, columns = np.indices(reading.valid.shape)
    return np.hypot(rows - reading.own[0], columns - reading.own[1])


def telling_token(block: BlockTrace) -> tuple[int, int]:
    """A token worth showing first: the one with the largest sum over the levels of
    log2(strongest multiple, itself excluded), on the mean of the heads; the first of equals.
    """
    total = np.zeros(block.size)
    rows, columns = np.indices(block.size)
    for level in block.levels:
        strongest = _strongest_elsewhere(level)
        down, across = block.token_size(level.level)
        total += np.log2(np.maximum(strongest[rows // down, columns // across], 1e-9))
    best = np.unravel_index(np.argmax(total), total.shape)
    return int(best[0]), int(best[1])


def _strongest_elsewhere(level: LevelTrace) -> Array:
    """The map [rows, columns] of each token's largest multiple on another token."""
    multiple = level.multiple.mean(0)  # down across t s
    others = np.where(np.eye(multiple.shape[-1], dtype=bool), 0, multiple).max(-1)
    return level.as_map(others)
