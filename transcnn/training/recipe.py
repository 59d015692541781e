"""Training recipes: frozen values that are checked when they are made."""

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
    """How the images of a batch are changed: fractions of them that stay whole, have cells covered
    with gray (`gray`) or patches of other images (`cutmix`), or one square of one other image
    (`square`).

    Of a changed image, a fraction of the cells or area between `least` and `most` is covered.
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
            "fractions of whole, gray, cutmix and square that sum to 1",
        )
        _check(
            "mixture.least, mixture.most",
            (self.least, self.most),
            0 <= self.least <= self.most < 1,
            "0 <= least <= most < 1, so that some cell stays uncovered",
        )


@dataclass(frozen=True)
class Labels:
    """Soft targets of an image: 1 - `smoothing` on its true label, the rest uniform over all.

    With a `teacher` (a network with shipped weights), its backbone's predictions on the whole image
    and its mirror image, computed once, have the weight `teacher_weight` (distillation).
    """

    smoothing: float = 0.1
    teacher: str | None = None
    teacher_weight: float = 0.5

    def __post_init__(self) -> None:
        for name in ("smoothing", "teacher_weight"):
            value = getattr(self, name)
            _check(f"labels.{name}", value, 0 <= value <= 1, "0 to 1")


@dataclass(frozen=True)
class Recipe:
    """One way to train. `objectives` gives the weight of each part of `objectives.PARTS`.

    `start` is "shipped" (all shipped weights) or "backbone" (shipped backbone, H-MHSA initialised):
    H-MHSA alone is trained, with the backbone on the clean image as teacher. Or "scratch": the
    whole network is trained on the soft targets of `labels`, with the objective `logits`. Or
    "given": fine-tuning in the same way from the weights that the run is given, of which `learns`
    says what changes: all of them, or the head and H-MHSA alone.
    `store_px` is the side at which images are kept on disk; smaller ones keep their size. Each
    time an image is used, a random square of `smallest_crop` to 1 of its side is resized to the
    network's input; before, one side may be up to `stretch` times the other. Residuals of levels
    are dropped with the probability `residual_drop` for each image, block and level, in proportion
    to the learning rate, so that a run ends with the network as it is used. The learning rate rises
    over the fraction `warm_up` of the run, then falls as a cosine to 0. `average` is the decay per
    step of the moving average of the weights.

    `batch` images make a step, divided among the processes. `sizes` are (fraction of the run, side
    in pixels): from then on images have that side; empty for the network's own. With `precision`
    "bfloat16" products and convolutions multiply in 16 bits, sums and weights stay in 32, which is
    faster where the processor supports it.
    """

    name: str
    model: str
    mixture: Mixture
    objectives: Mapping[str, float]
    steps: int
    start: Literal["shipped", "backbone", "scratch", "given"]
    labels: Labels | None = None
    learns: Literal["all", "attention"] = "all"
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
        starts = ("shipped", "backbone", "scratch", "given")
        _check("start", self.start, self.start in starts, ", ".join(starts))
        fits = (self.labels is not None) == (self.start in ("scratch", "given"))
        _check("labels", self.labels, fits, "Labels if the start is scratch or given, else None")
        _check("learns", self.learns, self.learns in ("all", "attention"), "all, attention")
        fits = self.labels is None or set(self.objectives) == {"logits"}
        _check("objectives", dict(self.objectives), fits, "logits alone, where there are labels")
        _check(
            "batch", self.batch, self.batch > 1, "2 or more, since patches come from other images"
        )
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
            "fractions of the run, 0 to 1",
        )
        _check(
            "sizes",
            self.sizes,
            all(side > 0 and side % CELL == 0 for _, side in self.sizes)
            and list(self.sizes) == sorted(self.sizes)
            and all(0 <= share <= 1 for share, _ in self.sizes),
            f"ascending fractions of the run, with multiples of {CELL} as sides",
        )
        kinds = ("float32", "bfloat16")
        _check("precision", self.precision, self.precision in kinds, ", ".join(kinds))

    def size(self, progress: float, default: int) -> int:
        """The side of the images at `progress` (0 to 1) of the run."""
        return max(
            ((share, side) for share, side in self.sizes if share <= progress),
            default=(0.0, default),
        )[1]
