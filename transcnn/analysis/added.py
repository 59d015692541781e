"""What each level of an H-MHSA contributes to what the block adds to X (its residual branch).

(12), with the norm of each level's output where a network has one:

    added = W^p (sum over i of u_i) + b,   u_i = norm_i(upsample(a_i)),   a_i = attention + t_i

W^p is linear, so  added = sum over i of W^p u_i  + b : one term for each level and one
constant. They are recomputed in float64 from a trace, which also verifies the trace.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from transcnn.devices import on_cpu
from transcnn.errors import ChoiceError
from transcnn.model.attention import HierarchicalAttention
from transcnn.model.layers import ChannelLayerNorm
from transcnn.model.network import TransCNN
from transcnn.trace.trace import Array, BlockTrace, Float64


@dataclass(frozen=True)
class OutputNorm:
    """LayerNorm over the channels of a token: gamma (u - mean) / sqrt(var + eps) + beta."""

    gamma: Float64  # [C]
    beta: Float64  # [C]
    eps: float

    def __call__(self, tokens: Float64) -> Float64:
        centred = tokens - tokens.mean(0)
        scaled = centred / np.sqrt(np.square(centred).mean(0) + self.eps)
        return self.gamma[:, None, None] * scaled + self.beta[:, None, None]


@dataclass(frozen=True)
class OutputWeights:
    """The weights after the levels of one block."""

    norms: tuple[OutputNorm | None, ...]  # one for each level; None where a network has none
    projection: Float64  # W^p, [C, C]
    bias: Float64  # b, [C]


@dataclass(frozen=True)
class Added:
    """What a block adds, term by term; maps are [C, H, W]."""

    terms: tuple[Float64, ...]  # W^p u_i of each level
    constant: Float64  # b, [C], the same at every token
    recorded: Array  # what the run added

    @property
    def difference(self) -> float:
        """The largest |sum of the terms + b - recorded|; float32 rounding."""
        total = np.sum(self.terms, axis=0) + self.constant[:, None, None]
        return float(np.abs(total - self.recorded).max())


def output_weights(model: TransCNN, stage: int, block: int) -> OutputWeights:
    """The weights after the levels of H-MHSA `block` of `stage`, both from 0.

    Raises ChoiceError for a network whose levels are upsampled or normalised differently from the
    equation above.
    """
    attending = [b.attn for b in model.blocks[stage] if b.attn is not None]  # type: ignore[attr-defined]
    attention = attending[block]
    if not isinstance(attention, HierarchicalAttention):
        raise ChoiceError(field="model", value=model.config.name, allowed="networks with H-MHSA")
    config = attention.config
    if config.upsampling != "nearest":
        raise ChoiceError(field="upsampling", value=config.upsampling, allowed="nearest")
    if config.merging != "sum":
        raise ChoiceError(field="merging", value=config.merging, allowed="sum")
    if config.output_norm is not None and config.output_norm.kind != "layer":
        raise ChoiceError(field="output_norm", value=config.output_norm.kind, allowed="layer, None")
    return OutputWeights(
        norms=tuple(
            OutputNorm(_float64(norm.weight), _float64(norm.bias), norm.eps)
            if isinstance(norm, ChannelLayerNorm)
            else None
            for norm in attention.output_norms
        ),
        projection=_float64(attention.proj.weight)[:, :, 0, 0],
        bias=_float64(attention.proj.bias),
    )


def _float64(parameter: Any) -> Float64:
    values: Float64 = on_cpu(parameter).double().numpy()
    return values


def added_terms(block: BlockTrace, weights: OutputWeights) -> Added:
    """The terms of what `block` added."""
    terms = []
    for level, norm in zip(block.levels, weights.norms, strict=True):
        attended = (level.attended + level.tokens_in).astype(np.float64)
        normalised = (
            attended if norm is None else norm(attended)
        )  # a norm of each token: order is free
        down, across = block.token_size(level.level)
        up = normalised.repeat(down, 1).repeat(across, 2)[:, : block.size[0], : block.size[1]]
        terms.append(np.einsum("oc,cyx->oyx", weights.projection, up))
    return Added(tuple(terms), weights.bias, block.added)
