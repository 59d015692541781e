"""The construction task: grids for a stage under a budget, so that every token reaches every other
in at most two levels. A design is checked by running it.
"""

import math
from dataclasses import dataclass
from typing import Literal

import torch

from transcnn.analysis.cost.attention import hmhsa, mhsa
from transcnn.course.scene import Place
from transcnn.model import grids
from transcnn.model.attention import attend
from transcnn.model.config import Level
from transcnn.model.layers import Pointwise

SIDE, CHANNELS, HEADS = 56, 24, 3
BUDGET = 15_000_000  # multiply-adds
PLAIN = mhsa((SIDE, SIDE), CHANNELS, HEADS).total

_NUDGE = 1e-3
_FELT = 1e-12  # of an output, in float64

Broken = Literal["reach", "cost"]


@dataclass(frozen=True)
class DesignCheck:
    """What came of a design. `unreached`: two tokens of which the first does not reach the
    second; None where all do. `board` is the side of the merged map.
    """

    board: int
    cost: int
    unreached: tuple[Place, Place] | None

    @property
    def broken(self) -> Broken | None:
        """The first rule that the design breaks."""
        if self.unreached is not None:
            return "reach"
        return "cost" if self.cost > BUDGET else None


def check(first: int, second: int) -> DesignCheck:
    """Try grids of `first` x `first` tokens at level 0, and at level 1 of `second` x `second`
    merged tokens (as many as there are, or more: one grid over the whole board).
    """
    board = math.ceil(SIDE / first)
    return DesignCheck(board, _cost(first, second, board), _unreached(first, second, board))


def _cost(first: int, second: int, board: int) -> int:
    if second >= board:
        return hmhsa((SIDE, SIDE), CHANNELS, HEADS, (first,)).total
    one_grid = hmhsa((SIDE, SIDE), CHANNELS, HEADS, (first,))
    whole = 2 * board**4 * CHANNELS
    padded = math.ceil(board / second) * second
    return one_grid.total - whole + 2 * padded**2 * second**2 * CHANNELS


def _unreached(first: int, second: int, board: int) -> tuple[Place, Place] | None:
    """Nudge one token after another and look which outputs do not change."""
    generator = torch.Generator().manual_seed(0)
    layers = [_drawn(3 * CHANNELS, generator) for _ in range(2)] + [_drawn(CHANNELS, generator)]
    levels = (
        Level((SIDE, SIDE), (first, first), first),
        Level((board, board), (min(second, board),) * 2, None),
    )
    x = torch.randn(1, CHANNELS, SIDE, SIDE, generator=generator, dtype=torch.float64)
    with torch.inference_mode():
        still = _block(x, layers, levels)
        for y, z in _sources(first):
            nudged = x.clone()
            nudged[0, 0, y, z] += _NUDGE
            felt = (_block(nudged, layers, levels) - still).abs().amax(1)[0] > _FELT
            if not felt.all():
                row, column = (~felt).nonzero()[-1].tolist()
                return (y, z), (row, column)
    return None


def _sources(first: int) -> list[Place]:
    """Corners, tokens beside a border of grids, and four more."""
    end, edge = SIDE - 1, min(first, SIDE - 1)
    return [
        *((0, 0), (0, end), (end, 0), (end, end)),
        *((edge - 1, edge - 1), (edge - 1, edge), (edge, edge - 1), (edge, edge)),
        *((17, 30), (30, 17), (41, 44), (27, 28)),
    ]


def _drawn(width: int, generator: torch.Generator) -> Pointwise:
    layer = Pointwise(CHANNELS, width).double()
    with torch.no_grad():
        for parameter in layer.parameters():
            drawn = torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
            parameter.copy_(drawn * CHANNELS**-0.5)
    return layer


def _block(x: torch.Tensor, layers: list[Pointwise], levels: tuple[Level, Level]) -> torch.Tensor:
    """H-MHSA of two levels with any second grid, from the network's own parts."""
    lower = attend(layers[0](x), levels[0], HEADS, None, 0) + x
    largest, mean = grids.merge(lower, levels[0].grid[0])
    merged = largest + mean
    upper = attend(layers[1](merged), levels[1], HEADS, None, 1) + merged
    up = grids.upsample(upper, levels[0].grid[0], (SIDE, SIDE), "nearest")
    projected: torch.Tensor = layers[2](lower + up)
    return x + projected
