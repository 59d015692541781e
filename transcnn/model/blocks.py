"""Stem, bottleneck (IRB) and downsampling (TDB).

`FOLDS` names each module's pairs of a convolution and the batch norm that follows it; `network.py`
folds them into one convolution for inference.
"""

from typing import ClassVar

from torch import Tensor, nn

from transcnn.model import config
from transcnn.model.layers import SamePadConv2d, make_activation, make_norm, max_pool

Folds = tuple[tuple[str, str], ...]


class TwoConvStem(nn.Sequential):
    """Two 3x3 convolutions of stride 2, norm and activation between them."""

    FOLDS: ClassVar[Folds] = (("0", "1"),)

    def __init__(self, stem: config.Stem, width_between: int, network: config.Network) -> None:
        super().__init__(
            nn.Conv2d(stem.channels, width_between, 3, 2, 1),
            make_norm(network.norm, width_between),
            make_activation(network.activation),
            nn.Conv2d(width_between, stem.width_out, 3, 2, 1),
        )


class OneConvStem(nn.Sequential):
    """EfficientNet-Lite's: one 3x3 convolution of stride 2, norm, activation."""

    FOLDS: ClassVar[Folds] = (("0", "1"),)

    def __init__(self, stem: config.Stem, network: config.Network) -> None:
        super().__init__(
            SamePadConv2d(stem.channels, stem.width_out, 3, 2, bias=False),
            make_norm(network.norm, stem.width_out),
            make_activation(network.activation),
        )


class InvertedResidual(nn.Module):
    """IRB without the outer residual: 1x1 to e C, depthwise k x k, 1x1 back.

    Norm and activation follow the first two convolutions, only a norm the last. With
    `expansion` 1 the first convolution is left out.
    """

    FOLDS: ClassVar[Folds] = (("expand", "norm1"), ("dw", "norm2"), ("project", "norm3"))

    def __init__(self, shape: config.Bottleneck, network: config.Network) -> None:
        super().__init__()
        inner = shape.expansion * shape.width_in
        self.expand: nn.Module = nn.Identity()
        self.norm1: nn.Module = nn.Identity()
        self.act1: nn.Module = nn.Identity()
        if shape.expansion > 1:
            self.expand = nn.Conv2d(shape.width_in, inner, 1, bias=False)
            self.norm1 = make_norm(network.norm, inner)
            self.act1 = make_activation(network.activation)
        self.dw = _depthwise(shape, inner)
        self.norm2 = make_norm(network.norm, inner)
        self.act2 = make_activation(network.activation)
        self.project = nn.Conv2d(inner, shape.width_out, 1, bias=False)
        self.norm3 = make_norm(network.norm, shape.width_out)

    def forward(self, x: Tensor) -> Tensor:
        x = self.act1(self.norm1(self.expand(x)))
        x = self.act2(self.norm2(self.dw(x)))
        out: Tensor = self.norm3(self.project(x))
        return out


class NormFirstInvertedResidual(nn.Module):
    """HAT-Net's IRB: a norm in front, none after the depthwise convolution."""

    FOLDS: ClassVar[Folds] = (("project", "norm3"),)

    def __init__(self, shape: config.Bottleneck, network: config.Network) -> None:
        super().__init__()
        inner = shape.expansion * shape.width_in
        self.norm1 = make_norm(network.norm, shape.width_in)
        self.expand = nn.Conv2d(shape.width_in, inner, 1, bias=False)
        self.act1 = make_activation(network.activation)
        self.dw = _depthwise(shape, inner)
        self.act2 = make_activation(network.activation)
        self.project = nn.Conv2d(inner, shape.width_out, 1, bias=False)
        self.norm3 = make_norm(network.norm, shape.width_out)

    def forward(self, x: Tensor) -> Tensor:
        x = self.act1(self.expand(self.norm1(x)))
        out: Tensor = self.norm3(self.project(self.act2(self.dw(x))))
        return out


def _depthwise(shape: config.Bottleneck, inner: int) -> nn.Conv2d:
    if shape.same_padding:
        return SamePadConv2d(inner, inner, shape.kernel, shape.stride, groups=inner, bias=False)
    return nn.Conv2d(
        inner, inner, shape.kernel, shape.stride, shape.kernel // 2, groups=inner, bias=False
    )


def make_bottleneck(shape: config.Bottleneck, network: config.Network) -> nn.Module:
    return (NormFirstInvertedResidual if shape.norm_first else InvertedResidual)(shape, network)


class TwoBranchDownsampling(nn.Module):
    """TDB: SiLU(norm(3x3 conv, stride 2) + norm(1x1 conv of the 2x2 max pool))."""

    FOLDS: ClassVar[Folds] = (("conv", "norm1"), ("pool_conv", "norm2"))

    def __init__(self, shape: config.Downsampling, network: config.Network) -> None:
        super().__init__()
        self.conv = nn.Conv2d(shape.width_in, shape.width_out, 3, 2, 1)
        self.norm1 = make_norm(network.norm, shape.width_out)
        self.pool_conv = nn.Conv2d(shape.width_in, shape.width_out, 1)
        self.norm2 = make_norm(network.norm, shape.width_out)
        self.act = make_activation(network.activation)

    def forward(self, x: Tensor) -> Tensor:
        pooled = max_pool(x, 2)  # of odd maps, too, the convolution's size
        out: Tensor = self.act(self.norm1(self.conv(x)) + self.norm2(self.pool_conv(pooled)))
        return out


class ConvDownsampling(nn.Module):
    """HAT-Net's: norm(3x3 conv, stride 2), no activation."""

    FOLDS: ClassVar[Folds] = (("conv", "norm"),)

    def __init__(self, shape: config.Downsampling, network: config.Network) -> None:
        super().__init__()
        self.conv = nn.Conv2d(shape.width_in, shape.width_out, 3, 2, 1)
        self.norm = make_norm(network.norm, shape.width_out)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.norm(self.conv(x))
        return out
