"""How the weights of a network begin where they are not loaded."""

import math
from collections.abc import Callable, Mapping

import torch
from torch import nn

from transcnn.model.attention import HierarchicalAttention
from transcnn.model.blocks import InvertedResidual
from transcnn.model.layers import Pointwise
from transcnn.model.network import TransCNN


def init_default(model: TransCNN, generator: torch.Generator) -> None:
    """torch's default initialisation of all convolutions and projections, biases 0."""
    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.kaiming_uniform_(module.weight, a=math.sqrt(5), generator=generator)
            if module.bias is not None:
                nn.init.zeros_(module.bias)


def init_bottlenecks_as_identity(model: TransCNN, generator: torch.Generator) -> None:
    """The default initialisation, but every bottleneck starts as the identity."""
    init_default(model, generator)
    for module in model.modules():
        if isinstance(module, InvertedResidual) and isinstance(module.norm3, nn.BatchNorm2d):
            nn.init.zeros_(module.norm3.weight)


def init_attention_alone(model: TransCNN, generator: torch.Generator) -> None:
    """An initialisation of the whole network in which attention matters from the first step.

    Q and K give peaked attention, V and W^p are not small beside the residuals, and every
    bottleneck starts as the identity.
    """
    init_bottlenecks_as_identity(model, generator)
    _init_peaked_attention(model, generator, v=2, proj=1)


def init_branch(model: TransCNN, generator: torch.Generator) -> None:
    """An initialisation of every H-MHSA: it adds nothing, and its attention is random.

    W^p is 0, so training starts from the backbone; q, k, v are normal with deviation C^-0.5, large
    enough for attention rows that differ; norms are 1 and 0.
    """
    for module in model.modules():
        if isinstance(module, HierarchicalAttention):
            for qkv in module.qkv:
                assert isinstance(qkv, Pointwise)
                nn.init.normal_(qkv.weight, std=module.config.width**-0.5, generator=generator)
                nn.init.zeros_(qkv.bias)  # type: ignore[arg-type]
            nn.init.zeros_(module.proj.weight)
            nn.init.zeros_(module.proj.bias)  # type: ignore[arg-type]
            for norm in (module.input_norm, *module.norms, *module.output_norms):
                if isinstance(norm, nn.LayerNorm):
                    norm.reset_parameters()


def init_beside_convolutions(model: TransCNN, generator: torch.Generator) -> None:
    """An initialisation in which H-MHSA with a norm on each level's output and bottlenecks learn
    together: Q and K give peaked attention, and W^p is small beside the residual."""
    init_default(model, generator)
    _init_peaked_attention(model, generator, v=1, proj=0.2)


def _init_peaked_attention(
    model: TransCNN, generator: torch.Generator, v: float, proj: float
) -> None:
    """Deviations of every H-MHSA: 1.4 C^-0.5 of Q and K, `v` C^-0.5 of V, `proj` C^-0.5 of W^p."""
    for module in model.modules():
        if isinstance(module, HierarchicalAttention):
            width = module.config.width
            deviation = width**-0.5
            for qkv in module.qkv:
                assert isinstance(qkv, Pointwise)
                nn.init.normal_(qkv.weight[: 2 * width], std=1.4 * deviation, generator=generator)
                nn.init.normal_(qkv.weight[2 * width :], std=v * deviation, generator=generator)
            nn.init.normal_(module.proj.weight, std=proj * deviation, generator=generator)


Init = Callable[[TransCNN, torch.Generator], None]

INITS: Mapping[str, Init] = {
    "attention alone": init_attention_alone,
    "beside convolutions": init_beside_convolutions,
}
"""The initialisations of a whole network, as recipes name them."""
