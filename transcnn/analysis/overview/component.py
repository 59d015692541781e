"""One map for the many channels of an activation: their first principal component."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Float64 = NDArray[np.float64]


def first_component(channels: NDArray[np.float32], like: Float64) -> Float64:
    """The first principal component of `channels` [C, H, W] over the positions, as a map [H, W].

    Each channel is standardised first, constant ones are left out. The result is standardised, in
    standard deviations (0 everywhere where all is constant); its sign, which no decomposition
    determines, is the one that correlates with the map `like` [rows, columns].
    """
    count, rows, columns = channels.shape
    values = channels.reshape(count, -1).astype(np.float64)
    values -= values.mean(1, keepdims=True)
    spread = values.std(1)
    values = values[spread > 1e-9] / spread[spread > 1e-9, None]
    if not len(values):
        return np.zeros((rows, columns))
    scores = _scores(torch.from_numpy(values)).numpy()
    scores = (scores - scores.mean()) / scores.std()
    found = scores.reshape(rows, columns)
    return -found if _agreement(found, like) < 0 else found


def _scores(values: Tensor) -> Tensor:
    """The first principal component of `values` [C, N], any sign and scale. By torch, which keeps
    to the app's one thread: numpy's threads wait for each other on a busy machine.
    """
    if len(values) <= values.shape[1]:  # of the two products, the smaller one has the same scores
        return torch.linalg.eigh(values @ values.T)[1][:, -1] @ values
    return torch.linalg.eigh(values.T @ values)[1][:, -1]


def _agreement(one: Float64, other: Float64) -> float:
    """The sum of products of two maps, at the coarser resolution of the two."""
    sides = [min(a, b) for a, b in zip(one.shape, other.shape, strict=True)]
    first, second = (_sampled(values, sides) for values in (one, other))
    return float(((first - first.mean()) * (second - second.mean())).sum())


def _sampled(values: Float64, sides: list[int]) -> Float64:
    rows, columns = (
        (np.arange(side) * whole + whole // 2) // side
        for side, whole in zip(sides, values.shape, strict=True)
    )
    return values[rows[:, None], columns]


def halved(values: Float64, most: int) -> Float64:
    """Maps [..., H, W] averaged over 2 x 2 until no side is longer than `most`; of an odd side the
    last one is repeated."""
    while max(values.shape[-2:]) > most:
        odd = [(0, 0)] * (values.ndim - 2) + [(0, side % 2) for side in values.shape[-2:]]
        padded = np.pad(values, odd, mode="edge")
        values = (
            padded[..., ::2, ::2]
            + padded[..., 1::2, ::2]
            + padded[..., ::2, 1::2]
            + padded[..., 1::2, 1::2]
        ) / 4
    return values
