"""Integrated Gradients: gradients accumulated on the path from a baseline image to the image.

    contribution_i = (x_i - b_i) * mean over a from 0 to 1 of d logit / d x_i at b + a (x - b)

Sundararajan, Taly and Yan 2017. The contributions add up to logit(x) - logit(b), up to a
completeness error that shrinks with the number of steps. The map depends on the choice of the
baseline b. Computed by captum.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from torch import Tensor

from transcnn.devices import on_cpu
from transcnn.errors import ChoiceError
from transcnn.explain.attribution import Attribution, Values
from transcnn.explain.fill import Fill, filling
from transcnn.explain.kinds import Kind
from transcnn.explain.method import OnProgress, quiet, reporting, settings_of
from transcnn.explain.names import METHODS
from transcnn.explain.subject import Subject

_BATCH = 4  # inputs at a time: what bounds the memory


@dataclass(frozen=True)
class IntegratedGradients:
    """Each pixel's contribution, summed over its colours.

    Facts: `explained_logit`, `baseline_logit` and `completeness_error`: the sum of the
    contributions less the difference of these two. Raises ChoiceError for `steps` below 2 and for
    an unknown `baseline`.
    """

    steps: int = 50
    baseline: Fill = "gray"

    name: ClassVar[str] = "integrated_gradients"
    kind: ClassVar[Kind] = METHODS[name].kind

    def explain(self, subject: Subject, on_progress: OnProgress = quiet) -> Attribution:
        values = self.on_pixels(self.by_colour(subject, subject.input, on_progress))
        blank = filling(subject.pixels, self.baseline)
        logit, without = subject.values(np.stack([subject.pixels, blank])).tolist()
        on_progress(1)
        facts = {
            "explained_logit": logit,
            "baseline_logit": without,
            "completeness_error": float(values.sum()) - (logit - without),
        }
        return Attribution(self.name, self.kind, values, settings_of(self), facts)

    def by_colour(self, subject: Subject, x: Tensor, on_progress: OnProgress = quiet) -> Tensor:
        """Contributions [3, S, S] of the input x [1, 3, S, S], on the CPU."""
        from captum.attr import IntegratedGradients as Captum

        if self.steps < 2:
            raise ChoiceError(field="steps", value=self.steps, allowed="2 or more")
        blank = subject.classifier.normalise(filling(subject.pixels, self.baseline)[None])
        explained = reporting(subject.explained, on_progress, self.steps)
        contributions: Tensor = Captum(explained).attribute(
            x, blank, n_steps=self.steps, internal_batch_size=_BATCH
        )
        return on_cpu(contributions[0])

    def on_pixels(self, by_colour: Tensor) -> Values:
        """[S, S] of [3, S, S]."""
        return by_colour.numpy().astype(np.float64).sum(0)
