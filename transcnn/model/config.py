"""What a network is made of: frozen values that are checked when they are made.

No torch here: the app draws the grids of an image from these values before torch is loaded.
"""

import itertools
import math
import operator
from dataclasses import dataclass, replace
from typing import Literal

from transcnn.errors import ChoiceError
from transcnn.labels import Classes, folded

NormKind = Literal["batch", "group", "layer"]
Activation = Literal["silu", "gelu", "relu6"]
Upsampling = Literal["nearest", "bilinear"]
Merging = Literal["sum", "max", "average"]


def _check(field: str, value: object, ok: bool, allowed: str) -> None:
    if not ok:
        raise ChoiceError(field=field, value=value, allowed=allowed)


def _check_among(field: str, value: object, allowed: tuple[str, ...]) -> None:
    _check(field, value, value in allowed, ", ".join(allowed))


def _check_positive(field: str, value: int) -> None:
    _check(field, value, isinstance(value, int) and value > 0, "whole numbers from 1")


def _is_count(value: object) -> bool:
    return isinstance(value, int) and value >= 0


@dataclass(frozen=True)
class Norm:
    """A normalisation: `batch`, `group` (one group over all channels) or `layer` (per token)."""

    kind: NormKind
    eps: float

    def __post_init__(self) -> None:
        _check_among("norm.kind", self.kind, ("batch", "group", "layer"))
        eps_ok = isinstance(self.eps, int | float) and self.eps > 0
        _check("norm.eps", self.eps, eps_ok, "numbers above 0")


BATCH = Norm("batch", 1e-5)
GROUP = Norm("group", 1e-6)
LAYER = Norm("layer", 1e-5)


def ceil_divide(a: int, b: int) -> int:
    """a / b rounded up, in whole numbers, which `torch.export` follows where they are symbols.

    In this form, which convolutions have too, one division of another becomes a single one, so that
    the size of the last map is as short an expression of the image's as that of the first.
    """
    return 1 if a is b else (a - 1) // b + 1


@dataclass(frozen=True)
class Level:
    """One level of H-MHSA on a map of a given size; sizes are (rows, columns)."""

    size: tuple[int, int]
    grid: tuple[int, int]
    merge: int | None  # side of the grid that becomes one token of the next level; None: the last

    @property
    def grids(self) -> tuple[int, int]:
        """Number of grids (down, across); the last ones may be cut off by the map's edge."""
        return ceil_divide(self.size[0], self.grid[0]), ceil_divide(self.size[1], self.grid[1])

    @property
    def padded_size(self) -> tuple[int, int]:
        """The map enlarged to whole grids."""
        return self.grids[0] * self.grid[0], self.grids[1] * self.grid[1]


@dataclass(frozen=True)
class HMHSA:
    """Hierarchical multi-head self-attention.

    `merges` holds the grids (G_0, ..., G_{M-1}): level i < M attends inside G_i x G_i grids and is
    merged by G_i; level M attends over all that remains, as one grid. () is plain MHSA.
    A norm can stand before everything, before each level's q, k, v, and on each level's output
    before the levels are summed. `merging` makes one token of a grid: from its maximum, its
    average, or their sum.
    """

    width: int
    merges: tuple[int, ...]
    head_width: int
    qkv_per_level: bool = False
    input_norm: Norm | None = None
    level_norm: Norm | None = BATCH
    output_norm: Norm | None = None
    upsampling: Upsampling = "nearest"
    merging: Merging = "sum"

    def __post_init__(self) -> None:
        _check_positive("width", self.width)
        _check_positive("head_width", self.head_width)
        _check(
            "head_width",
            self.head_width,
            self.width % self.head_width == 0,
            f"the divisors of the width {self.width}",
        )
        merges_ok = isinstance(self.merges, tuple) and all(
            isinstance(g, int) and g >= 2 for g in self.merges
        )
        _check("merges", self.merges, merges_ok, "grids of 2 or more, such as (8,) or (4, 2)")
        for field in ("input_norm", "level_norm", "output_norm"):
            norm = getattr(self, field)
            _check(field, norm, norm is None or isinstance(norm, Norm), "a Norm, or None")
        _check_among("upsampling", self.upsampling, ("nearest", "bilinear"))
        _check_among("merging", self.merging, ("sum", "max", "average"))

    @property
    def heads(self) -> int:
        return self.width // self.head_width

    @property
    def token_sides(self) -> tuple[int, ...]:
        """For each level, the side in level-0 tokens of what one of its tokens was merged from."""
        return tuple(itertools.accumulate(self.merges, operator.mul, initial=1))

    def levels(self, size: tuple[int, int]) -> tuple[Level, ...]:
        """The levels on a map of `size` (rows, columns), first to last."""
        found = []
        for merge in self.merges:
            found.append(Level(size, (merge, merge), merge))
            size = (ceil_divide(size[0], merge), ceil_divide(size[1], merge))
        return (*found, Level(size, size, None))


@dataclass(frozen=True)
class PooledAttention:
    """The attention of the authors' released code: inside grids, then from every token to an
    average-pooled map. `grid` 1 is plain MHSA over the map.

    `unused_norm` registers the norm that HAT-Net's files contain and its forward never uses.
    """

    width: int
    grid: int
    pool: int
    head_width: int
    norm: Norm
    unused_norm: bool = False

    def __post_init__(self) -> None:
        for field in ("width", "grid", "pool", "head_width"):
            _check_positive(field, getattr(self, field))
        _check(
            "head_width",
            self.head_width,
            self.width % self.head_width == 0,
            f"the divisors of the width {self.width}",
        )

    @property
    def heads(self) -> int:
        return self.width // self.head_width


@dataclass(frozen=True)
class Bottleneck:
    """An inverted residual bottleneck (IRB): widen by `expansion`, depthwise conv, narrow.

    `norm_first` is HAT-Net's order: one norm before the first convolution, none after the
    depthwise one. `same_padding` pads like TensorFlow. The input is added where `residual`.
    """

    width_in: int
    width_out: int
    kernel: int
    expansion: int
    stride: int = 1
    residual: bool = True
    norm_first: bool = False
    same_padding: bool = False

    def __post_init__(self) -> None:
        for field in ("width_in", "width_out", "expansion"):
            _check_positive(field, getattr(self, field))
        _check("kernel", self.kernel, self.kernel in (1, 3, 5, 7), "1, 3, 5, 7")
        _check("stride", self.stride, self.stride in (1, 2), "1, 2")
        fits = not self.residual or (self.stride == 1 and self.width_in == self.width_out)
        _check("residual", self.residual, fits, "False where the stride is 2 or the widths differ")


@dataclass(frozen=True)
class Block:
    """Attention (if any) followed by a bottleneck, each added to its input."""

    bottleneck: Bottleneck
    attention: HMHSA | PooledAttention | None = None

    def __post_init__(self) -> None:
        if self.attention is not None:
            width = self.bottleneck.width_in
            fits = self.attention.width == width
            allowed = f"{width}, the width of its bottleneck"
            _check("attention.width", self.attention.width, fits, allowed)


@dataclass(frozen=True)
class Downsampling:
    """Between two stages: half the size, another width.

    `two_branch` is the TDB (strided convolution + max pool and 1x1 convolution); without it, one
    convolution with a norm, as in HAT-Net.
    """

    width_in: int
    width_out: int
    two_branch: bool = True

    def __post_init__(self) -> None:
        for field in ("width_in", "width_out"):
            _check_positive(field, getattr(self, field))


@dataclass(frozen=True)
class Stage:
    """All blocks that work at one stride."""

    blocks: tuple[Block, ...]
    stride: int
    down: Downsampling | None = None

    @property
    def width(self) -> int:
        """Channels of the stage's output."""
        return self.blocks[-1].bottleneck.width_out

    @property
    def attending(self) -> tuple[HMHSA | PooledAttention, ...]:
        """The attention of each block that has one; their order is the block index of a trace."""
        return tuple(b.attention for b in self.blocks if b.attention is not None)


@dataclass(frozen=True)
class Stem:
    """From the picture to the first stage: one or two 3x3 convolutions of stride 2.

    `width_between` is the width after the first of two; None means that there is only one,
    followed by norm and activation, with TensorFlow's padding. `channels` of the image are usually
    red, green and blue.
    """

    width_out: int
    width_between: int | None = 16
    channels: int = 3

    def __post_init__(self) -> None:
        _check_positive("width_out", self.width_out)
        _check_positive("channels", self.channels)
        if self.width_between is not None:
            _check_positive("width_between", self.width_between)


@dataclass(frozen=True)
class Input:
    """The input of the network: a square of `size` pixels, (value - mean) / scale.

    `mean` and `scale` are per channel, for values from 0 to 255.
    """

    size: int
    mean: tuple[float, float, float] = (123.675, 116.28, 103.53)  # ImageNet's usual constants
    scale: tuple[float, float, float] = (58.395, 57.12, 57.375)

    def __post_init__(self) -> None:
        size_ok = isinstance(self.size, int) and self.size >= 32
        _check("input.size", self.size, size_ok, "32 pixels or more")


@dataclass(frozen=True)
class Network:
    """A whole network: stem, four stages, head."""

    name: str
    input: Input
    stem: Stem
    stages: tuple[Stage, ...]
    norm: Norm
    activation: Activation
    classes: int  # 0: the network ends with its pooled features
    indices: tuple[int, ...] | None = None  # of the classes among ImageNet's 1000, if they are some
    own_classes: tuple[str, ...] | None = None  # the names of a person's own classes
    head_width: int | None = None  # a 1x1 convolution to this width before the pooling, or none
    dropout: float = 0.0  # before the classifier, in training only
    drop_path: float = 0.0  # rate of the last block; it grows linearly from 0 at the first

    def __post_init__(self) -> None:
        _check("norm", self.norm, isinstance(self.norm, Norm), "a Norm")
        _check_among("activation", self.activation, ("silu", "gelu", "relu6"))
        _check("classes", self.classes, _is_count(self.classes), "whole numbers from 0")
        fits = self.indices is None or len(set(self.indices)) == self.classes
        _check("indices", self.indices, fits, f"{self.classes} different ones, one for each class")
        own = self.own_classes
        fits = own is None or (
            self.indices is None
            and all(isinstance(name, str) and folded(name) for name in own)
            and len({folded(name) for name in own}) == len(own) == self.classes
        )
        _check("own_classes", own, fits, f"{self.classes} different names, one for each class")
        for field in ("dropout", "drop_path"):
            rate = getattr(self, field)
            rate_ok = isinstance(rate, int | float) and 0 <= rate < 1
            _check(field, rate, rate_ok, "from 0 up to, but not including, 1")

    @property
    def has_levels(self) -> bool:
        """Whether all attention of the network is H-MHSA."""
        return all(isinstance(a, HMHSA) for stage in self.stages for a in stage.attending)

    @property
    def backbone(self) -> "Network":
        """The same network with H-MHSA removed."""
        stages = (
            replace(stage, blocks=tuple(replace(b, attention=None) for b in stage.blocks))
            for stage in self.stages
        )
        return replace(self, stages=tuple(stages))

    @property
    def class_set(self) -> Classes:
        """What the classes are, with their names."""
        return Classes(self.classes, self.indices, self.own_classes)

    def map_size(self, stage: int, size: tuple[int, int]) -> tuple[int, int]:
        """Size (rows, columns) of the stage's maps for an input of `size`."""
        stride = self.stages[stage].stride
        return math.ceil(size[0] / stride), math.ceil(size[1] / stride)
