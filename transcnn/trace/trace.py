"""The frozen record of one run on one image. It holds no reference to the network.

All arrays are float32 and read-only, so a trace can be shared by threads and caches.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from transcnn.errors import ChoiceError
from transcnn.pictures import Box, Crop

Array = NDArray[np.float32]
Float64 = NDArray[np.float64]


@dataclass(frozen=True)
class LevelTrace:
    """One level of one H-MHSA.

    Sizes are (rows, columns). `attention` is [h, down, across, T, T]: head, grid down, grid
    across, query token, key token; rows sum to 1. Maps are [C, rows, columns]. Where `size` is
    no multiple of the grid, the last grids extend beyond the map up to `padded_size`; keys there
    have weight 0, and rows of queries there have no meaning.
    """

    level: int
    grid_size: tuple[int, int]
    size: tuple[int, int]
    padded_size: tuple[int, int]
    tokens_in: Array  # t_i, the residual of the level
    attention: Array
    attended: Array  # the output of attention, before the residual
    merged_max: Array | None  # both None at the last level
    merged_avg: Array | None

    @property
    def valid(self) -> NDArray[np.bool_]:
        """[down, across, T]: which tokens of each grid lie on the map."""
        rows, columns = (
            np.arange(padded).reshape(-1, side) < size
            for padded, side, size in zip(self.padded_size, self.grid_size, self.size, strict=True)
        )  # down y, across x
        both = rows[:, None, :, None] & columns[None, :, None, :]
        return both.reshape(len(rows), len(columns), -1)

    @property
    def multiple(self) -> Array:
        """`attention` as multiple of uniform attention over the tokens that exist (1 = uniform)."""
        tokens = self.valid.sum(-1, dtype=np.float32)
        return self.attention * tokens[:, :, None, None]

    @property
    def grid(self) -> int | tuple[int, int]:
        """The side of the grid, g; (rows, columns) where the last grid is not square."""
        rows, columns = self.grid_size
        return rows if rows == columns else (rows, columns)

    def grid_origin(self, token: tuple[int, int]) -> tuple[int, int]:
        """The first token (row, column) of the grid that holds `token` of this level's map."""
        (rows, columns), (row, column) = self.grid_size, token
        return row // rows * rows, column // columns * columns

    def as_map(self, values: NDArray[Any]) -> NDArray[Any]:
        """A value for each token of each grid [down, across, T], as a map [rows, columns]."""
        down, across, _ = values.shape
        whole = values.reshape(down, across, *self.grid_size).transpose(0, 2, 1, 3)
        return whole.reshape(self.padded_size)[: self.size[0], : self.size[1]]


@dataclass(frozen=True)
class Reading:
    """The attention weights of one query token at one level, over the grid that holds it.

    At higher levels the query is the merged token that holds the token asked for. Arrays are
    [h, rows, columns] of the grid. `multiple` is the probability as multiple of uniform attention
    over the tokens that exist; tokens beyond the map's edge have 0 and are not `valid`.
    """

    level: int
    token: tuple[int, int]  # the query token on this level's map: row, column
    grid_origin: tuple[int, int]  # the grid's first token on this level's map
    probability: Array
    multiple: Array
    valid: NDArray[np.bool_]  # [rows, columns]
    areas: tuple[tuple[Box, ...], ...]  # of each token on the picture, in pixels: rows x columns

    @property
    def own(self) -> tuple[int, int]:
        """The query token's position inside the grid: row, column."""
        return self.token[0] - self.grid_origin[0], self.token[1] - self.grid_origin[1]

    @property
    def uniform(self) -> float:
        """The probability of each token under uniform attention."""
        return 1 / int(self.valid.sum())


@dataclass(frozen=True)
class BlockTrace:
    """One H-MHSA: `added` is what it adds to its `input` X; both are [C, H, W]."""

    stage: int
    block: int  # within its stage, counting blocks with H-MHSA
    width: int
    heads: int
    size: tuple[int, int]  # rows, columns of its map
    input: Array
    added: Array
    levels: tuple[LevelTrace, ...]
    stride: int | None = None  # input pixels of one of its tokens; None: the input's side tells

    def token_size(self, level: int) -> tuple[int, int]:
        """How many level-0 tokens one token of `level` was merged from: down, across."""
        sides = [below.grid_size for below in self.levels[:level]]
        return math.prod(rows for rows, _ in sides), math.prod(columns for _, columns in sides)

    def ancestor(self, token: tuple[int, int], level: int) -> tuple[int, int]:
        """The token of `level` that the level-0 `token` (row, column) was merged into."""
        down, across = self.token_size(level)
        return token[0] // down, token[1] // across


@dataclass(frozen=True)
class Trace:
    """One run of a network on one image."""

    model: str
    weights_sha256: str | None  # None for weights that no file holds
    crop: Crop
    logits: Array  # [classes]
    blocks: tuple[BlockTrace, ...]

    def block(self, stage: int, block: int) -> BlockTrace:
        """The H-MHSA at `stage` and `block`, both from 0. Raises ChoiceError naming what exists."""
        stages = sorted({b.stage for b in self.blocks})
        _check_index("stage", stage, stages)
        found = {b.block: b for b in self.blocks if b.stage == stage}  # "off" skips some
        _check_index(f"block of stage {stage}", block, list(found))
        return found[block]

    def read(self, stage: int, block: int, token: tuple[int, int]) -> list[Reading]:
        """What `token` (row, column on the block's level-0 map, from 0) attends to, by level.

        At level 1 and above the query is the merged token that holds it. Raises ChoiceError for an
        index that does not exist.
        """
        chosen = self.block(stage, block)
        check_token(token, chosen.size)
        # Input pixels of one token of level 0, down and across. Those at the edge may be cut.
        side = np.array(
            [
                chosen.stride or rows / n
                for rows, n in zip(self.crop.sides, chosen.size, strict=True)
            ]
        )
        return [
            _read(
                level,
                chosen.ancestor(token, level.level),
                side * np.array(chosen.token_size(level.level)),
                self.crop,
            )
            for level in chosen.levels
        ]


def _check_index(field: str, value: int, allowed: Sequence[int]) -> None:
    if value not in allowed:
        named = ", ".join(map(str, allowed)) or "none, H-MHSA was removed in this run"
        raise ChoiceError(field=field, value=value, allowed=named)


def check_token(token: tuple[int, int], size: tuple[int, int]) -> None:
    """Raises ChoiceError unless `token` (row, column) lies on a map of `size`."""
    if len(token) != 2 or not all(0 <= t < s for t, s in zip(token, size, strict=True)):
        allowed = f"a row from 0 to {size[0] - 1}, a column from 0 to {size[1] - 1}"
        raise ChoiceError(field="token", value=tuple(token), allowed=allowed)


def _read(
    level: LevelTrace, token: tuple[int, int], side: NDArray[np.float64], crop: Crop
) -> Reading:
    """The attention row of `token` of `level`, whose tokens have `side` input pixels."""
    rows, columns = level.grid_size
    origin = level.grid_origin(token)
    grid = (origin[0] // rows, origin[1] // columns)
    query = (token[0] - origin[0]) * columns + token[1] - origin[1]
    heads = level.attention.shape[0]
    probability = level.attention[:, grid[0], grid[1], query].reshape(heads, rows, columns)
    valid = level.valid[grid].reshape(rows, columns)
    down, across = side.tolist()

    def area(row: int, column: int) -> Box:
        top, left = (origin[0] + row) * down, (origin[1] + column) * across
        # Cut at the edge: merged tokens of cut grids are smaller, tokens beyond the map empty.
        edges = (top, left, top + down, left + across)
        ends = crop.sides * 2
        return crop.on_picture(*(min(edge, end) for edge, end in zip(edges, ends, strict=True)))

    return Reading(
        level=level.level,
        token=token,
        grid_origin=origin,
        probability=probability,
        multiple=probability * np.float32(valid.sum()),
        valid=valid,
        areas=tuple(tuple(area(r, c) for c in range(columns)) for r in range(rows)),
    )
