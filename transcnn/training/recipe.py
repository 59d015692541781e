"""What a training run is made of: frozen values that are checked when they are made."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from transcnn.errors import ChoiceError
from transcnn.pictures.changes import CELL
from transcnn.training.objectives import PARTS


def _check(name: str, value: object, ok: bool, allowed: str) -> None:
    if not ok:
        raise ChoiceError(field=name, value=value, allowed=allowed)


@dataclass(frozen=True)
class Mixture:
    """How the pictures of a batch are changed: shares of them that stay whole, lose cells to gray
    (`gray`) or to other pictures (`cutmix`), or one square to one other picture (`square`).

    Of a changed picture, a share of the cells or the area between `least` and `most` is covered.
    """

    whole: float
    gray: float
    cutmix: float
    least: float = 0.05
    most: float = 0.65
    square: float = 0.0

    def __post_init__(self) -> None:
        shares = (self.whole, self.gray, self.cutmix, self.square)
        _check(
            "mixture",
            shares,
            min(shares) >= 0 and abs(sum(shares) - 1) < 1e-9,
            "shares of whole, gray, cutmix and square that add up to 1",
        )
        _check(
            "mixture.least, mixture.most",
            (self.least, self.most),
            0 <= self.least <= self.most < 1,
            "0 <= least <= most < 1, so that some cell stays the picture's own",
        )


@dataclass(frozen=True)
class Labels:
    """What the network is told of a picture's class: a share of 1 - `smoothing` on the class that
    its folder names, the rest even over all.

    With a `teacher` (a network with shipped weights), `taught` of that is replaced by what the
    teacher's body makes of the whole picture and its mirror image, asked once for each picture.
    """

    smoothing: float = 0.1
    teacher: str | None = None
    taught: float = 0.5

    def __post_init__(self) -> None:
        for name in ("smoothing", "taught"):
            value = getattr(self, name)
            _check(f"labels.{name}", value, 0 <= value <= 1, "shares from 0 to 1")


@dataclass(frozen=True)
class Recipe:
    """One way to train. `objectives` gives the weight of each part of `objectives.PARTS`.

    `start`: from all shipped weights, or from the body alone with H-MHSA begun anew; there H-MHSA
    alone learns, from what the body makes of the clean picture. Or from nothing: then the whole
    network learns, from `labels`, and what they tell is the teacher's answer: `logits`.
    `store_px` is the side at which pictures are kept on disk; smaller ones keep their size. Each
    time a picture is used, a random square of `smallest_crop` to 1 of its side is resized to the
    network's input; one side may be up to `stretch` times the other before. Inner residuals are
    left out with the probability `residual_drop` for each picture, block and level, in proportion
    to the learning rate: so a run ends on the network as it is used. The learning rate rises over
    the share `warm_up` of the run, then falls as a cosine to 0. `average` is the decay of the
    moving average of the weights, a step.

    `batch` pictures make a step, shared out among the processes. `sizes` are (share of the run,
    side in pixels): from that share on, pictures have that side; empty for the network's own.
    With `precision` "bfloat16" products and convolutions multiply in 16 bits, sums and weights
    stay in 32: of use where the processor has such instructions.
    """

    name: str
    model: str
    mixture: Mixture
    objectives: Mapping[str, float]
    steps: int
    start: Literal["shipped", "body", "nothing"]
    labels: Labels | None = None
    batch: int = 32
    learning_rate: float = 1e-3
    warm_up: float = 0.03
    weight_decay: float = 0.02
    clip: float = 1.0
    average: float = 0.995
    residual_drop: float = 0.0
    store_px: int = 256
    smallest_crop: float = 0.8
    stretch: float = 1.0
    seed: int = 0
    snapshots: tuple[float, ...] = (0.0, 0.03, 0.1, 0.3, 0.6, 1.0)
    sizes: tuple[tuple[float, int], ...] = ()
    precision: Literal["float32", "bfloat16"] = "float32"

    def __post_init__(self) -> None:
        for part in self.objectives:
            _check("objective", part, part in PARTS, ", ".join(PARTS))
        _check("objectives", dict(self.objectives), len(self.objectives) > 0, "one part or more")
        for name in ("steps", "batch", "store_px"):
            value = getattr(self, name)
            _check(name, value, isinstance(value, int) and value > 0, "whole numbers from 1")
        starts = ("shipped", "body", "nothing")
        _check("start", self.start, self.start in starts, ", ".join(starts))
        fits = (self.labels is not None) == (self.start == "nothing")
        _check("labels", self.labels, fits, "Labels where the start is nothing, None elsewhere")
        fits = self.labels is None or set(self.objectives) == {"logits"}
        _check("objectives", dict(self.objectives), fits, "logits alone, where labels teach")
        _check("batch", self.batch, self.batch > 1, "2 or more: scraps come from other pictures")
        for name in ("learning_rate", "clip"):
            _check(name, getattr(self, name), getattr(self, name) > 0, "numbers above 0")
        for name in ("warm_up", "average", "residual_drop"):
            _check(name, getattr(self, name), 0 <= getattr(self, name) < 1, "0 to below 1")
        _check("smallest_crop", self.smallest_crop, 0 < self.smallest_crop <= 1, "above 0, to 1")
        _check("stretch", self.stretch, self.stretch >= 1, "numbers from 1")
        _check(
            "snapshots",
            self.snapshots,
            all(0 <= s <= 1 for s in self.snapshots),
            "shares of the run, 0 to 1",
        )
        _check(
            "sizes",
            self.sizes,
            all(side > 0 and side % CELL == 0 for _, side in self.sizes)
            and list(self.sizes) == sorted(self.sizes)
            and all(0 <= share <= 1 for share, _ in self.sizes),
            f"rising shares of the run with sides that are multiples of {CELL}",
        )
        kinds = ("float32", "bfloat16")
        _check("precision", self.precision, self.precision in kinds, ", ".join(kinds))

    def size(self, progress: float, usual: int) -> int:
        """The side of the pictures at `progress` (0 to 1) of the run."""
        return max(
            ((share, side) for share, side in self.sizes if share <= progress), default=(0.0, usual)
        )[1]
