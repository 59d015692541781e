"""The attention once more, slowly: float64, one token at a time, written from the equations alone.

There are no grids to cut, no padding and no masks here: a token reads the tokens of its grid that
exist, found by slicing the map. Maps are [C, H, W]; `weights` is a state dict of arrays with the
names that the network's files use. Equation numbers are the paper's (see `transcnn.model`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transcnn.model.config import HMHSA, Norm, PooledAttention

Map = NDArray[np.float64]
Weights = Mapping[str, NDArray[np.float64]]


@dataclass
class LevelByHand:
    """What one level did: its tokens, what attention gave, and the two summands of the next."""

    tokens_in: Map
    attended: Map
    merged_max: Map | None = None
    merged_avg: Map | None = None


def h_mhsa(x: Map, weights: Weights, shape: HMHSA) -> tuple[Map, list[LevelByHand]]:
    """(5) to (12): what H-MHSA adds to x, and its levels."""
    height, width = x.shape[1:]
    tokens = norm(x, shape.input_norm, weights, "input_norm")
    levels = []
    total = np.zeros_like(x)
    factor = 1  # how many places of x, along an axis, one token stands for
    for i in range(len(shape.merges) + 1):
        last = i == len(shape.merges)
        # (5), (9): inside G_i x G_i grids; at the last level over everything that is left
        grid = tokens.shape[1:] if last else (shape.merges[i], shape.merges[i])
        u = norm(tokens, shape.level_norm, weights, f"norms.{i}")
        qkv = project(u, weights, f"qkv.{i if shape.qkv_per_level else 0}")
        level = LevelByHand(tokens, attend_heads(qkv, shape.heads, grid))
        levels.append(level)
        a = level.attended + tokens  # (7), (11)
        normed = norm(a, shape.output_norm, weights, f"output_norms.{i}")
        enlarge = {"nearest": nearest, "bilinear": bilinear}[shape.upsampling]
        total += enlarge(normed, factor, height, width)  # (12)
        if not last:
            level.merged_max = pool(a, shape.merges[i], np.max)  # (8)
            level.merged_avg = pool(a, shape.merges[i], np.mean)
            tokens = level.merged_max + level.merged_avg
            factor *= shape.merges[i]
    return project(total, weights, "proj"), levels  # (12)


def grid_pooled(x: Map, weights: Weights, shape: PooledAttention) -> Map:
    """What the attention of the authors' released code adds to x: grids, then a pooled map."""
    height, width = x.shape[1:]
    grid = (height, width) if shape.grid == 1 else (shape.grid, shape.grid)
    qkv = project(norm(x, shape.norm, weights, "norm"), weights, "qkv")
    local = attend_heads(qkv, shape.heads, grid)
    if shape.grid == 1:
        return project(local, weights, "proj")
    local = norm(x + local, shape.norm, weights, "grid_norm")
    rows, columns = min(shape.pool, height), min(shape.pool, width)
    whole = local[:, : height // rows * rows, : width // columns * columns]  # the rest is left out
    pooled = np.stack(
        [
            [
                whole[:, y : y + rows, x : x + columns].mean((1, 2))
                for x in range(0, whole.shape[2], columns)
            ]
            for y in range(0, whole.shape[1], rows)
        ]
    ).transpose(2, 0, 1)
    q = project(local, weights, "q")
    kv = project(norm(pooled, shape.norm, weights, "pool_norm"), weights, "kv")
    k, v = np.split(kv, 2)
    out = np.empty_like(x)
    for slot in head_slots(shape.width, shape.heads):
        keys, values = k[slot].reshape(len(k[slot]), -1), v[slot].reshape(len(v[slot]), -1)
        for y, x_ in np.ndindex(height, width):
            out[slot, y, x_] = values @ softmax(keys.T @ q[slot, y, x_] / np.sqrt(len(keys)))
    return project(out + local, weights, "proj")


def head_slots(width: int, heads: int) -> list[slice]:
    """The channels of each head: head by head, each in one piece."""
    d = width // heads
    return [slice(j * d, (j + 1) * d) for j in range(heads)]


def attend_heads(qkv: Map, heads: int, grid: tuple[int, int]) -> Map:
    """(1) for every head inside every grid; channels of `qkv` are q, k, v, each head by head."""
    q, k, v = np.split(qkv, 3)
    return np.concatenate(
        [attend(q[slot], k[slot], v[slot], grid) for slot in head_slots(len(q), heads)]
    )


def attend(q: Map, k: Map, v: Map, grid: tuple[int, int]) -> Map:
    """(1) for one head: each token reads the tokens of its own grid."""
    d, height, width = q.shape
    out = np.empty_like(v)
    for y, x in np.ndindex(height, width):
        top, left = y // grid[0] * grid[0], x // grid[1] * grid[1]
        mine = (slice(None), slice(top, top + grid[0]), slice(left, left + grid[1]))
        keys, values = k[mine].reshape(d, -1), v[mine].reshape(d, -1)
        out[:, y, x] = values @ softmax(keys.T @ q[:, y, x] / np.sqrt(d))
    return out


def softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    exponentials = np.exp(scores - scores.max())
    return exponentials / exponentials.sum()


def project(x: Map, weights: Weights, name: str) -> Map:
    """A 1x1 convolution: the same matrix and bias at every place."""
    matrix, bias = weights[f"{name}.weight"][:, :, 0, 0], weights[f"{name}.bias"]
    out = np.empty((len(matrix), *x.shape[1:]))
    for y, x_ in np.ndindex(*x.shape[1:]):
        out[:, y, x_] = matrix @ x[:, y, x_] + bias
    return out


def norm(x: Map, kind: Norm | None, weights: Weights, name: str) -> Map:
    """Batch norm with its stored statistics; group norm over everything; layer norm per place."""
    if kind is None:
        return x
    if kind.kind == "batch":
        mean = weights[f"{name}.running_mean"][:, None, None]
        variance = weights[f"{name}.running_var"][:, None, None]
    elif kind.kind == "group":
        mean, variance = x.mean(), x.var()
    else:
        mean, variance = x.mean(0), x.var(0)
    scale, shift = weights[f"{name}.weight"], weights[f"{name}.bias"]
    standard = (x - mean) / np.sqrt(variance + kind.eps)
    return scale[:, None, None] * standard + shift[:, None, None]


def pool(a: Map, grid: int, how: np.ufunc) -> Map:
    """One number per channel and grid, from the elements that exist."""
    rows, columns = (-(-side // grid) for side in a.shape[1:])
    out = np.empty((len(a), rows, columns))
    for y, x in np.ndindex(rows, columns):
        window = a[:, y * grid : (y + 1) * grid, x * grid : (x + 1) * grid]
        out[:, y, x] = how(window, axis=(1, 2))
    return out


def nearest(a: Map, factor: int, height: int, width: int) -> Map:
    """A merged token stands for all places of its grid."""
    out = np.empty((len(a), height, width))
    for y, x in np.ndindex(height, width):
        out[:, y, x] = a[:, y // factor, x // factor]
    return out


def bilinear(a: Map, factor: int, height: int, width: int) -> Map:
    """Between the centres of merged tokens linearly, outside of them the nearest value."""

    def neighbours(place: int, count: int) -> tuple[int, int, float]:
        position = max((place + 0.5) / factor - 0.5, 0.0)
        first = min(int(position), count - 1)
        return first, min(first + 1, count - 1), position - first

    out = np.empty((len(a), height, width))
    for y, x in np.ndindex(height, width):
        top, bottom, down = neighbours(y, a.shape[1])
        left, right, across = neighbours(x, a.shape[2])
        above = (1 - across) * a[:, top, left] + across * a[:, top, right]
        below = (1 - across) * a[:, bottom, left] + across * a[:, bottom, right]
        out[:, y, x] = (1 - down) * above + down * below
    return out
