"""The small parts: norms, activations, padding, random skipping of a branch."""

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from transcnn.model.config import Activation, Norm, ceil_divide
from transcnn.model.symbols import is_general, surely


class ChannelLayerNorm(nn.LayerNorm):
    """LayerNorm over the channels of each token of a map [B, C, H, W]."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)  # B H W C and back


def make_norm(norm: Norm | None, width: int) -> nn.Module:
    """The module for `norm` over `width` channels; None gives the identity."""
    if norm is None:
        return nn.Identity()
    if norm.kind == "batch":
        return nn.BatchNorm2d(width, eps=norm.eps)
    if norm.kind == "group":
        return nn.GroupNorm(1, width, eps=norm.eps)
    return ChannelLayerNorm(width, eps=norm.eps)


# None of them works in place: hooks record what was there before the activation.
_ACTIVATIONS: dict[Activation, Callable[[], nn.Module]] = {
    "silu": nn.SiLU,
    "gelu": nn.GELU,
    "relu6": nn.ReLU6,
}


def make_activation(name: Activation) -> nn.Module:
    return _ACTIVATIONS[name]()


class Pointwise(nn.Conv2d):
    """A 1x1 convolution with bias, computed as one matrix product over all tokens.

    On channels-last maps as small as attention's this is faster than the convolution routine.
    """

    def __init__(self, width_in: int, width_out: int) -> None:
        super().__init__(width_in, width_out, 1)

    def forward(self, x: Tensor) -> Tensor:
        out = F.linear(x.permute(0, 2, 3, 1), self.weight[:, :, 0, 0], self.bias)  # B H W C
        return out.permute(0, 3, 1, 2)


class SamePadConv2d(nn.Conv2d):
    """A convolution that pads like TensorFlow's "same".

    The output has size ceil(size / stride); of an odd number of padding rows, the smaller half
    comes first. With stride 1 this is the usual symmetric padding.
    """

    def forward(self, x: Tensor) -> Tensor:
        (rows, top), (columns, left) = (self.padding_along(x, axis) for axis in (0, 1))
        # Symmetric: no copy of the map is needed.
        if surely(rows == 2 * top) and surely(columns == 2 * left):
            return F.conv2d(x, self.weight, self.bias, self.stride, (top, left), 1, self.groups)
        x = F.pad(x, (left, columns - left, top, rows - top))
        return F.conv2d(x, self.weight, self.bias, self.stride, 0, 1, self.groups)

    def padding_along(self, x: Tensor, axis: int) -> tuple[int, int]:
        """Padding along an axis: total, and the part that comes first."""
        size, kernel, stride = x.shape[2 + axis], self.kernel_size[axis], self.stride[axis]
        if stride == 1:
            return kernel - 1, (kernel - 1) // 2
        total = (ceil_divide(size, stride) - 1) * stride + kernel - size
        if kernel < stride:  # else it is never negative, and a maximum of symbols hard to follow
            total = torch.sym_max(total, 0)  # type: ignore[assignment]
        return total, total // 2


def pad_end(x: Tensor, size: tuple[int, int], value: float) -> Tensor:
    """The map enlarged to `size` at the right and the bottom."""
    return F.pad(x, (0, size[1] - x.shape[3], 0, size[0] - x.shape[2]), value=value)


def max_pool(x: Tensor, side: int) -> Tensor:
    """The maximum of each `side` x `side` square [B, C, H/side, W/side], rounded up: squares that
    the edge cuts off use only the elements that exist."""
    if not is_general():
        return F.max_pool2d(x, side, ceil_mode=True)
    # In `ceil_mode` torch asks whether the size divides, and compiles again for each answer.
    whole = (ceil_divide(x.shape[2], side) * side, ceil_divide(x.shape[3], side) * side)
    return F.max_pool2d(pad_end(x, whole, -math.inf), side)


def drop_path(x: Tensor, rate: float, training: bool) -> Tensor:
    """Drop a branch for a random fraction `rate` of the batch (stochastic depth), in training only.

    What is kept is divided by 1 - rate, so that the expected value stays.
    """
    if rate == 0 or not training:
        return x
    keep = torch.rand(x.shape[0], 1, 1, 1, device=x.device) >= rate
    return x * keep / (1 - rate)
