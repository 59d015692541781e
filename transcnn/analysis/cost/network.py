"""Multiply-adds of a network, in closed form from its description alone.

Counted: convolutions, linear layers, QK^T and AV. Not counted: bias, norms, activations, softmax,
pooling, additions, upsampling. One picture. Attention: see `attention`.
"""

import math
from dataclasses import dataclass

from transcnn.analysis.cost.attention import Size, attention_cost
from transcnn.model.config import Bottleneck, Network


@dataclass(frozen=True)
class Parts:
    """Numbers of a network by part; `total` is their sum."""

    stem: int
    downs: tuple[int, ...]  # in front of each stage
    stages: tuple[int, ...]
    head: int

    @property
    def total(self) -> int:
        return self.stem + sum(self.downs) + sum(self.stages) + self.head


@dataclass(frozen=True)
class NetworkCost(Parts):
    """Multiply-adds by part."""

    attention_products: int  # QK^T and AV, part of the stages


def network_cost(network: Network, size: Size) -> NetworkCost:
    """The cost of `network` for pictures of `size` (rows, columns)."""
    maps = [network.map_size(s, size) for s in range(len(network.stages))]
    stages, downs, products = [], [], 0
    for s, stage in enumerate(network.stages):
        if s == 0:
            entry = _stem_size(network, size)
        else:  # without a TDB in front, the stage's first bottleneck is the strided one
            entry = maps[s - 1] if stage.down is None else maps[s]
        total = 0
        for block in stage.blocks:
            if block.attention is not None:
                attention = attention_cost(block.attention, entry)
                total += attention.total
                products += attention.multiplied
            total += _bottleneck_cost(block.bottleneck, entry)
            entry = _after(block.bottleneck, entry)
        stages.append(total)
        downs.append(_down_cost(network, s, maps[s]))
    last = network.stages[-1].width
    head = (network.head_width or last) * network.classes
    if network.head_width is not None:
        head += math.prod(maps[-1]) * last * network.head_width
    return NetworkCost(_stem_cost(network, size), tuple(downs), tuple(stages), head, products)


def _halved(size: Size, times: int = 1) -> Size:
    for _ in range(times):
        size = (math.ceil(size[0] / 2), math.ceil(size[1] / 2))
    return size


def _stem_size(network: Network, size: Size) -> Size:
    return _halved(size, 1 if network.stem.width_between is None else 2)


def _stem_cost(network: Network, size: Size) -> int:
    stem = network.stem
    if stem.width_between is None:
        return math.prod(_halved(size)) * 27 * stem.width_out
    first = math.prod(_halved(size)) * 27 * stem.width_between
    return first + math.prod(_halved(size, 2)) * 9 * stem.width_between * stem.width_out


def _down_cost(network: Network, stage: int, out: Size) -> int:
    down = network.stages[stage].down
    if down is None:
        return 0
    taps = 10 if down.two_branch else 9  # 3x3, and the 1x1 of the pooled branch
    return math.prod(out) * taps * down.width_in * down.width_out


def _after(shape: Bottleneck, size: Size) -> Size:
    return size if shape.stride == 1 else _halved(size)


def _bottleneck_cost(shape: Bottleneck, size: Size) -> int:
    inner = shape.expansion * shape.width_in
    expand = math.prod(size) * shape.width_in * inner if shape.expansion > 1 else 0
    out = math.prod(_after(shape, size))
    return expand + out * (shape.kernel**2 * inner + inner * shape.width_out)
