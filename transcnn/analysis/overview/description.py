"""The description of a network for drawing it: its boxes in the order in which an image passes.

Made from `Network` alone, without torch: shapes are [C, H, W], multiply-adds as in
`transcnn.analysis.cost`. All indices are from 0.
"""

from collections.abc import Iterator
from typing import Any

from transcnn.analysis.cost.attention import Size
from transcnn.analysis.cost.network import NetworkPart, Shape, network_boxes
from transcnn.model.config import HMHSA, Bottleneck, Downsampling, Network, PooledAttention

Box = dict[str, Any]


def describe(network: Network) -> dict[str, Any]:
    """The network as JSON values: its stages, and its boxes with their insides.

    A box has `kind` (stem, attention, bottleneck, down, head), `stage` (None for stem and head),
    `index` within its stage (attention and bottlenecks, each counted by themselves), `in`, `out`,
    `macs` and `inside`. Attention has `levels`, and `pooled` where it is no H-MHSA; bottlenecks
    have `expansion`, `kernel`, `stride` and `residual`; downsamplings have `two_branch`.
    """
    size = (network.input.size, network.input.size)
    parts = network_boxes(network, size)
    entries: list[Shape] = [(3, *size), *(part.out for part in parts[:-1])]
    return {
        "model": network.name,
        "size": network.input.size,
        "classes": network.classes,
        "activation": network.activation,
        "macs": sum(part.macs for part in parts),
        "stages": [
            {
                "stride": stage.stride,
                "width": stage.width,
                "side": network.map_size(i, size)[0],
                "macs": sum(part.macs for part in parts if part.stage == i),
            }
            for i, stage in enumerate(network.stages)
        ],
        "boxes": [
            _box(part, entry) | _of_kind(shape, index, entry[1:])
            for part, entry, (shape, index) in zip(parts, entries, _shapes(network), strict=True)
        ],
    }


def _shapes(network: Network) -> Iterator[tuple[object, int]]:
    """For each box in order: what it is in the network, and its index within its stage."""
    yield network.stem, 0
    for stage in network.stages:
        if stage.down is not None:
            yield stage.down, 0
        attending = 0
        for i, block in enumerate(stage.blocks):
            if block.attention is not None:
                yield block.attention, attending
                attending += 1
            yield block.bottleneck, i
    yield network, 0  # the head


def _box(part: NetworkPart, entry: Shape) -> Box:
    return {
        "kind": part.kind,
        "stage": part.stage,
        "in": entry,
        "out": part.out,
        "macs": part.macs,
        "inside": [
            {
                "operation": piece.operation,
                "out": piece.out,
                "kernel": piece.kernel,
                "stride": piece.stride,
                "macs": piece.macs,
            }
            for piece in part.inside
        ],
    }


def _of_kind(shape: object, index: int, size: Size) -> Box:
    """What only boxes of its kind have; `size` is that of the map that comes in."""
    if isinstance(shape, Downsampling):
        return {"two_branch": shape.two_branch}
    if isinstance(shape, HMHSA):
        levels = [
            {"size": level.size, "grid": level.grid, "merge": level.merge}
            for level in shape.levels(size)
        ]
        return {"index": index, "heads": shape.heads, "levels": levels, "pooled": False}
    if isinstance(shape, PooledAttention):
        return {"index": index, "heads": shape.heads, "levels": _steps(shape, size), "pooled": True}
    if isinstance(shape, Bottleneck):
        return {
            "index": index,
            "expansion": shape.expansion,
            "kernel": shape.kernel,
            "stride": shape.stride,
            "residual": shape.residual,
        }
    return {}


def _steps(shape: PooledAttention, size: Size) -> list[Box]:
    """The two steps of the authors' attention in the form of levels; with grid 1 there is one."""
    if shape.grid == 1:
        return [{"size": size, "grid": size, "merge": None}]
    few = tuple(max(1, side // shape.pool) for side in size)
    return [
        {"size": size, "grid": (shape.grid, shape.grid), "merge": shape.pool},
        {"size": few, "grid": few, "merge": None},
    ]
