"""Saliency: the absolute gradient of the explained logit with respect to each pixel.

    values[y, x] = max over the colours c of |d logit / d pixel[y, x, c]|    pixels from 0 to 1

Simonyan, Vedaldi and Zisserman 2013. A gradient describes infinitesimal changes only: a saturated
feature is important but has a gradient near 0. Computed by captum.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from transcnn.devices import on_cpu
from transcnn.explain.attribution import Attribution, Values
from transcnn.explain.kinds import Kind
from transcnn.explain.method import OnProgress, quiet, settings_of
from transcnn.explain.names import METHODS
from transcnn.explain.subject import Subject


@dataclass(frozen=True)
class Saliency:
    """The largest absolute gradient over colours at each pixel, in logits per full colour range."""

    name: ClassVar[str] = "saliency"
    kind: ClassVar[Kind] = METHODS[name].kind

    def explain(self, subject: Subject, on_progress: OnProgress = quiet) -> Attribution:
        values = self.on_pixels(self.by_colour(subject, subject.input, on_progress))
        return Attribution(self.name, self.kind, values, settings_of(self))

    def by_colour(self, subject: Subject, x: Tensor, on_progress: OnProgress = quiet) -> Tensor:
        """Signed gradients [3, S, S] at the input x [1, 3, S, S], on the CPU."""
        from captum.attr import Saliency as Captum

        on_progress(0)
        gradients = Captum(subject.explained).attribute(x.requires_grad_(), abs=False)[0]
        on_progress(1)
        # The network sees (pixel - mean) / scale, pixels from 0 to 255.
        scale = torch.tensor(subject.classifier.config.input.scale)
        return on_cpu(gradients) * 255 / scale[:, None, None]

    def on_pixels(self, by_colour: Tensor) -> Values:
        """[S, S] of [3, S, S]."""
        return by_colour.abs().amax(0).numpy().astype(np.float64)
