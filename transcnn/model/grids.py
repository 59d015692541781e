"""Cutting a map into grids, merging each grid to one token, and going back up."""

import torch
import torch.nn.functional as F
from einops import rearrange, repeat
from torch import Tensor

from transcnn.model.config import Level, Upsampling


def cut(x: Tensor, level: Level) -> Tensor:
    """(5), (9): the map [B, C, H, W] as [B down across, T, C], one row for each grid.

    A map that does not divide into grids is padded at the right and the bottom with zeros; see
    `valid_tokens` for telling them apart.
    """
    rows = level.padded_size[0] - x.shape[2]
    columns = level.padded_size[1] - x.shape[3]
    if rows or columns:
        x = F.pad(x, (0, columns, 0, rows))
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
    return whole[:, : level.size[0], : level.size[1]].permute(0, 3, 1, 2)  # b c y x


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
    largest = F.max_pool2d(a, grid, ceil_mode=True)
    mean = F.avg_pool2d(a, grid, ceil_mode=True, count_include_pad=False)
    return largest, mean


def upsample(a: Tensor, factor: int, size: tuple[int, int], how: Upsampling) -> Tensor:
    """(12): enlarge a level's map by the product of the merges below it, cropped to `size`.

    `nearest` repeats each merged token over its grid.
    """
    if how == "nearest":
        last = a.permute(0, 2, 3, 1)  # b y x c, channels last in memory as in `join`
        a = repeat(
            last, "b y x c -> b (y repeat_y) (x repeat_x) c", repeat_y=factor, repeat_x=factor
        ).permute(0, 3, 1, 2)
    else:
        a = F.interpolate(a, scale_factor=factor, mode="bilinear", align_corners=False)
    return a[:, :, : size[0], : size[1]]
