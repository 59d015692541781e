"""TransCNN: stem, four stages of attention and bottlenecks, head."""

import copy
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from transcnn.errors import ChoiceError
from transcnn.model import blocks, config, variants
from transcnn.model.attention import HierarchicalAttention
from transcnn.model.hooks import BlockHooks, Hooks
from transcnn.model.layers import Pointwise, drop_path, make_activation, make_norm
from transcnn.model.pooled import GridPooledAttention


@dataclass(frozen=True)
class StageInfo:
    """What a stage looks like from outside.

    `width` is the number of channels of its output; `blocks` counts its blocks with attention and
    `heads` has one entry for each of them; `grids` are the merge grids (H-MHSA) or the one grid
    (the authors' attention) that all of them share. Without attention, (), () and head width 0.
    """

    width: int
    stride: int
    blocks: int
    grids: tuple[int, ...]
    heads: tuple[int, ...]
    head_width: int


class Block(nn.Module):
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
            x = x + drop_path(added, self.drop, self.training)  # (12)
        out: Tensor = self.irb(x)
        return x + drop_path(out, self.drop, self.training) if self.residual else out


class TransCNN(nn.Module):
    """The network that `config` describes. Makes logits [B, classes] from pictures [B, 3, H, W].

    It keeps nothing between calls: what one call shall record or change is a `Taps` object.
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
            nn.ModuleList(Block(shape, network, next(rates)) for shape in stage.blocks)
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
        self.head = nn.Linear(width, network.classes)

    @property
    def stages(self) -> tuple[StageInfo, ...]:
        """One `StageInfo` a stage."""
        return tuple(_stage_info(stage) for stage in self.config.stages)

    def forward_features(self, x: Tensor, hooks: Hooks | None = None) -> list[Tensor]:
        """The four pyramid maps, at strides 4, 8, 16 and 32: [B, C_s, H / stride, W / stride].

        Raises ChoiceError if x is not [B, 3, H, W] with at least 32 pixels a side.
        """
        if x.dim() != 4 or x.shape[1] != 3 or min(x.shape[2:]) < 32:
            raise ChoiceError(
                field="shape of the pictures",
                value=tuple(x.shape),
                allowed="(batch, 3, height, width) with sides of 32 pixels or more",
            )
        maps = []
        x = self.stem(x)
        for stage in range(len(self.blocks)):
            x = self.forward_stage(stage, x, hooks)
            maps.append(x)
        return maps

    def forward_stage(self, stage: int, x: Tensor, hooks: Hooks | None = None) -> Tensor:
        """The map of `stage` from that of the stage before it, or the stem's."""
        x = self.downs[stage](x)
        index = 0  # counts only the blocks with attention
        for block in self.blocks[stage]:  # type: ignore[attr-defined]
            attends = hooks is not None and block.attn is not None
            if hooks is not None and attends:
                x = block(x, BlockHooks(hooks, stage, index), hooks.skips(stage, index))
                index += 1
            else:
                x = block(x)
        return x

    def head_map(self, features: Tensor) -> Tensor:
        """The map whose mean is classified, [B, C, H, W], from the last pyramid map."""
        out: Tensor = self.head_act(self.head_norm(self.head_conv(features)))
        return out

    def forward_head(self, features: Tensor) -> Tensor:
        """Logits [B, classes] from the last pyramid map."""
        out: Tensor = self.head(self.dropout(self.head_map(features).mean((2, 3))))
        return out

    def forward(self, x: Tensor, hooks: Hooks | None = None) -> Tensor:
        return self.forward_head(self.forward_features(x, hooks)[-1])


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


def initialise(model: TransCNN, generator: torch.Generator | None = None) -> None:
    """Fill a new network: truncated normal of deviation 0.02, biases 0, norms 1 and 0.

    W^p stays that small on purpose: with max + average merging and un-normed residuals, the sum
    of L levels is about 2^L - 1 times as large as its input.
    """
    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.trunc_normal_(module.weight, std=0.02, generator=generator)
            if module.bias is not None:
                nn.init.zeros_(module.bias)


def fold_batch_norms(model: TransCNN) -> TransCNN:
    """A copy in eval mode with each batch norm right behind a convolution folded into it.

    The same function up to rounding, with fewer passes over memory. The copy has other keys, so
    it is for running only.
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
    """A 1x1 convolution as a matrix product, any other as it is."""
    if conv.kernel_size != (1, 1):
        return conv
    product = Pointwise(conv.in_channels, conv.out_channels)
    product.weight, product.bias = conv.weight, conv.bias
    return product


def blank(name: str, **overrides: Any) -> TransCNN:
    """A network by its name, shapes without values: to be counted, or to have weights loaded."""
    with torch.device("meta"):
        return TransCNN(variants.network(name, **overrides))


def build(name: str, **overrides: Any) -> TransCNN:
    """A new network by its name in the table of variants, freshly initialised."""
    model = TransCNN(variants.network(name, **overrides))
    initialise(model)
    return model
