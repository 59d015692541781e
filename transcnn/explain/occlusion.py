"""Occlusion: how much the explained logit falls when a window of the image is occluded.

    values[cell] = mean over the windows w that cover the cell of logit(x) - logit(x without w)

Zeiler and Fergus 2014. Occluded images are outside the training distribution, so a drop may also
be a reaction to the occlusion itself; redundant parts all look unimportant. Computed by captum.
"""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch

from transcnn.devices import on_cpu
from transcnn.errors import ChoiceError
from transcnn.explain.attribution import Attribution
from transcnn.explain.fill import Fill, filling
from transcnn.explain.kinds import Kind
from transcnn.explain.method import OnProgress, quiet, reporting, settings_of
from transcnn.explain.names import METHODS
from transcnn.explain.subject import Subject

_BATCH = 8  # inputs at a time: what bounds the memory


@dataclass(frozen=True)
class Occlusion:
    """A square `window` moved by `stride` pixels; the map has a cell for each stride.

    Raises ChoiceError for a window larger than the image, a stride that does not divide both the
    window and the image's side, and an unknown `fill`.
    """

    window: int = 32
    stride: int = 16
    fill: Fill = "gray"

    name: ClassVar[str] = "occlusion"
    kind: ClassVar[Kind] = METHODS[name].kind

    def explain(self, subject: Subject, on_progress: OnProgress = quiet) -> Attribution:
        from captum.attr import Occlusion as Captum

        sides = subject.sides
        self._check(sides)
        cover = subject.classifier.normalise(filling(subject.pixels, self.fill)[None])
        windows = math.prod((side - self.window) // self.stride + 1 for side in sides)
        with torch.no_grad():
            drops = Captum(reporting(subject.explained, on_progress, 1 + windows)).attribute(
                subject.input,
                sliding_window_shapes=(3, self.window, self.window),
                strides=(3, self.stride, self.stride),
                baselines=cover,
                perturbations_per_eval=_BATCH,
            )
        on_progress(1)
        # The same for all three colours and all pixels of a cell.
        values = on_cpu(drops[0, 0, :: self.stride, :: self.stride]).numpy().astype(np.float64)
        return Attribution(self.name, self.kind, values, settings_of(self))

    def _check(self, sides: tuple[int, int]) -> None:
        if not 1 <= self.window <= min(sides):
            allowed = f"1 to {min(sides)} pixels"
            raise ChoiceError(field="window", value=self.window, allowed=allowed)
        if self.stride < 1 or any(n % self.stride for n in (self.window, *sides)):
            named = " and ".join(map(str, dict.fromkeys(sides)))
            allowed = f"divisors of the window, {self.window}, and of the image's side, {named}"
            raise ChoiceError(field="stride", value=self.stride, allowed=allowed)
