"""TransCNN: stem, four stages of attention and bottlenecks, head."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, overload

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval
from torch.utils.checkpoint import checkpoint

from transcnn.errors import ChoiceError
from transcnn.model import blocks, config, variants
from transcnn.model.attention import HierarchicalAttention
from transcnn.model.hooks import BlockHooks, Hooks
from transcnn.model.layers import Pointwise, drop_path, make_activation, make_norm
from transcnn.model.pooled import GridPooledAttention


@dataclass(frozen=True)
class StageInfo:
    """One stage in numbers.

    `width` is the number of channels of its output; `blocks` counts its blocks with attention and
    `heads` has one entry for each of them; `grids` are the merge grids (H-MHSA) or the one grid
    (the authors' attention) that these blocks share. Without attention, (), () and head width 0.
    """

    width: int
    stride: int
    blocks: int
    grids: tuple[int, ...]
    heads: tuple[int, ...]
    head_width: int


class FeatureInfo(tuple[dict[str, Any], ...]):
    """The maps of a feature pyramid in timm's terms: a dictionary for each, with `num_chs`,
    `reduction` and the `module` that gives the map."""

    def channels(self) -> list[int]:
        return [one["num_chs"] for one in self]

    def reduction(self) -> list[int]:
        """Pixels of the input for each pixel of the map, along one side (the stride)."""
        return [one["reduction"] for one in self]

    def module_name(self) -> list[str]:
        return [one["module"] for one in self]


class TransCNNBlock(nn.Module):
    """X + attention(X), then the bottleneck, added to its input where the shapes allow."""

    def __init__(self, shape: config.Block, network: config.Network, drop: float) -> None:
        super().__init__()
        self.attn: HierarchicalAttention | GridPooledAttention | None = None
        if isinstance(shape.attention, config.HMHSA):
            self.attn = HierarchicalAttention(shape.attention)
        elif shape.attention is not None:
            self.attn = GridPooledAttention(shape.attention)
        self.irb = blocks.make_bottleneck(shape.bottleneck, network)
        self.residual = shape.bottleneck.residual
        self.drop = drop

    def forward(self, x: Tensor, hooks: BlockHooks | None = None, skip: bool = False) -> Tensor:
        if self.attn is not None and not skip:
            added = self.attn(x, hooks)
            if hooks is not None:
                hooks.keep("input", x)
                added = hooks.added(added)
                x = hooks.residual(None, x)
            x = x + drop_path(added, self.drop, self.training)  # (12)
        out: Tensor = self.irb(x)
        return x + drop_path(out, self.drop, self.training) if self.residual else out


class TransCNN(nn.Module):
    """The network that `config` describes: logits [B, classes] from images [B, 3, H, W].

    It keeps nothing between calls: what one call records or changes is given as a `Hooks` object.
    Its methods and properties follow timm's conventions: `forward_features`,
    `forward_intermediates`, `forward_head`, `feature_info`, `num_classes`, `num_features`,
    `head_hidden_size`, `reset_classifier`, `get_classifier`, `set_grad_checkpointing`,
    `prune_intermediate_layers`, `default_cfg`.
    """

    FOLDS: ClassVar[blocks.Folds] = (("head_conv", "head_norm"),)

    def __init__(self, network: config.Network) -> None:
        super().__init__()
        self.config = network
        self.stem: nn.Module
        if network.stem.width_between is None:
            self.stem = blocks.OneConvStem(network.stem, network)
        else:
            self.stem = blocks.TwoConvStem(network.stem, network.stem.width_between, network)
        shapes = [shape for stage in network.stages for shape in stage.blocks]
        last = max(1, len(shapes) - 1)
        rates = iter([network.drop_path * i / last for i in range(len(shapes))])
        self.blocks = nn.ModuleList(
            nn.ModuleList(TransCNNBlock(shape, network, next(rates)) for shape in stage.blocks)
            for stage in network.stages
        )
        self.downs = nn.ModuleList(_make_down(stage.down, network) for stage in network.stages)
        width = network.stages[-1].width
        self.head_conv: nn.Module = nn.Identity()
        self.head_norm: nn.Module = nn.Identity()
        self.head_act: nn.Module = nn.Identity()
        if network.head_width is not None:
            self.head_conv = nn.Conv2d(width, network.head_width, 1, bias=False)
            self.head_norm = make_norm(network.norm, network.head_width)
            self.head_act = make_activation(network.activation)
            width = network.head_width
        self.dropout = nn.Dropout(network.dropout)
        self.head = _make_head(width, network.classes)
        self.num_features, self.head_hidden_size = network.stages[-1].width, width
        self._checkpointing = False

    @property
    def stages(self) -> tuple[StageInfo, ...]:
        """One `StageInfo` for each stage."""
        return tuple(_stage_info(stage) for stage in self.config.stages)

    @property
    def feature_info(self) -> FeatureInfo:
        """Channels and reductions of the maps that `forward_intermediates` returns."""
        return FeatureInfo(
            {
                "num_chs": stage.width,
                "reduction": stage.stride,
                "module": f"blocks.{number}.{len(stage.blocks) - 1}",
            }
            for number, stage in enumerate(self.config.stages)
        )

    @property
    def num_classes(self) -> int:
        return self.config.classes

    def reset_classifier(self, num_classes: int, global_pool: str | None = None) -> None:
        """Replace the classifier by a newly initialised one for `num_classes` classes; with 0 the
        network gives its pooled features. Raises ChoiceError for less, and for a pooling other
        than the average."""
        if global_pool not in (None, "avg"):
            raise ChoiceError(field="global_pool", value=global_pool, allowed="avg")
        self.config = replace(self.config, classes=num_classes, indices=None, own_classes=None)
        like = next(self.parameters())
        self.head = _make_head(self.head_hidden_size, num_classes).to(like.device, like.dtype)
        initialise(self.head)

    def get_classifier(self) -> nn.Module:
        return self.head

    def set_grad_checkpointing(self, enable: bool = True) -> None:
        """In training, compute the activations inside blocks again for the gradient instead of
        keeping them: less memory, more time, the same gradients."""
        self._checkpointing = enable

    @property
    def default_cfg(self) -> dict[str, Any]:
        """What images the network is made for, in timm's terms: values from 0 to 1, so mean and
        deviation are a 255th of `config.input`'s."""
        return timm_cfg(self.config)

    @property
    def pretrained_cfg(self) -> dict[str, Any]:
        """The same: where timm's `resolve_model_data_config` looks for it."""
        return self.default_cfg

    def prune_intermediate_layers(
        self, indices: int | Sequence[int] = 1, prune_norm: bool = False, prune_head: bool = True
    ) -> list[int]:
        """Drop the stages after the last of `indices`, and the classifier, as timm's do; returns
        the stages chosen. `prune_norm` drops what stands between the last map and the classifier.
        """
        chosen = chosen_stages(indices, len(self.blocks))
        for stages in (self.blocks, self.downs):
            del stages[chosen[-1] + 1 :]
        if prune_norm:
            self.head_conv = self.head_norm = self.head_act = nn.Identity()
        if prune_head:
            self.reset_classifier(0)
        return chosen

    def forward_features(self, x: Tensor, hooks: Hooks | None = None) -> Tensor:
        """The last map [B, C, H / 32, W / 32] of images x [B, 3, H, W].

        Raises ChoiceError if x has another shape, or sides of less than 32 pixels.
        """
        return self._run_stages(x, hooks, len(self.blocks))[-1]

    @overload
    def forward_intermediates(
        self,
        x: Tensor,
        indices: int | Sequence[int] | None = None,
        norm: bool = False,
        stop_early: bool = False,
        output_fmt: str = "NCHW",
        intermediates_only: Literal[False] = False,
        *,
        hooks: Hooks | None = None,
    ) -> tuple[Tensor, list[Tensor]]: ...

    @overload
    def forward_intermediates(
        self,
        x: Tensor,
        indices: int | Sequence[int] | None = None,
        norm: bool = False,
        stop_early: bool = False,
        output_fmt: str = "NCHW",
        *,
        intermediates_only: Literal[True],
        hooks: Hooks | None = None,
    ) -> list[Tensor]: ...

    def forward_intermediates(
        self,
        x: Tensor,
        indices: int | Sequence[int] | None = None,
        norm: bool = False,
        stop_early: bool = False,
        output_fmt: str = "NCHW",
        intermediates_only: bool = False,
        *,
        hooks: Hooks | None = None,
    ) -> tuple[Tensor, list[Tensor]] | list[Tensor]:
        """The last map, and the maps of the stages (a feature pyramid), as timm's models give them.

        The maps [B, C_s, H / stride, W / stride] have strides 4, 8, 16 and 32. `indices` chooses
        stages: all (None), the last n (an int), or these (a sequence; negative ones count from the
        end), always returned from the first stage to the last. With `intermediates_only` the maps
        alone are returned. With it or `stop_early` no stage after the last chosen one is run.

        Raises ChoiceError for stages that do not exist, for x as `forward_features` does, for a
        `norm` (no map has one after it) and for a format other than NCHW.
        """
        if norm:
            raise ChoiceError(field="norm", value=norm, allowed=False)
        if output_fmt != "NCHW":
            raise ChoiceError(field="output_fmt", value=output_fmt, allowed="NCHW")
        chosen = chosen_stages(indices, len(self.blocks))
        early = stop_early or intermediates_only
        maps = self._run_stages(x, hooks, chosen[-1] + 1 if early else len(self.blocks))
        intermediates = [maps[stage] for stage in chosen]
        return intermediates if intermediates_only else (maps[-1], intermediates)

    def _run_stages(self, x: Tensor, hooks: Hooks | None, count: int) -> list[Tensor]:
        """The maps of the first `count` stages."""
        channels = self.config.stem.channels
        if x.dim() != 4 or x.shape[1] != channels or min(x.shape[2:]) < 32:
            raise ChoiceError(
                field="shape of the images",
                value=tuple(x.shape),
                allowed=f"(batch, {channels}, height, width) with sides of 32 pixels or more",
            )
        maps = []
        x = self.stem(x)
        for stage in range(count):
            x = self.forward_stage(stage, x, hooks)
            maps.append(x)
        return maps

    def forward_stage(self, stage: int, x: Tensor, hooks: Hooks | None = None) -> Tensor:
        """The map of `stage`, from the map of the stage before (for stage 0: of the stem)."""
        x = self.downs[stage](x)
        index = 0  # counts only the blocks with attention
        for block in self.blocks[stage]:  # type: ignore[attr-defined]
            attends = hooks is not None and block.attn is not None
            if hooks is not None and attends:
                x = block(x, BlockHooks(hooks, stage, index), hooks.skips(stage, index))
                index += 1
            elif self._checkpointing and self.training and torch.is_grad_enabled():
                x = checkpoint(block, x, use_reentrant=False)
            else:
                x = block(x)
        return x

    def head_map(self, features: Tensor) -> Tensor:
        """The map [B, C, H, W] that is averaged and classified, from the last stage's map."""
        out: Tensor = self.head_act(self.head_norm(self.head_conv(features)))
        return out

    def forward_head(self, features: Tensor, pre_logits: bool = False) -> Tensor:
        """Logits [B, classes] from the last stage's map; with `pre_logits` the pooled features."""
        pooled: Tensor = self.dropout(self.head_map(features).mean((2, 3)))
        return pooled if pre_logits else self.head(pooled)

    def forward(self, x: Tensor, hooks: Hooks | None = None) -> Tensor:
        return self.forward_head(self.forward_features(x, hooks))


def timm_cfg(network: config.Network) -> dict[str, Any]:
    """What images `network` is made for, in timm's terms: values from 0 to 1, so mean and deviation
    are a 255th of `network.input`'s."""
    input_ = network.input
    return {
        "architecture": network.name,
        "num_classes": network.classes,
        "input_size": (network.stem.channels, input_.size, input_.size),
        "fixed_input_size": False,
        "pool_size": network.map_size(len(network.stages) - 1, (input_.size, input_.size)),
        "interpolation": "bicubic",
        "crop_pct": 1.0,  # the shorter side becomes the network's, then the centre is cut
        "crop_mode": "center",
        "mean": tuple(value / 255 for value in input_.mean),
        "std": tuple(value / 255 for value in input_.scale),
        "first_conv": "stem.0",
        "classifier": "head",
    }


def chosen_stages(indices: int | Sequence[int] | None, count: int) -> list[int]:
    """The stages that `indices` of `forward_intermediates` choose, in ascending order."""
    if indices is None:
        return list(range(count))
    if isinstance(indices, int):
        asked = tuple(range(count - indices, count)) if 0 < indices <= count else ()
    else:
        asked = tuple(indices)
    if not asked or not all(-count <= stage < count for stage in asked):
        allowed = f"None, 1 to {count}, or stages from {-count} to {count - 1}"
        raise ChoiceError(field="indices", value=indices, allowed=allowed)
    return sorted({stage % count for stage in asked})


def _make_head(width: int, classes: int) -> nn.Module:
    return nn.Linear(width, classes) if classes else nn.Identity()


def _make_down(shape: config.Downsampling | None, network: config.Network) -> nn.Module:
    if shape is None:
        return nn.Identity()
    if shape.two_branch:
        return blocks.TwoBranchDownsampling(shape, network)
    return blocks.ConvDownsampling(shape, network)


def _stage_info(stage: config.Stage) -> StageInfo:
    first = stage.attending[0] if stage.attending else None
    return StageInfo(
        width=stage.width,
        stride=stage.stride,
        blocks=len(stage.attending),
        grids=_grids(first),
        heads=tuple(attention.heads for attention in stage.attending),
        head_width=0 if first is None else first.head_width,
    )


def _grids(attention: config.HMHSA | config.PooledAttention | None) -> tuple[int, ...]:
    if attention is None:
        return ()
    return attention.merges if isinstance(attention, config.HMHSA) else (attention.grid,)


def normalise(
    pixels: NDArray[np.uint8], input_: config.Input, device: torch.device | str = "cpu"
) -> Tensor:
    """Images [B, H, W, 3] as a network's input [B, 3, H, W] on `device`, channels last."""
    mean, scale = (torch.tensor(v).to(device) for v in (input_.mean, input_.scale))
    values: Tensor = (torch.tensor(pixels).to(device).float() - mean) / scale
    return values.permute(0, 3, 1, 2)  # B H W 3 to B 3 H W


def initialise(new: nn.Module, generator: torch.Generator | None = None) -> None:
    """Initialise a new network or layer: truncated normal with deviation 0.02, biases 0.

    W^p is deliberately that small: with max + average merging and residuals without a norm, the
    sum of L levels is about 2^L - 1 times as large as its input.
    """
    for module in new.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.trunc_normal_(module.weight, std=0.02, generator=generator)
            if module.bias is not None:
                nn.init.zeros_(module.bias)


def fold_batch_norms(model: TransCNN) -> TransCNN:
    """A copy in eval mode with each batch norm folded into the convolution before it.

    The same function up to rounding, with fewer passes over memory. Its state dict has other keys,
    so the copy is for inference only.
    """
    folded = copy.deepcopy(model).eval()
    for module in list(folded.modules()):
        for conv_name, norm_name in getattr(module, "FOLDS", ()):
            conv, norm = getattr(module, conv_name), getattr(module, norm_name)
            if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                setattr(module, conv_name, _as_product(fuse_conv_bn_eval(conv, norm)))
                setattr(module, norm_name, nn.Identity())
    for module in folded.modules():
        if isinstance(module, nn.SiLU | nn.ReLU6):
            module.inplace = True
    return folded


def _as_product(conv: nn.Conv2d) -> nn.Conv2d:
    """A 1x1 convolution over all channels as a matrix product, any other as it is."""
    if conv.kernel_size != (1, 1) or conv.groups != 1:
        return conv
    product = Pointwise(conv.in_channels, conv.out_channels)
    product.weight, product.bias = conv.weight, conv.bias
    return product


def blank(name: str, **overrides: Any) -> TransCNN:
    """A network by its name on the meta device: for counting, or before weights are loaded."""
    with torch.device("meta"):
        return TransCNN(variants.network(name, **overrides))


def build(name: str, **overrides: Any) -> TransCNN:
    """A newly initialised network by its name in the table of variants."""
    model = TransCNN(variants.network(name, **overrides))
    initialise(model)
    return model
