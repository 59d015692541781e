"""How long each box of a network takes on this machine, measured while one image passes."""

import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from transcnn.model.network import TransCNN

ROUNDS = 5


def box_times(model: TransCNN, x: Tensor) -> tuple[float, ...]:
    """Milliseconds of each box for prepared images x [B, 3, H, W], in the order of `describe`; the
    head counts as two, pooling with its convolution and the classifier.

    Of each box the shortest of `ROUNDS` runs: what else the machine does only adds to it.
    """
    rounds = []
    with torch.inference_mode():
        steps = _steps(model)
        for _ in range(ROUNDS):
            found, value = [], x
            for step in steps:
                begun = time.perf_counter()
                value = step(value)
                found.append(1000 * (time.perf_counter() - begun))
            rounds.append(found)
    return tuple(map(min, zip(*rounds, strict=True)))


def _steps(model: TransCNN) -> list[Callable[[Tensor], Tensor]]:
    """The boxes one after the other: together they are the network."""
    steps: list[Any] = [model.stem]
    for down, blocks in zip(model.downs, model.blocks, strict=True):
        if not isinstance(down, nn.Identity):
            steps.append(down)
        for block in blocks:  # type: ignore[attr-defined]
            if block.attn is not None:
                steps.append(_added(block.attn))
            steps.append(_added(block.irb) if block.residual else block.irb)
    return [*steps, lambda x: model.head_map(x).mean((2, 3)), model.head]


def _added(module: nn.Module) -> Callable[[Tensor], Tensor]:
    def step(x: Tensor) -> Tensor:
        out: Tensor = x + module(x)
        return out

    return step
