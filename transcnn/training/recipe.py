"""Training recipes: frozen values that are checked when they are made."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from transcnn.pictures.changes import CELL
from transcnn.training.initialisation import INITS
from transcnn.training.objectives import FROM_LABELS, PARTS
from transcnn.training.schedule import Schedule, check


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
        check(
            "mixture",
            shares,
            min(shares) >= 0 and abs(sum(shares) - 1) < 1e-9,
            "fractions of whole, gray, cutmix and square that sum to 1",
        )
        check(
            "mixture.least, mixture.most",
            (self.least, self.most),
            0 <= self.least <= self.most < 1,
            "0 <= least <= most < 1, so that some cell stays uncovered",
        )


@dataclass(frozen=True)
class Degraded:
    """How images lose quality, whatever their source: otherwise a network learns to tell sources
    apart by the traces of their files, and answers with the classes of the wrong one.

    The fraction `resized` is made smaller by up to `smallest` of its side and enlarged again, each
    time with a kernel drawn at random; the fraction `jpeg` is saved as JPEG of a quality between
    the two of `quality`.
    """

    resized: float = 0.3
    smallest: float = 0.4
    jpeg: float = 0.85
    quality: tuple[int, int] = (40, 98)

    def __post_init__(self) -> None:
        for name in ("resized", "jpeg"):
            value = getattr(self, name)
            check(f"degraded.{name}", value, 0 <= value <= 1, "0 to 1")
        check("degraded.smallest", self.smallest, 0 < self.smallest <= 1, "above 0, to 1")
        low, high = self.quality
        check(
            "degraded.quality",
            self.quality,
            1 <= low <= high <= 100,
            "two of 1 to 100, the lower first",
        )


@dataclass(frozen=True)
class Labels:
    """Soft targets of an image: 1 - `smoothing` on its true label, the rest uniform over all.

    With a `teacher` (a network with shipped weights), its backbone's predictions on the whole image
    and its mirror image, computed once, have the weight `teacher_weight` (distillation). It sees
    the stored images, smaller ones enlarged to `teacher_px`.
    """

    smoothing: float = 0.1
    teacher: str | None = None
    teacher_px: int = 0
    teacher_weight: float = 0.5

    def __post_init__(self) -> None:
        for name in ("smoothing", "teacher_weight"):
            value = getattr(self, name)
            check(f"labels.{name}", value, 0 <= value <= 1, "0 to 1")


@dataclass(frozen=True, kw_only=True)
class Recipe(Schedule):
    """One way to train a classifier."""

    model: str

    # What is trained, from where. "shipped" (all shipped weights) and "backbone" (shipped backbone,
    # H-MHSA initialised): H-MHSA alone, with the backbone on the clean image as teacher. "scratch":
    # the whole network on the soft targets of `labels`, initialised as `init` says. "given":
    # fine-tuning in the same way from the weights that the run is given, of which `learns` says
    # what changes: all of them, or the head and H-MHSA alone.
    start: Literal["shipped", "backbone", "scratch", "given"]
    learns: Literal["all", "attention"] = "all"
    init: str = "attention alone"  # see `initialisation.py`
    labels: Labels | None = None
    objectives: Mapping[str, float]  # the weight of each part of `objectives.PARTS`

    # Images: stored at `store_px` (smaller ones keep their size). A batch has images of one source,
    # each source equally often; with `shares`, one fraction for each source, of all of them. Of an
    # image a random square of `smallest_crop` to `largest_crop` of its side is used (a larger one
    # shows the object smaller), one side up to `stretch` times the other; then it is `degraded`.
    mixture: Mixture
    shares: tuple[float, ...] = ()
    store_px: int = 256
    smallest_crop: float = 0.8
    largest_crop: float = 1.0
    stretch: float = 1.0
    degraded: Degraded | None = None
    sizes: tuple[tuple[float, int], ...] = ()  # from this fraction of the run on, this side in px

    # Residuals that are dropped at random for each image, so that attention has to carry
    # information: (7) and (11) of each level, and (12) of each H-MHSA. In proportion to the rate,
    # so that a run ends with the network as it is used.
    residual_drop: float = 0.0
    input_drop: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        for part in self.objectives:
            check("objective", part, part in PARTS, ", ".join(PARTS))
        check("objectives", dict(self.objectives), len(self.objectives) > 0, "one part or more")
        stored = self.store_px
        check("store_px", stored, isinstance(stored, int) and stored > 0, "whole numbers from 1")
        starts = ("shipped", "backbone", "scratch", "given")
        check("start", self.start, self.start in starts, ", ".join(starts))
        fits = (self.labels is not None) == (self.start in ("scratch", "given"))
        check("labels", self.labels, fits, "Labels if the start is scratch or given, else None")
        check("learns", self.learns, self.learns in ("all", "attention"), "all, attention")
        fits = self.labels is None or set(self.objectives) <= FROM_LABELS
        allowed = "logits and entropy, where there are labels"
        check("objectives", dict(self.objectives), fits, allowed)
        check(
            "batch", self.batch, self.batch > 1, "2 or more, since patches come from other images"
        )
        for name in ("residual_drop", "input_drop"):
            check(name, getattr(self, name), 0 <= getattr(self, name) < 1, "0 to below 1")
        check("smallest_crop", self.smallest_crop, 0 < self.smallest_crop <= 1, "above 0, to 1")
        check("largest_crop", self.largest_crop, 1 <= self.largest_crop <= 2, "1 to 2")
        fits = not self.shares or (min(self.shares) > 0 and abs(sum(self.shares) - 1) < 1e-9)
        check("shares", self.shares, fits, "fractions above 0 that sum to 1, one for each source")
        check("init", self.init, self.init in INITS, ", ".join(INITS))
        check("stretch", self.stretch, self.stretch >= 1, "numbers from 1")
        check(
            "sizes",
            self.sizes,
            all(side > 0 and side % CELL == 0 for _, side in self.sizes)
            and list(self.sizes) == sorted(self.sizes)
            and all(0 <= share <= 1 for share, _ in self.sizes),
            f"ascending fractions of the run, with multiples of {CELL} as sides",
        )

    def size(self, progress: float, default: int) -> int:
        """The side of the images at `progress` (0 to 1) of the run."""
        return max(
            ((share, side) for share, side in self.sizes if share <= progress),
            default=(0.0, default),
        )[1]
