"""Cutting a map into grids, merging each grid to one token, and going back up."""

import torch
import torch.nn.functional as F
from einops import rearrange, repeat
from torch import Tensor

from transcnn.model.config import Level, Upsampling, ceil_divide
from transcnn.model.layers import max_pool, pad_end
from transcnn.model.symbols import is_general, surely


def divides(level: Level) -> bool:
    """Whether the map divides into whole grids; False where that depends on symbols."""
    (rows, columns), (whole_rows, whole_columns) = level.size, level.padded_size
    return surely(whole_rows == rows) and surely(whole_columns == columns)


def cut(x: Tensor, level: Level) -> Tensor:
    """(5), (9): the map [B, C, H, W] as [B down across, T, C], one row for each grid.

    A map that does not divide into grids is padded at the right and the bottom with zeros; see
    `valid_tokens` for telling them apart.
    """
    if not divides(level):
        x = pad_end(x, level.padded_size, 0)
    return rearrange(
        x,
        "b c (down y) (across x) -> (b down across) (y x) c",
        y=level.grid[0],
        x=level.grid[1],
    )


def join(tokens: Tensor, level: Level) -> Tensor:
    """(6), (10): [B down across, T, C] back to the map [B, C, H, W], cropped to its size."""
    whole = rearrange(
        tokens,
        "(b down across) (y x) c -> b (down y) (across x) c",
        down=level.grids[0],
        across=level.grids[1],
        y=level.grid[0],
    )
    # Channels last in memory, as the following layers need all channels of a token together.
    return _crop(whole, level.size).permute(0, 3, 1, 2)  # b c y x


def valid_tokens(level: Level, device: torch.device) -> Tensor:
    """[down, across, T]: False for tokens beyond the map's right and bottom edges.

    Every grid has at least one valid token, so no row of the softmax is empty.
    """
    rows = torch.arange(level.padded_size[0], device=device) < level.size[0]
    columns = torch.arange(level.padded_size[1], device=device) < level.size[1]
    return rearrange(
        rows[:, None] & columns[None, :],
        "(down y) (across x) -> down across (y x)",
        y=level.grid[0],
        x=level.grid[1],
    )


def merge(a: Tensor, grid: int) -> tuple[Tensor, Tensor]:
    """(8): the two summands of a merged token, max and average over each grid [B, C, H/g, W/g].

    Grids that the edge cuts off use only the elements that exist.
    """
    if not is_general():
        return max_pool(a, grid), F.avg_pool2d(a, grid, ceil_mode=True, count_include_pad=False)
    whole = (ceil_divide(a.shape[2], grid) * grid, ceil_divide(a.shape[3], grid) * grid)
    there = pad_end(torch.ones_like(a[:1, :1]), whole, 0)
    mean = F.avg_pool2d(pad_end(a, whole, 0), grid) / F.avg_pool2d(there, grid)
    return max_pool(a, grid), mean


def _crop(x: Tensor, size: tuple[int, int]) -> Tensor:
    """The top left of x [B, Y, X, C]."""
    if not is_general():
        return x[:, : size[0], : size[1]]
    rows, columns = (torch.arange(length, device=x.device) for length in size)
    # The strides of a slice would depend on whether something is cut off; those of a choice do not.
    return x.index_select(1, rows).index_select(2, columns)


def upsample(a: Tensor, factor: int, size: tuple[int, int], how: Upsampling) -> Tensor:
    """(12): enlarge a level's map by the product of the merges below it, cropped to `size`.

    `nearest` repeats each merged token over its grid.
    """
    if how == "nearest":
        last = a.permute(0, 2, 3, 1)  # b y x c, channels last in memory as in `join`
        last = repeat(
            last, "b y x c -> b (y repeat_y) (x repeat_x) c", repeat_y=factor, repeat_x=factor
        )
        return _crop(last, size).permute(0, 3, 1, 2)
    a = F.interpolate(a, scale_factor=factor, mode="bilinear", align_corners=False)
    return a[:, :, : size[0], : size[1]]
