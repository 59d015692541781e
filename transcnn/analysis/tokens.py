"""The tokens of an H-MHSA: their colours, norms and similarity, and how a grid is merged.

Maps are [C, rows, columns]. A level attends and adds, (7) and (11): a_i = attention + t_i. Then
each grid becomes one token, (8): t_{i+1} = max of the grid + average of the grid, channel by
channel.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transcnn.errors import ChoiceError
from transcnn.trace.trace import Array, BlockTrace, LevelTrace

Tokens = NDArray[np.floating]  # a map [C, rows, columns]

COMPONENTS = 3  # red, green, blue
SPREAD = 2  # deviations from the mean at which a colour is at its end


@dataclass(frozen=True)
class ChannelColours:
    """A projection of C channels to three for display: z = axes (t - mean), in deviations.

    A component that does not vary (fewer than three channels, or all maps flat) has the axis 0.
    """

    mean: NDArray[np.float64]  # [C]
    axes: NDArray[np.float64]  # [3, C], orthonormal
    deviation: NDArray[np.float64]  # [3], of each component
    share: NDArray[np.float64]  # [3], of the variance of all channels

    def __call__(self, tokens: Tokens) -> NDArray[np.uint8]:
        """sRGB bytes [rows, columns, 3]: the mean is the middle, `SPREAD` deviations the ends."""
        centred = tokens - self.mean[:, None, None]
        z = np.einsum("kc,cyx->yxk", self.axes, centred) / np.where(
            self.deviation, self.deviation, 1
        )
        return (127.5 + 127.5 * np.clip(z / SPREAD, -1, 1)).round().astype(np.uint8)


def fit_colours(maps: Sequence[Tokens]) -> ChannelColours:
    """The three directions in which the tokens of `maps` vary most, the largest first.

    Principal components of all maps together, each map with the same weight; otherwise the many
    tokens of the first level would decide alone. Of an axis and its opposite the one whose largest
    entry is positive is taken, so an image always has the same colours.
    """
    flat = [tokens.reshape(len(tokens), -1).astype(np.float64) for tokens in maps]
    mean = np.mean([tokens.mean(1) for tokens in flat], axis=0)
    centred = [tokens - mean[:, None] for tokens in flat]
    covariance = np.mean([c @ c.T / c.shape[1] for c in centred], axis=0)
    variances, vectors = np.linalg.eigh(covariance)  # ascending
    total = np.trace(covariance)
    axes = np.zeros((COMPONENTS, len(mean)))
    deviation, share = np.zeros(COMPONENTS), np.zeros(COMPONENTS)
    for k, variance in enumerate(variances[::-1][:COMPONENTS]):
        if variance <= 1e-12 * max(total, 1e-12):  # only rounding
            break
        axis = vectors[:, -1 - k]
        axes[k] = axis * np.sign(axis[np.abs(axis).argmax()])
        deviation[k], share[k] = np.sqrt(variance), variance / total
    return ChannelColours(mean, axes, deviation, share)


def token_norms(tokens: Tokens) -> Array:
    """The norm of each token, [rows, columns], as root mean square of its channels.

    That is |t| / sqrt(C), comparable between blocks of different width.
    """
    return np.sqrt(np.square(tokens, dtype=np.float64).mean(0)).astype(np.float32)


def cosines(tokens: Tokens, token: tuple[int, int]) -> NDArray[np.float64]:
    """[rows, columns]: the cosine of `token` (row, column) with every token; 0 with a zero one.

    cos(s, t) = s . t / (|s| |t|). Raises ChoiceError for a token that does not exist.
    """
    rows, columns = tokens.shape[1:]
    if not (0 <= token[0] < rows and 0 <= token[1] < columns):
        allowed = f"a row from 0 to {rows - 1}, a column from 0 to {columns - 1}"
        raise ChoiceError(field="token", value=tuple(token), allowed=allowed)
    wide = tokens.astype(np.float64)
    lengths = np.linalg.norm(wide, axis=0)
    unit = wide / np.where(lengths, lengths, 1)
    return np.einsum("c,cyx->yx", unit[:, token[0], token[1]], unit)


@dataclass(frozen=True)
class Neighbour:
    """A token and the cosine that another one has with it."""

    token: tuple[int, int]  # row, column
    cosine: float


def nearest(tokens: Tokens, token: tuple[int, int], count: int) -> tuple[Neighbour, ...]:
    """The `count` other tokens of the map with the largest cosine, the first of equals first."""
    likeness = cosines(tokens, token)
    columns = likeness.shape[1]
    order = np.argsort(-likeness, axis=None, kind="stable")
    others = [int(k) for k in order if k != token[0] * columns + token[1]][:count]
    return tuple(Neighbour(divmod(k, columns), float(likeness.flat[k])) for k in others)


@dataclass(frozen=True)
class Merge:
    """How the grids of one level became the tokens of the next, (8).

    `winner` is the argmax of the max pooling: the position in the grid (row by row, the first of
    equals) for each channel of each merged token; `won` is the share of the channels whose maximum
    comes from each token of the lower level (they sum to 1 in each grid).
    """

    level: int  # the lower one
    largest: Array  # [C, rows, columns] of the next level
    average: Array  # the same
    merged: Array  # the same: the tokens that the next level starts from
    winner: NDArray[np.int64]  # the same
    won: NDArray[np.float64]  # [rows, columns] of the lower level
    uniform: NDArray[np.float64]  # the same: 1 / number of tokens of the grid

    @property
    def difference(self) -> float:
        """The largest |max + average - merged| of the recorded values."""
        return float(np.abs(self.largest + self.average - self.merged).max())


def merges(block: BlockTrace) -> tuple[Merge, ...]:
    """Every merge of a block, the lowest first; none where there is only one level."""
    pairs = zip(block.levels, block.levels[1:], strict=False)
    return tuple(_merge(level, above) for level, above in pairs)


def _merge(level: LevelTrace, above: LevelTrace) -> Merge:
    assert level.merged_max is not None
    assert level.merged_avg is not None
    rows, columns = level.grid_size
    attended = level.attended + level.tokens_in  # (7), (11)
    down, across = (p // g for p, g in zip(level.padded_size, level.grid_size, strict=True))
    padding = [(0, p - s) for p, s in zip(level.padded_size, level.size, strict=True)]
    # The maximum is never beyond the edge.
    padded = np.pad(attended, [(0, 0), *padding], constant_values=-np.inf)
    grids = padded.reshape(len(padded), down, rows, across, columns).transpose(0, 1, 3, 2, 4)
    winner = grids.reshape(len(padded), down, across, rows * columns).argmax(-1)  # c down across
    won = (winner[..., None] == np.arange(rows * columns)).mean(0)  # down across t
    uniform = np.broadcast_to(1 / level.valid.sum(-1, keepdims=True), won.shape)
    return Merge(
        level=level.level,
        largest=level.merged_max,
        average=level.merged_avg,
        merged=above.tokens_in,
        winner=winner,
        won=level.as_map(won),
        uniform=level.as_map(uniform),
    )
