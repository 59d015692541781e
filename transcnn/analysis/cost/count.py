"""The second computation: parameters of the real modules, and the operations that torch counts."""

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from transcnn.analysis.cost.attention import Size
from transcnn.analysis.cost.network import NetworkCost, Parts
from transcnn.model.hooks import Hooks
from transcnn.model.network import TransCNN


def count_parameters(model: TransCNN) -> Parts:
    """The trainable parameters of `model`; its values may be absent (device meta)."""
    return Parts(
        _count(model.stem),
        tuple(_count(down) for down in model.downs),
        tuple(_count(stage) for stage in model.blocks),
        _count(model) - sum(_count(m) for m in (model.stem, model.downs, model.blocks)),
    )


def count_operations(model: TransCNN, size: Size) -> NetworkCost:
    """Multiply-adds that torch counts while `model` runs on one picture of `size`.

    On the device meta shapes are computed, values are not. The pass is listened to, because torch
    does not count inside the fused kernel of an unheard attention.
    """
    device = next(model.parameters()).device
    picture = torch.zeros(1, model.config.stem.channels, *size, device=device)
    counter = FlopCounterMode(display=False)
    with torch.no_grad(), counter:
        model(picture, Hooks())
    by_module = counter.get_flop_counts()

    def macs(*names: str) -> int:
        return sum(sum(by_module.get(f"TransCNN.{name}", {}).values()) for name in names) // 2

    products = sum(n for operation, n in by_module["Global"].items() if "bmm" in str(operation))
    return NetworkCost(
        macs("stem"),
        tuple(macs(f"downs.{s}") for s in range(len(model.downs))),
        tuple(
            macs(*(f"blocks.{s}.{b}" for b in range(len(stage.blocks))))
            for s, stage in enumerate(model.config.stages)
        ),
        macs("head_conv", "head"),
        products // 2,
    )


def _count(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters() if p.requires_grad)
