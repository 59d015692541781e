"""SmoothGrad: the mean of a gradient method over noisy copies of the image.

    values = the method's map of mean over k of its gradients at x + noise_k

Smilkov et al. 2017. Gradients fluctuate strongly; their mean over a small neighbourhood is
smoother, which does not make the map more faithful. This is captum's noise tunnel with its own
random generator: captum draws from the generator that all threads share, so that its maps depend on
what else is running.
"""

from dataclasses import dataclass
from typing import ClassVar, Protocol

import torch
from torch import Tensor

from transcnn.errors import ChoiceError
from transcnn.explain.attribution import Attribution, Values
from transcnn.explain.kinds import Kind
from transcnn.explain.method import Method, OnProgress, quiet, settings_of
from transcnn.explain.saliency import Saliency
from transcnn.explain.subject import Subject


class GradientMethod(Method, Protocol):
    """A method that computes one value for each colour of each pixel."""

    def by_colour(self, subject: Subject, x: Tensor, on_progress: OnProgress = quiet) -> Tensor:
        """[3, S, S] on the CPU, at the input x [1, 3, S, S]."""
        ...

    def on_pixels(self, by_colour: Tensor) -> Values:
        """[S, S] of [3, S, S]."""
        ...


@dataclass(frozen=True)
class SmoothGrad:
    """The mean of `of` over `samples` noisy copies; the normal noise has a standard deviation of
    `noise` times the pixel range (255).

    Raises ChoiceError for less than one sample and for a noise that is not above 0.
    """

    of: GradientMethod = Saliency()  # noqa: RUF009, frozen
    samples: int = 16
    noise: float = 0.1
    seed: int = 0

    name: ClassVar[str] = "smooth_grad"

    @property
    def kind(self) -> Kind:
        return self.of.kind

    def explain(self, subject: Subject, on_progress: OnProgress = quiet) -> Attribution:
        if self.samples < 1:
            raise ChoiceError(field="samples", value=self.samples, allowed="1 or more")
        if not 0 < self.noise <= 1:
            raise ChoiceError(field="noise", value=self.noise, allowed="above 0, at most 1")
        random = torch.Generator().manual_seed(self.seed)
        x = subject.input
        scale = torch.tensor(subject.classifier.config.input.scale)[:, None, None]
        deviation = 255 * self.noise / scale
        total = torch.zeros(x.shape[1:])
        for k in range(self.samples):
            # From the shape only, so that the noise does not depend on the memory layout of x.
            noise = torch.randn(x.shape, generator=random) * deviation

            def part(done: float, k: int = k) -> None:
                on_progress((k + done) / self.samples)

            total += self.of.by_colour(subject, x + noise.to(x), part)
        values = self.of.on_pixels(total / self.samples)
        return Attribution(self.name, self.kind, values, settings_of(self))
