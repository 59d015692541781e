"""How long a run lasts and how fast it learns, whatever is trained."""

import math
from dataclasses import dataclass
from typing import Literal

from transcnn.devices import Precision
from transcnn.errors import ChoiceError


def check(name: str, value: object, ok: bool, allowed: str) -> None:
    """Raises ChoiceError for the setting `name` unless it is `ok`."""
    if not ok:
        raise ChoiceError(field=name, value=value, allowed=allowed)


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """The part of a recipe that every run has.

    Steps of `batch` images, divided among the processes. The rate rises over the fraction
    `warm_up`, then falls as a cosine to 0; with `cool_down` it stays until that fraction is left
    and falls linearly, so that a run can be prolonged before its end.
    """

    name: str
    steps: int
    batch: int = 32
    learning_rate: float = 1e-3
    warm_up: float = 0.03
    cool_down: float | None = None
    optimiser: Literal["adamw", "muon"] = "adamw"  # see `optimiser.py`
    weight_decay: float = 0.02
    clip: float = 1.0
    average: float = 0.995  # decay per step of the moving average of the weights
    seed: int = 0
    # See `transcnn.devices`; float16, which has no place for small gradients, is not for training.
    precision: Precision = "float32"
    snapshots: tuple[float, ...] = (0.0, 0.03, 0.1, 0.3, 0.6, 1.0)  # fractions of the run

    def __post_init__(self) -> None:
        for name in ("steps", "batch"):
            value = getattr(self, name)
            check(name, value, isinstance(value, int) and value > 0, "whole numbers from 1")
        for name in ("learning_rate", "clip"):
            check(name, getattr(self, name), getattr(self, name) > 0, "numbers above 0")
        for name in ("warm_up", "average"):
            check(name, getattr(self, name), 0 <= getattr(self, name) < 1, "0 to below 1")
        fits = self.cool_down is None or 0 < self.cool_down <= 1 - self.warm_up
        check("cool_down", self.cool_down, fits, "above 0, to what the warm-up leaves")
        check("optimiser", self.optimiser, self.optimiser in ("adamw", "muon"), "adamw, muon")
        fits = all(0 <= share <= 1 for share in self.snapshots)
        check("snapshots", self.snapshots, fits, "fractions of the run, 0 to 1")
        kinds = ("float32", "bfloat16")
        check("precision", self.precision, self.precision in kinds, ", ".join(kinds))

    def rate(self, progress: float) -> float:
        """The learning rate at `progress` (0 to 1) of the run."""
        if progress < self.warm_up:
            return self.learning_rate * progress / self.warm_up
        if self.cool_down is not None:
            return self.learning_rate * min(1.0, (1 - progress) / self.cool_down)
        after = (progress - self.warm_up) / (1 - self.warm_up)
        return self.learning_rate * 0.5 * (1 + math.cos(math.pi * after))


@dataclass(frozen=True)
class Length:
    """A run lasts for its recipe's steps, or for so many minutes of training if given."""

    steps: int
    minutes: float | None = None

    def progress(self, step: int, seconds: float) -> float:
        share = step / self.steps if self.minutes is None else seconds / (60 * self.minutes)
        return min(share, 1.0)

    def after(self, step: int, progress: float) -> float:
        """The progress after one more step, as far as it can be known before."""
        return progress if self.minutes is not None else self.progress(step + 1, 0)
