"""One query's attention in numbers: its strongest weight, its spread, its distance."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transcnn.trace.trace import Array, BlockTrace, LevelTrace, Reading


@dataclass(frozen=True)
class RowFacts:
    """Numbers of one attention row, the mean over the heads (or one head).

    Distances are mean attention distances in pixels of the network's input; `uniform_distance` is
    the one of uniform attention.
    """

    multiple: Array  # [rows, columns], of uniform attention
    strongest: tuple[int, int]  # row, column in the grid
    half: int  # how many of the strongest tokens receive half of the attention
    tokens: int  # how many exist
    own: float  # multiple at the query token itself
    distance: float
    uniform_distance: float


def row_facts(reading: Reading, side_px: float, head: int | None = None) -> RowFacts:
    """The numbers of `reading`; `side_px` is the side of one of its tokens in input pixels."""
    heads = reading.multiple if head is None else reading.multiple[head : head + 1]
    multiple = heads.mean(0)
    share = np.where(reading.valid, multiple, 0).astype(np.float64) * reading.uniform
    strongest = np.unravel_index(np.argmax(share), share.shape)
    distances = _distances(reading) * side_px
    descending = np.sort(share[reading.valid])[::-1]
    half = int(np.searchsorted(descending.cumsum(), share.sum() / 2)) + 1
    return RowFacts(
        multiple=multiple,
        strongest=(int(strongest[0]), int(strongest[1])),
        half=half,
        tokens=int(reading.valid.sum()),
        own=float(multiple[reading.own]),
        distance=float((distances * share).sum() / share.sum()),
        uniform_distance=float(distances[reading.valid].mean()),
    )


def _distances(reading: Reading) -> NDArray[np.float64]:
    """From the query to each token of the grid, in tokens of the level."""
    rows, columns = np.indices(reading.valid.shape)
    return np.hypot(rows - reading.own[0], columns - reading.own[1])


def telling_token(block: BlockTrace) -> tuple[int, int]:
    """The token that is shown first: the one with the largest sum over the levels of
    log2(strongest multiple, itself excluded), on the mean of the heads; the first of equals.
    """
    return _first_of_largest(_telling(block))


def inner_telling_token(block: BlockTrace) -> tuple[int, int]:
    """The same among the tokens that lie off the border and attend most to another token, both at
    every level: what they attend to is seen in all directions. Where there is none, among all.
    """
    rows, columns = np.indices(block.size)
    wanted = np.ones(block.size, dtype=bool)
    for level in block.levels:
        down, across = block.token_size(level.level)
        fit = _strongest_elsewhere(level) > _on_itself(level)
        fit[[0, -1]] = fit[:, [0, -1]] = False
        wanted &= fit[rows // down, columns // across]
    return _first_of_largest(np.where(wanted | ~wanted.any(), _telling(block), -np.inf))


def _telling(block: BlockTrace) -> NDArray[np.float64]:
    """For each token the sum over the levels of log2(strongest multiple, itself excluded)."""
    total = np.zeros(block.size)
    rows, columns = np.indices(block.size)
    for level in block.levels:
        strongest = _strongest_elsewhere(level)
        down, across = block.token_size(level.level)
        total += np.log2(np.maximum(strongest[rows // down, columns // across], 1e-9))
    return total


def _first_of_largest(values: NDArray[np.float64]) -> tuple[int, int]:
    row, column = np.unravel_index(np.argmax(values), values.shape)
    return int(row), int(column)


def _on_itself(level: LevelTrace) -> Array:
    """The map [rows, columns] of each token's multiple on itself."""
    return level.as_map(np.diagonal(level.multiple.mean(0), axis1=-2, axis2=-1))


def _strongest_elsewhere(level: LevelTrace) -> Array:
    """The map [rows, columns] of each token's largest multiple on another token."""
    multiple = level.multiple.mean(0)  # down across t s
    others = np.where(np.eye(multiple.shape[-1], dtype=bool), 0, multiple).max(-1)
    return level.as_map(others)
