"""The frozen record of one run on one picture. It holds no reference to the network.

All arrays are float32 and read-only, so a trace can be shared by threads and caches.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transcnn.errors import ChoiceError
from transcnn.pictures import Box, Crop

Array = NDArray[np.float32]


@dataclass(frozen=True)
class LevelTrace:
    """One level of one H-MHSA.

    Sizes are (rows, columns). `attention` is [h, down, across, T, T]: head, grid down, grid
    across, asking token, token read; rows sum to 1. Maps are [C, rows, columns]. Where `size` is
    no multiple of the grid, the last grids reach beyond the map up to `padded_size`; weights
    there are 0, and rows of tokens that do not exist mean nothing.
    """

    level: int
    grid_size: tuple[int, int]
    size: tuple[int, int]
    padded_size: tuple[int, int]
    tokens_in: Array  # t_i, the residual of the level
    attention: Array
    attended: Array  # what attention gives, before the residual
    merged_max: Array | None  # both None at the last level
    merged_avg: Array | None

    @property
    def valid(self) -> NDArray[np.bool_]:
        """[down, across, T]: which places of each grid lie on the map."""
        rows, columns = (
            np.arange(padded).reshape(-1, side) < size
            for padded, side, size in zip(self.padded_size, self.grid_size, self.size, strict=True)
        )  # down y, across x
        both = rows[:, None, :, None] & columns[None, :, None, :]
        return both.reshape(len(rows), len(columns), -1)

    @property
    def multiple(self) -> Array:
        """`attention` over an even reading of the places that exist; 1 is an even share."""
        places = self.valid.sum(-1, dtype=np.float32)
        return self.attention * places[:, :, None, None]

    @property
    def grid(self) -> int | tuple[int, int]:
        """The side of the grid, g; (rows, columns) where the last grid is not square."""
        rows, columns = self.grid_size
        return rows if rows == columns else (rows, columns)


@dataclass(frozen=True)
class Reading:
    """The weights of one token at one level, over the grid that holds it (or its ancestor).

    Arrays are [h, rows, columns] of the grid. `multiple` is the probability over that of an even
    reading of the places that exist; places beyond the map's edge are 0 and not `valid`.
    """

    level: int
    token: tuple[int, int]  # the asking token on this level's map: row, column
    grid_origin: tuple[int, int]  # the grid's first token on this level's map
    probability: Array
    multiple: Array
    valid: NDArray[np.bool_]  # [rows, columns]
    areas: tuple[tuple[Box, ...], ...]  # of each place on the picture, in pixels: rows x columns

    @property
    def own(self) -> tuple[int, int]:
        """The asking token's place inside the grid: row, column."""
        return self.token[0] - self.grid_origin[0], self.token[1] - self.grid_origin[1]

    @property
    def uniform(self) -> float:
        """The probability of each place in an even reading."""
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


@dataclass(frozen=True)
class Trace:
    """One run of a network on one picture."""

    model: str
    weights_sha256: str | None  # None for weights that no file holds
    crop: Crop
    logits: Array  # [classes]
    blocks: tuple[BlockTrace, ...]

    def block(self, stage: int, block: int) -> BlockTrace:
        """The H-MHSA at `stage` and `block`, both from 0. Raises ChoiceError naming what exists."""
        stages = sorted({b.stage for b in self.blocks})
        _check_index("stage", stage, stages)
        found = {b.block: b for b in self.blocks if b.stage == stage}  # a switch may skip some
        _check_index(f"block of stage {stage}", block, list(found))
        return found[block]

    def read(self, stage: int, block: int, token: tuple[int, int]) -> list[Reading]:
        """Where `token` (row, column on the block's level-0 map, from 0) read, level by level.

        At level 1 and up it is the merged token that holds it. Raises ChoiceError for an index
        that does not exist.
        """
        chosen = self.block(stage, block)
        check_token(token, chosen.size)
        readings = []
        position = token
        side = self.crop.size / np.array(chosen.size)  # input pixels of one token of level 0
        for level in chosen.levels:
            readings.append(_reading(level, position, side, self.crop))
            position = (position[0] // level.grid_size[0], position[1] // level.grid_size[1])
            side = side * np.array(level.grid_size)
        return readings


def _check_index(field: str, value: int, allowed: Sequence[int]) -> None:
    if value not in allowed:
        named = ", ".join(map(str, allowed)) or "none, H-MHSA was off in this run"
        raise ChoiceError(field=field, value=value, allowed=named)


def check_token(token: tuple[int, int], size: tuple[int, int]) -> None:
    """Raises ChoiceError unless `token` (row, column) lies on a map of `size`."""
    if len(token) != 2 or not all(0 <= t < s for t, s in zip(token, size, strict=True)):
        allowed = f"a row from 0 to {size[0] - 1}, a column from 0 to {size[1] - 1}"
        raise ChoiceError(field="token", value=tuple(token), allowed=allowed)


def _reading(
    level: LevelTrace, token: tuple[int, int], side: NDArray[np.float64], crop: Crop
) -> Reading:
    rows, columns = level.grid_size
    grid = (token[0] // rows, token[1] // columns)
    origin = (grid[0] * rows, grid[1] * columns)
    asking = (token[0] - origin[0]) * columns + token[1] - origin[1]
    heads = level.attention.shape[0]
    probability = level.attention[:, grid[0], grid[1], asking].reshape(heads, rows, columns)
    valid = level.valid[grid].reshape(rows, columns)

    down, across = side.tolist()

    def area(row: int, column: int) -> Box:
        top, left = (origin[0] + row) * down, (origin[1] + column) * across
        # The edge cuts off the grid that a merged token stands for, and leaves nothing of places
        # beyond the map.
        edges = (top, left, top + down, left + across)
        return crop.on_picture(*(min(edge, crop.size) for edge in edges))

    return Reading(
        level=level.level,
        token=token,
        grid_origin=origin,
        probability=probability,
        multiple=probability * np.float32(valid.sum()),
        valid=valid,
        areas=tuple(tuple(area(r, c) for c in range(columns)) for r in range(rows)),
    )
