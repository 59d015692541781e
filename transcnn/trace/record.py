"""Recording one run of a network."""

import numpy as np
import torch
from torch import Tensor

from transcnn.devices import on_cpu
from transcnn.errors import ChoiceError
from transcnn.model.config import HMHSA, Network
from transcnn.model.hooks import HookPoint, Hooks, Intervention
from transcnn.model.network import TransCNN
from transcnn.pictures import Crop
from transcnn.trace.trace import Array, BlockTrace, LevelTrace, Trace


def record(
    model: TransCNN,
    x: Tensor,
    crop: Crop,
    weights_sha256: str | None = None,
    intervention: Intervention | None = None,
) -> Trace:
    """Run `model` on one prepared image x [1, 3, H, W] and record every H-MHSA.

    `intervention` changes the attention of this run. Raises ChoiceError for a network whose
    attention has no levels (the authors' released ones) or a batch of several images.
    """
    if not model.config.has_levels:
        raise ChoiceError(field="model", value=model.config.name, allowed="networks with H-MHSA")
    if x.shape[0] != 1:
        raise ChoiceError(field="images", value=x.shape[0], allowed="1 for a trace")
    hooks = Hooks(intervention=intervention)
    with torch.inference_mode():
        logits = model(x, hooks)
    blocks = blocks_of(model.config, hooks, (x.shape[2], x.shape[3]))
    return Trace(model.config.name, weights_sha256, crop, _frozen(logits), blocks)


def blocks_of(network: Network, hooks: Hooks, sides: tuple[int, int]) -> tuple[BlockTrace, ...]:
    """Every H-MHSA of `network` that `hooks` recorded in a run on one image of `sides` (rows,
    columns) pixels."""
    return tuple(
        _block(hooks, number, block, attention, network.map_size(number, sides), stage.stride)
        for number, stage in enumerate(network.stages)
        for block, attention in enumerate(stage.attending)
        if isinstance(attention, HMHSA) and not hooks.skips(number, block)
    )


def _frozen(value: Tensor) -> Array:
    """The only image of a batch as a read-only copy."""
    array = np.array(on_cpu(value[0]).numpy(), order="C")
    array.flags.writeable = False
    return array


def _block(
    hooks: Hooks,
    stage: int,
    block: int,
    attention: HMHSA,
    size: tuple[int, int],
    stride: int,
) -> BlockTrace:
    def kept(name: str, level: int | None = None) -> Array:
        return _frozen(hooks.records[HookPoint(stage, block, name, level)])

    levels = tuple(
        LevelTrace(
            level=i,
            grid_size=level.grid,
            size=level.size,
            padded_size=level.padded_size,
            tokens_in=kept("tokens_in", i),
            attention=kept("attention", i),
            attended=kept("attended", i),
            merged_max=None if level.merge is None else kept("merged_max", i),
            merged_avg=None if level.merge is None else kept("merged_avg", i),
        )
        for i, level in enumerate(attention.levels(size))
    )
    return BlockTrace(
        stage=stage,
        block=block,
        width=attention.width,
        heads=attention.heads,
        size=size,
        input=kept("input"),
        added=kept("added"),
        levels=levels,
        stride=stride,
    )
