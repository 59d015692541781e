"""Integrated Gradients: the way from a picture without content to this one, slope by slope.

    part of value i = (x_i - b_i) * mean over a from 0 to 1 of d number / d x_i at b + a (x - b)

Sundararajan, Taly and Yan 2017. The parts add up to number(x) - number(b); with finitely many
steps only nearly, and the error says how nearly. The baseline b is a choice that the map depends
on. Computed by captum.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from torch import Tensor

from transcnn.errors import ChoiceError
from transcnn.explain.attribution import Attribution, Values
from transcnn.explain.fill import Fill, filling
from transcnn.explain.kinds import Kind
from transcnn.explain.method import OnProgress, quiet, settings_of, telling
from transcnn.explain.names import METHODS
from transcnn.explain.subject import Subject

_BATCH = 4  # inputs at a time: what bounds the memory


@dataclass(frozen=True)
class IntegratedGradients:
    """The pixel's part, summed over its colours.

    Facts: the `number` explained, what it is at the `baseline`, and `error_of_sum`, the sum of
    the parts less the difference of these two. Raises ChoiceError for `steps` below 2 and for a
    `baseline` that does not exist.
    """

    steps: int = 50
    baseline: Fill = "gray"

    name: ClassVar[str] = "integrated_gradients"
    kind: ClassVar[Kind] = METHODS[name].kind

    def explain(self, subject: Subject, on_progress: OnProgress = quiet) -> Attribution:
        values = self.on_pixels(self.by_colour(subject, subject.input, on_progress))
        blank = filling(subject.pixels, self.baseline)
        number, without = subject.values(np.stack([subject.pixels, blank])).tolist()
        on_progress(1)
        facts = {
            "number": number,
            "baseline": without,
            "error_of_sum": float(values.sum()) - (number - without),
        }
        return Attribution(self.name, self.kind, values, settings_of(self), facts)

    def by_colour(self, subject: Subject, x: Tensor, on_progress: OnProgress = quiet) -> Tensor:
        """Parts [3, S, S] of the input x [1, 3, S, S]."""
        from captum.attr import IntegratedGradients as Captum

        if self.steps < 2:
            raise ChoiceError(field="steps", value=self.steps, allowed="2 or more")
        blank = subject.classifier.normalise(filling(subject.pixels, self.baseline)[None])
        explained = telling(subject.explained, on_progress, self.steps)
        parts: Tensor = Captum(explained).attribute(
            x, blank, n_steps=self.steps, internal_batch_size=_BATCH
        )
        return parts[0].detach()

    def on_pixels(self, by_colour: Tensor) -> Values:
        """[S, S] of [3, S, S]."""
        return by_colour.numpy().astype(np.float64).sum(0)
