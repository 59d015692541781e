"""What one image does in each box of a network: the maps inside it, in the order of `describe`.

The parts of the modules are called one by one, so nothing is hooked and threads cannot mix. What
H-MHSA did is taken from the trace of the same run.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from transcnn.devices import on_cpu
from transcnn.model import grids
from transcnn.model.attention import HierarchicalAttention
from transcnn.model.blocks import TwoBranchDownsampling, TwoConvStem
from transcnn.model.layers import SamePadConv2d
from transcnn.model.network import TransCNN
from transcnn.trace.trace import BlockTrace, Trace

Array = NDArray[np.float32]


@dataclass(frozen=True)
class BoxValues:
    """What leaves a box, `out` [C, H, W], and what is inside it, by name.

    Stem: `filters` [C, 3, 3, 3] and `responses`. Downsampling with two branches: `conv`, `pool`,
    `pool_conv`. Attention: `total` (the sum of the levels before W^p), and its `block`. Bottleneck:
    `expanded`, `kernels` [C, k, k], `branch`; `padding` of its depthwise convolution (top, bottom,
    left, right). Head: `map`, the averaged one; its `out` are the averages [C, 1, 1].
    """

    out: Array
    parts: dict[str, Array] = field(default_factory=dict)
    block: BlockTrace | None = None
    padding: tuple[int, int, int, int] = (0, 0, 0, 0)


def box_values(model: TransCNN, x: Tensor, trace: Trace) -> list[BoxValues]:
    """All boxes for one prepared image x [1, 3, H, W], given its `trace` by the same network."""
    with torch.inference_mode():
        return list(_walk(model, x, trace))


def _walk(model: TransCNN, x: Tensor, trace: Trace) -> Iterator[BoxValues]:
    first: Any = model.stem[0]  # type: ignore[index]
    length = 3 if isinstance(model.stem, TwoConvStem) else len(model.stem)  # type: ignore[arg-type]
    responses = x
    for module in list(model.stem)[:length]:  # type: ignore[call-overload]
        responses = module(responses)
    x = model.stem(x)
    yield BoxValues(_array(x), {"filters": _numpy(first.weight), "responses": _array(responses)})
    for s, (down, blocks) in enumerate(zip(model.downs, model.blocks, strict=True)):
        if not isinstance(down, nn.Identity):
            parts = _branches(down, x) if isinstance(down, TwoBranchDownsampling) else {}
            x = down(x)
            yield BoxValues(_array(x), parts)
        index = 0
        for block in blocks:  # type: ignore[attr-defined]
            if block.attn is not None:
                traced = trace.block(s, index)
                index += 1
                total = _total(block.attn, traced)
                x = x + torch.tensor(traced.added)[None].to(x)
                yield BoxValues(_array(x), {"total": total}, traced)
            x, values = _bottleneck(block, x)
            yield values
    averaged = model.head_map(x)
    yield BoxValues(_array(averaged.mean((2, 3), keepdim=True)), {"map": _array(averaged)})


def _branches(down: TwoBranchDownsampling, x: Tensor) -> dict[str, Array]:
    pooled = F.max_pool2d(x, 2, ceil_mode=True)
    return {
        "conv": _array(down.norm1(down.conv(x))),
        "pool": _array(pooled),
        "pool_conv": _array(down.norm2(down.pool_conv(pooled))),
    }


def _total(attention: HierarchicalAttention, block: BlockTrace) -> Array:
    """(12) before W^p: the levels with their norms, enlarged and summed."""
    like = attention.proj.weight
    total = torch.zeros(1, block.width, *block.size).to(like)
    for level, norm in zip(block.levels, attention.output_norms, strict=True):
        attended = norm(torch.tensor(level.attended + level.tokens_in)[None].to(like))
        side = block.token_size(level.level)[0]
        total += grids.upsample(attended, side, block.size, attention.config.upsampling)
    return _array(total)


def _bottleneck(block: Any, x: Tensor) -> tuple[Tensor, BoxValues]:
    bottleneck = block.irb
    expanded = bottleneck.act1(bottleneck.norm1(bottleneck.expand(x)))
    before = _array(expanded)
    branch = bottleneck(x)
    out = x + branch if block.residual else branch
    return out, BoxValues(
        _array(out),
        {
            "expanded": before,
            "kernels": _numpy(bottleneck.dw.weight[:, 0]),
            "branch": _array(branch),
        },
        padding=_padding(bottleneck.dw, expanded),
    )


def _padding(conv: nn.Conv2d, x: Tensor) -> tuple[int, int, int, int]:
    """Top, bottom, left, right."""
    if isinstance(conv, SamePadConv2d):
        (rows, top), (columns, left) = (conv.padding_along(x, axis) for axis in (0, 1))
        return top, rows - top, left, columns - left
    half = conv.kernel_size[0] // 2
    return half, half, half, half


def _array(value: Tensor) -> Array:
    """The only image of a batch."""
    return np.array(on_cpu(value[0]).numpy())


def _numpy(value: Tensor) -> Array:
    return np.array(on_cpu(value).numpy())
