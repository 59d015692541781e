"""Attention layers compared, from small images to large ones."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from transcnn.analysis.cost import attention
from transcnn.analysis.cost.attention import AttentionCost, Size
from transcnn.errors import ChoiceError
from transcnn.model.config import HMHSA

Quantity = Literal["macs", "memory"]

WINDOW = 7  # of Swin and Twins
GRID = 8  # of v1.0, and of H-MHSA's added levels where it has none of its own
LENGTH = 256  # of Linformer's keys and values; its paper tries 128 and 256


@dataclass(frozen=True)
class Layer:
    """Where a layer stands: on a map of stride `stride`.

    `merges` are H-MHSA's grids. Raises ChoiceError where the heads do not divide the width, or a
    grid is below 2.
    """

    stride: int
    width: int
    heads: int
    merges: tuple[int, ...]

    def __post_init__(self) -> None:
        if self.heads < 1 or self.width % self.heads:
            raise ChoiceError(
                field="heads", value=self.heads, allowed=f"the divisors of the width {self.width}"
            )
        _ = self.attention  # checks the grids

    @property
    def attention(self) -> HMHSA:
        """The layer as H-MHSA."""
        return HMHSA(self.width, self.merges, self.width // self.heads)

    @property
    def ratio(self) -> int:
        """By how much PVT, Twins and v1.0 shrink the map here: 8, 4, 2, 1 in their four stages."""
        return max(1, 32 // self.stride)


def _hmhsa_deep(layer: Layer, size: Size) -> AttentionCost:
    """H-MHSA with its last grid repeated until one grid is left."""
    grid = layer.merges[-1] if layer.merges else GRID
    rest = layer.attention.levels(size)[-1].size
    merges = layer.merges + attention.merges_to_one_grid(rest, grid)
    return attention.hmhsa(size, layer.width, layer.heads, merges)


def _grid_pooled(layer: Layer, size: Size) -> AttentionCost:
    if layer.ratio == 1:  # its last stage has plain attention
        return attention.mhsa(size, layer.width, layer.heads)
    return attention.grid_pooled(size, layer.width, layer.heads, GRID, layer.ratio)


# What a layer of each kind costs on a map of a size.
METHODS: Mapping[str, Callable[[Layer, Size], AttentionCost]] = {
    "mhsa": lambda a, size: attention.mhsa(size, a.width, a.heads),
    "hmhsa": lambda a, size: attention.hmhsa(size, a.width, a.heads, a.merges),
    "hmhsa_deep": _hmhsa_deep,
    "swin": lambda a, size: attention.swin(size, a.width, a.heads, WINDOW),
    "pvt": lambda a, size: attention.pvt(size, a.width, a.heads, a.ratio),
    "pvt_linear": lambda a, size: attention.pvt_linear(size, a.width, a.heads),
    "twins": lambda a, size: attention.twins(size, a.width, a.heads, WINDOW, a.ratio),
    "grid_pooled": _grid_pooled,
    "linformer": lambda a, size: attention.linformer(size, a.width, a.heads, LENGTH),
}


def measure(cost: AttentionCost, quantity: Quantity) -> int:
    """Multiply-adds, or the bytes of all attention matrices in float32."""
    return cost.total if quantity == "macs" else 4 * cost.weights


def curve(name: str, layer: Layer, sides: Sequence[int], quantity: Quantity) -> list[int]:
    """What layer `name` of `METHODS` costs on square images of `sides` pixels."""
    found = []
    for pixels in sides:
        side = math.ceil(pixels / layer.stride)
        found.append(measure(METHODS[name](layer, (side, side)), quantity))
    return found


@dataclass(frozen=True)
class Crossing:
    """How two curves end: whether the first is `lower` (None: equal), and from which side on.

    `side` is None where it is so from the start; `value` is the first curve's there.
    """

    lower: bool | None
    side: int | None = None
    value: int | None = None


def crossing(sides: Sequence[int], first: Sequence[int], second: Sequence[int]) -> Crossing:
    """From which of `sides` on the order of two curves no longer changes."""
    orders = [(a > b) - (a < b) for a, b in zip(first, second, strict=True)]
    last = orders[-1]
    if last == 0:
        return Crossing(None)
    start = len(orders) - 1
    while start > 0 and orders[start - 1] == last:
        start -= 1
    if start == 0:
        return Crossing(last < 0)
    return Crossing(last < 0, sides[start], first[start])
