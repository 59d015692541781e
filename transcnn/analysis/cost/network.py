"""Multiply-adds of a network, in closed form from its description alone.

Counted: convolutions, linear layers, QK^T and AV. Not counted: bias, norms, activations, softmax,
pooling, additions, upsampling. One picture. Attention: see `attention`.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from transcnn.analysis.cost.attention import Size, attention_cost
from transcnn.model.config import HMHSA, Bottleneck, Downsampling, Network, PooledAttention

Shape = tuple[int, int, int]  # channels, rows, columns
Kind = Literal["stem", "down", "attention", "bottleneck", "head"]
Operation = Literal[
    "convolution", "depthwise", "pool", "projections", "products", "mean", "classifier"
]


@dataclass(frozen=True)
class Piece:
    """One operation inside a box: the shape that it gives, and its multiply-adds."""

    operation: Operation
    out: Shape
    macs: int
    kernel: int = 1  # side, of convolutions and pooling
    stride: int = 1


@dataclass(frozen=True)
class NetworkPart:
    """One part of a network, in the order of computation; `stage` from 0, None for the
    stem and the head. In a two-branch downsampling the first piece is one branch, the others are
    the second.
    """

    kind: Kind
    stage: int | None
    inside: tuple[Piece, ...]

    @property
    def out(self) -> Shape:
        return self.inside[-1].out

    @property
    def macs(self) -> int:
        return sum(piece.macs for piece in self.inside)


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


def network_boxes(network: Network, size: Size) -> tuple[NetworkPart, ...]:
    """The parts that a picture of `size` (rows, columns) passes, first to last."""
    found = [NetworkPart("stem", None, _stem(network, size))]
    for s, stage in enumerate(network.stages):
        if stage.down is not None:
            found.append(NetworkPart("down", s, _down(stage.down, found[-1].out)))
        for block in stage.blocks:
            if block.attention is not None:
                found.append(
                    NetworkPart("attention", s, _attention(block.attention, found[-1].out))
                )
            found.append(NetworkPart("bottleneck", s, _bottleneck(block.bottleneck, found[-1].out)))
    found.append(NetworkPart("head", None, _head(network, found[-1].out)))
    return tuple(found)


def network_cost(network: Network, size: Size) -> NetworkCost:
    """The cost of `network` for pictures of `size` (rows, columns)."""
    boxes = network_boxes(network, size)
    stages = range(len(network.stages))
    return NetworkCost(
        stem=boxes[0].macs,
        downs=tuple(_sum(b for b in boxes if b.kind == "down" and b.stage == s) for s in stages),
        stages=tuple(_sum(b for b in boxes if b.kind != "down" and b.stage == s) for s in stages),
        head=boxes[-1].macs,
        attention_products=sum(
            piece.macs for box in boxes for piece in box.inside if piece.operation == "products"
        ),
    )


def _sum(boxes: Iterable[NetworkPart]) -> int:
    return sum(box.macs for box in boxes)


def _convolution(entry: Shape, width: int, kernel: int = 1, stride: int = 1) -> Piece:
    out = _strided(entry, width, stride)
    return Piece("convolution", out, math.prod(out) * kernel**2 * entry[0], kernel, stride)


def _depthwise(entry: Shape, kernel: int, stride: int) -> Piece:
    out = _strided(entry, entry[0], stride)
    return Piece("depthwise", out, math.prod(out) * kernel**2, kernel, stride)


def _strided(entry: Shape, width: int, stride: int) -> Shape:
    return width, math.ceil(entry[1] / stride), math.ceil(entry[2] / stride)


def _stem(network: Network, size: Size) -> tuple[Piece, ...]:
    stem, picture = network.stem, (3, *size)
    if stem.width_between is None:
        return (_convolution(picture, stem.width_out, 3, 2),)
    first = _convolution(picture, stem.width_between, 3, 2)
    return first, _convolution(first.out, stem.width_out, 3, 2)


def _down(shape: Downsampling, entry: Shape) -> tuple[Piece, ...]:
    strided = _convolution(entry, shape.width_out, 3, 2)
    if not shape.two_branch:
        return (strided,)
    pooled = Piece("pool", (entry[0], *strided.out[1:]), 0, 2, 2)
    return strided, pooled, _convolution(pooled.out, shape.width_out)


def _attention(shape: HMHSA | PooledAttention, entry: Shape) -> tuple[Piece, ...]:
    cost = attention_cost(shape, entry[1:])
    return Piece("projections", entry, cost.projected), Piece("products", entry, cost.multiplied)


def _bottleneck(shape: Bottleneck, entry: Shape) -> tuple[Piece, ...]:
    pieces = []
    if shape.expansion > 1:
        pieces.append(_convolution(entry, shape.expansion * shape.width_in))
        entry = pieces[-1].out
    pieces.append(_depthwise(entry, shape.kernel, shape.stride))
    return (*pieces, _convolution(pieces[-1].out, shape.width_out))


def _head(network: Network, entry: Shape) -> tuple[Piece, ...]:
    pieces = []
    if network.head_width is not None:
        pieces.append(_convolution(entry, network.head_width))
        entry = pieces[-1].out
    pieces.append(Piece("mean", (entry[0], 1, 1), 0))
    return (*pieces, Piece("classifier", (network.classes, 1, 1), entry[0] * network.classes))
