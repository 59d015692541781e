"""H-MHSA against plain attention, timed on this machine."""

import functools
import statistics
from dataclasses import dataclass, replace

import torch

from transcnn.analysis.cost.attention import Size
from transcnn.benchmark import interleave
from transcnn.model.attention import HierarchicalAttention
from transcnn.model.config import HMHSA

_ROUNDS, _WARMUP = 7, 2


@dataclass(frozen=True)
class TimingComparison:
    """Seconds of one layer in each round, without its grids and with them, both in turn."""

    plain: tuple[float, ...]
    grids: tuple[float, ...]

    @property
    def speedups(self) -> tuple[float, ...]:
        """How many times as fast the grids are, round by round."""
        return tuple(p / g for p, g in zip(self.plain, self.grids, strict=True))

    @property
    def speedup(self) -> float:
        return statistics.median(self.speedups)

    @property
    def spread(self) -> float:
        """How far the rounds lie apart: the middle half of the speed-ups, over their median."""
        low, _, high = statistics.quantiles(self.speedups, n=4)
        return (high - low) / self.speedup


def measure(config: HMHSA, size: Size) -> TimingComparison:
    """Time the layer `config` on a map of `size` against the same one without grids, with the
    fused kernel. Values do not matter to the time.
    """
    x = torch.ones(1, config.width, *size)
    plain, grids = (
        HierarchicalAttention(shape).eval() for shape in (replace(config, merges=()), config)
    )

    def run(layer: HierarchicalAttention) -> None:
        with torch.inference_mode():
            layer(x)

    seconds = interleave(
        {"plain": lambda: run(plain), "grids": lambda: run(grids)}, _ROUNDS, _WARMUP
    )
    return TimingComparison(tuple(seconds["plain"]), tuple(seconds["grids"]))


@functools.lru_cache(8)
def measured(config: HMHSA, size: Size) -> TimingComparison:
    """The same, measured once in this process: what a question about it is marked by."""
    return measure(config, size)
