"""H-MHSA on a map of 4 x 4 whole numbers with grids of 2 x 2: small enough to do by hand.

One channel, one head of width 1, so the scale is 1. Level 0 has W^q = ln 2, W^k = 1, W^v = 6;
level 1, with matrices of its own, W^q = ln 2 / 3, W^k = 1/3, W^v = 1; W^p = 1, no biases, no norms.
With ln 2 every e^score is a power of two, so every weight is a fraction. The network's own code
computes it.
"""

import functools
import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import torch
from numpy.typing import NDArray

from transcnn.course.hand_map import Numbers
from transcnn.model import grids
from transcnn.model.attention import HierarchicalAttention
from transcnn.model.config import HMHSA
from transcnn.model.hooks import BlockHooks, HookPoint, Hooks

Wide = NDArray[np.float64]

_LEVELS = ((math.log(2), 1.0, 6.0), (math.log(2) / 3, 1 / 3, 1.0))  # W^q, W^k, W^v


@dataclass(frozen=True)
class WorkedLevel:
    """One level; [n, T, T] are grid, query token, key token, row by row."""

    tokens: Wide  # [n, T]
    scores: Wide  # [n, T, T], in units of ln 2: the power of two
    weights: Wide  # [n, T, T]
    values: Wide  # [n, T]
    attended: Wide  # [n, T], what attention gives plus the token itself


@dataclass(frozen=True)
class WorkedExample:
    """All numbers of the example."""

    levels: tuple[WorkedLevel, WorkedLevel]
    merged: Wide  # [4], one number a grid: its maximum plus its average
    output: Wide  # [4, 4]

    @property
    def query(self) -> int:
        """The token of the top-left grid that the questions are about: the largest of size."""
        return int(np.argmax(np.abs(self.levels[0].tokens[0])))

    @property
    def beside(self) -> int:
        """The other token of its column."""
        return (self.query + 2) % 4


@functools.cache
def _module() -> HierarchicalAttention:
    config = HMHSA(1, (2,), 1, qkv_per_level=True, level_norm=None)
    module = HierarchicalAttention(config).double().eval()
    with torch.no_grad():
        for layer, weights in zip(module.qkv, _LEVELS, strict=True):
            layer.weight.copy_(torch.tensor(weights, dtype=torch.float64).view(3, 1, 1, 1))  # type: ignore[operator]
            layer.bias.zero_()  # type: ignore[operator]
        module.proj.weight.fill_(1)
        module.proj.bias.zero_()  # type: ignore[union-attr]
    return module


@functools.lru_cache(64)
def work_out(numbers: Numbers) -> WorkedExample:
    """The example on the map `numbers`, 4 x 4."""
    module, hooks = _module(), Hooks()
    x = torch.tensor(numbers, dtype=torch.float64)[None, None]
    with torch.inference_mode():
        added = module(x, BlockHooks(hooks, 0, 0))
        found = []
        for i, level in enumerate(module.config.levels((4, 4))):
            tokens = hooks.records[HookPoint(0, 0, "tokens_in", i)]
            attended = hooks.records[HookPoint(0, 0, "attended", i)] + tokens
            q, k, v = grids.cut(module.qkv[i](tokens), level).unbind(-1)  # n t each
            weights = hooks.records[HookPoint(0, 0, "attention", i)]
            found.append(
                WorkedLevel(
                    tokens=grids.cut(tokens, level)[..., 0].numpy(),
                    scores=(q[:, :, None] * k[:, None, :]).numpy() / math.log(2),
                    weights=weights[0, 0].flatten(0, 1).numpy(),
                    values=v.numpy(),
                    attended=grids.cut(attended, level)[..., 0].numpy(),
                )
            )
    return WorkedExample((found[0], found[1]), found[1].tokens[0], (x + added)[0, 0].numpy())


def spell(value: float) -> str:
    """A number as people write it: whole, a fraction where it is a small one, else decimal."""
    near = Fraction(value).limit_denominator(2000)
    if abs(near - Fraction(value)) < 1e-9 * max(1, abs(value)):
        return str(near)
    return f"{value:.4g}"
