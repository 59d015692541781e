"""The named networks: one table, three families. No torch here.

A family is a function from a few settings to a `Network`; a variant is a family with its settings.
`network("transcnn_small", classes=10)` replaces single settings of the table.

Sources. Paper: stem, stages at strides 4 to 32, widths 64 to 512, heads of width 64, SiLU. Depths,
expansions and kernels follow an independent reading of the paper's section 4.1; merge grids divide
every map at 224. Authors' code: TransCNN v1.0 (2021) and HAT-Net (2022). transcnn_lite0 puts
H-MHSA into EfficientNet-Lite0 (Google, Apache-2.0).
"""

import inspect
from collections.abc import Callable
from typing import Any

from transcnn.errors import ChoiceError
from transcnn.model.config import (
    BATCH,
    GROUP,
    HMHSA,
    LAYER,
    Activation,
    Block,
    Bottleneck,
    Downsampling,
    Input,
    Merging,
    Network,
    Norm,
    PooledAttention,
    Stage,
    Stem,
    Upsampling,
)

Four = tuple[int, int, int, int]
ClassSetting = int | tuple[int, ...] | tuple[str, ...]
"""How many classes, which of the 1000 of ImageNet (indices), or the names of a person's own."""


def _check_four(**settings: Any) -> None:
    for field, value in settings.items():
        if not isinstance(value, tuple | list) or len(value) != 4:
            raise ChoiceError(field=field, value=value, allowed="one value for each of 4 stages")
        if field == "depths" and not all(isinstance(d, int) and d > 0 for d in value):
            raise ChoiceError(field=field, value=value, allowed="whole numbers from 1")


def _classes(setting: ClassSetting) -> dict[str, Any]:
    """The fields of `Network` that say what the classes are."""
    if isinstance(setting, int):
        return {"classes": setting}
    kinds = {type(one) for one in setting} if isinstance(setting, tuple | list) else set()
    if kinds not in ({int}, {str}):
        allowed = "a number, indices of the 1000 classes of ImageNet, or names"
        raise ChoiceError(field="classes", value=setting, allowed=allowed)
    return {
        "classes": len(setting),
        "own_classes" if str in kinds else "indices": tuple(setting),
    }


def _as_tuple(value: Any) -> Any:
    """A list, as settings from a file have them, as a tuple; anything else is for the config."""
    return tuple(value) if isinstance(value, list) else value


def _stages(
    widths: Four, blocks: Callable[[int], tuple[Block, ...]], two_branch: bool
) -> tuple[Stage, ...]:
    downs = [None, *(Downsampling(widths[s - 1], widths[s], two_branch) for s in (1, 2, 3))]
    return tuple(Stage(blocks(s), stride=4 * 2**s, down=downs[s]) for s in range(4))


def paper(
    name: str,
    *,
    widths: Four,
    depths: Four,
    expansions: Four,
    merges: tuple[tuple[int, ...], ...],
    kernels: Four = (5, 3, 5, 3),
    head_width: int | Four = 64,
    qkv_per_level: bool = False,
    input_norm: Norm | None = None,
    level_norm: Norm | None = BATCH,
    output_norm: Norm | None = None,
    norm: Norm = BATCH,
    activation: Activation = "silu",
    upsampling: Upsampling = "nearest",
    merging: Merging = "sum",
    attends: bool = True,
    two_branch: bool = True,
    input_size: int = 224,
    channels: int = 3,
    classes: ClassSetting = 1000,
    dropout: float = 0.2,
    drop_path: float = 0.0,
) -> Network:
    """TransCNN, re-implemented from the post: H-MHSA and IRB alternate, TDBs between the stages.

    Without `attends` only the IRBs are left,
    without `two_branch` a strided convolution stands in place of each TDB.
    """
    head_widths = (head_width,) * 4 if isinstance(head_width, int) else head_width
    _check_four(
        widths=widths,
        depths=depths,
        expansions=expansions,
        merges=merges,
        kernels=kernels,
        head_width=head_widths,
    )

    def blocks(s: int) -> tuple[Block, ...]:
        attention = HMHSA(
            widths[s],
            _as_tuple(merges[s]),
            head_widths[s],
            qkv_per_level,
            input_norm,
            level_norm,
            output_norm,
            upsampling,
            merging,
        )
        bottleneck = Bottleneck(widths[s], widths[s], kernels[s], expansions[s])
        return (Block(bottleneck, attention if attends else None),) * depths[s]

    return Network(
        name,
        Input(input_size),
        Stem(widths[0], channels=channels),
        _stages(widths, blocks, two_branch),
        norm,
        activation,
        **_classes(classes),
        dropout=dropout,
        drop_path=drop_path,
    )


def authors(
    name: str,
    *,
    widths: Four,
    depths: Four,
    expansions: Four,
    grids: Four,
    head_width: int,
    hat: bool,
    kernels: Four = (5, 3, 5, 3),
    pools: Four = (8, 4, 2, 1),
    channels: int = 3,
    classes: ClassSetting = 1000,
    dropout: float = 0.2,
    drop_path: float = 0.0,
) -> Network:
    """The authors' released networks: v1.0 (`hat=False`, made for 256) and HAT-Net (224)."""
    _check_four(
        widths=widths,
        depths=depths,
        expansions=expansions,
        grids=grids,
        kernels=kernels,
        pools=pools,
    )
    norm = GROUP if hat else BATCH

    def blocks(s: int) -> tuple[Block, ...]:
        attention = PooledAttention(widths[s], grids[s], pools[s], head_width, norm, hat)
        bottleneck = Bottleneck(widths[s], widths[s], kernels[s], expansions[s], norm_first=hat)
        return (Block(bottleneck, attention),) * depths[s]

    return Network(
        name,
        Input(224 if hat else 256),
        Stem(widths[0], channels=channels),
        _stages(widths, blocks, two_branch=not hat),
        norm,
        "silu",
        **_classes(classes),
        dropout=dropout,
        drop_path=drop_path,
    )


# EfficientNet-Lite0's bottlenecks, stage by stage: kernel, stride, expansion, width in, width out.
_LITE0 = (
    ((3, 1, 1, 32, 16), (3, 2, 6, 16, 24), (3, 1, 6, 24, 24)),
    ((5, 2, 6, 24, 40), (5, 1, 6, 40, 40)),
    ((3, 2, 6, 40, 80), *((3, 1, 6, 80, 80),) * 2, (5, 1, 6, 80, 112), *((5, 1, 6, 112, 112),) * 2),
    ((5, 2, 6, 112, 192), *((5, 1, 6, 192, 192),) * 3, (3, 1, 6, 192, 320)),
)


def lite(
    name: str,
    *,
    merges: tuple[tuple[int, ...], ...] = ((8,), (4,), (2,), ()),
    head_width: Four = (8, 8, 16, 32),
    activation: Activation = "relu6",
    channels: int = 3,
    classes: ClassSetting = 1000,
    dropout: float = 0.2,
    drop_path: float = 0.0,
) -> Network:
    """EfficientNet-Lite0 with one H-MHSA before each of its nine residual bottlenecks.

    H-MHSA here: a norm of its input, none per level, one of each level's output; every
    level has its own q, k, v. At every stage the last level has 7 x 7 merged tokens of 32 pixels.
    """
    _check_four(merges=merges, head_width=head_width)

    def block(s: int, kernel: int, stride: int, expansion: int, c_in: int, c_out: int) -> Block:
        residual = stride == 1 and c_in == c_out
        bottleneck = Bottleneck(c_in, c_out, kernel, expansion, stride, residual, same_padding=True)
        if not residual:
            return Block(bottleneck)
        attention = HMHSA(
            c_in,
            _as_tuple(merges[s]),
            head_width[s],
            qkv_per_level=True,
            input_norm=LAYER,
            level_norm=None,
            output_norm=LAYER,
        )
        return Block(bottleneck, attention)

    return Network(
        name,
        Input(224, mean=(127.0,) * 3, scale=(128.0,) * 3),
        Stem(32, width_between=None, channels=channels),
        tuple(Stage(tuple(block(s, *row) for row in _LITE0[s]), stride=4 * 2**s) for s in range(4)),
        Norm("batch", 1e-3),
        activation,
        **_classes(classes),
        head_width=1280,
        dropout=dropout,
        drop_path=drop_path,
    )


def _indices(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split()))


_PAPER = dict(widths=(64, 128, 256, 512), merges=((8,), (7,), (7,), ()))
_V1 = dict(hat=False, head_width=64, grids=(8, 8, 8, 1))
_HAT = dict(hat=True, head_width=64, grids=(8, 7, 7, 1), expansions=(8, 8, 4, 4))
IMAGENETTE = (0, 217, 482, 491, 497, 566, 569, 571, 574, 701)
"""The ten classes of Imagenette among the 1000, in the order of its folders' names."""
TINY_IMAGENET = _indices("""
    1 25 30 32 50 61 69 71 75 76 79 99 105 107 109 113 114 115 122 123 128 145 146 149 151 187
    207 208 235 267 281 283 285 286 291 294 301 308 309 311 313 314 315 319 323 325 329 338 341
    345 347 349 353 354 365 367 372 386 387 398 400 406 411 414 421 424 425 427 430 435 436 437
    438 440 445 447 448 457 458 462 463 466 467 470 471 474 480 485 488 492 496 500 508 509 511
    517 525 526 532 542 543 557 562 565 567 568 570 573 576 604 605 612 614 619 621 625 627 635
    645 652 655 675 677 678 682 683 687 704 707 716 720 731 733 734 735 737 739 744 747 758 760
    761 765 768 774 779 781 786 801 806 808 811 815 817 821 826 837 839 842 845 849 850 853 862
    866 873 874 877 879 887 888 890 899 900 909 910 917 923 924 928 929 932 935 938 945 947 950
    951 954 957 962 963 964 967 970 972 973 975 978 988
""")
"""The 200 classes of Tiny-ImageNet among the 1000; none of them is one of Imagenette's."""
_THREES = (3, 3, 3, 3)

VARIANTS: dict[str, tuple[Callable[..., Network], dict[str, Any]]] = {
    "transcnn_lite0": (lite, {}),
    "transcnn_nano": (
        paper,
        dict(
            widths=(48, 96, 160, 256),
            depths=(1, 1, 2, 1),
            expansions=(4, 4, 4, 4),
            merges=((4, 2), (4,), (2,), ()),
            kernels=_THREES,
            head_width=16,
            input_size=128,
            classes=IMAGENETTE,
            dropout=0.0,
        ),
    ),
    "transcnn_mini": (
        paper,
        dict(
            widths=(48, 96, 192, 320),
            depths=(1, 2, 3, 2),
            expansions=(4, 4, 4, 4),
            merges=((4, 2), (4,), (2,), ()),
            kernels=(1, 1, 1, 1),
            head_width=16,
            output_norm=LAYER,
            input_size=128,
            classes=tuple(sorted(IMAGENETTE + TINY_IMAGENET)),
            dropout=0.0,
        ),
    ),
    "transcnn_small": (paper, dict(_PAPER, depths=(2, 2, 2, 2), expansions=(4, 4, 6, 5))),
    "transcnn_base": (paper, dict(_PAPER, depths=(3, 4, 8, 3), expansions=(4, 4, 6, 6))),
    "transcnn_v1_tiny": (
        authors,
        dict(_V1, widths=(64, 128, 256, 512), depths=(2, 2, 4, 2), expansions=(4, 4, 4, 4)),
    ),
    "transcnn_v1_small": (
        authors,
        dict(_V1, widths=(64, 128, 256, 512), depths=(3, 4, 8, 3), expansions=(4, 4, 6, 6)),
    ),
    "transcnn_v1_medium": (
        authors,
        dict(_V1, widths=(64, 128, 320, 640), depths=(3, 4, 12, 3), expansions=(4, 4, 6, 6)),
    ),
    "transcnn_v1_large": (
        authors,
        dict(_V1, widths=(64, 128, 384, 768), depths=(3, 4, 16, 3), expansions=(4, 4, 6, 6)),
    ),
    "hatnet_tiny": (
        authors,
        dict(_HAT, widths=(48, 96, 240, 384), head_width=48, depths=(2, 2, 6, 3), kernels=_THREES),
    ),
    "hatnet_small": (
        authors,
        dict(_HAT, widths=(64, 128, 320, 512), depths=(2, 3, 8, 3), kernels=_THREES),
    ),
    "hatnet_medium": (authors, dict(_HAT, widths=(64, 128, 320, 512), depths=(3, 6, 18, 3))),
    "hatnet_large": (
        authors,
        dict(_HAT, widths=(64, 128, 320, 640), depths=(3, 8, 27, 3), kernels=_THREES),
    ),
}


def list_models() -> list[str]:
    """Names of all networks that can be created."""
    return list(VARIANTS)


def authors_names() -> list[str]:
    """Names of the networks that the authors published weights of."""
    return [name for name, (family, _) in VARIANTS.items() if family is authors]


def network(name: str, **overrides: Any) -> Network:
    """The network called `name`, single settings of its family replaced by `overrides`.

    Raises ChoiceError for an unknown name or setting, or a value that does not fit.
    """
    if name not in VARIANTS:
        raise ChoiceError(field="model", value=name, allowed=", ".join(VARIANTS))
    family, settings = VARIANTS[name]
    allowed = [p for p in inspect.signature(family).parameters if p != "name"]
    for setting, value in overrides.items():
        if setting not in allowed:
            raise ChoiceError(
                field=f"{setting} of {name}", value=value, allowed=f"only {', '.join(allowed)}"
            )
    return family(name, **{**settings, **overrides})
