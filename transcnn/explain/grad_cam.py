"""Grad-CAM: the features of a stage, each weighed by the mean slope along it.

    values[y, x] = sum over channels c of (mean over all places of d number / d F_c) F_c[y, x]

Selvaraju et al. 2017, without the final ReLU: what speaks against the number stays to be seen, and
explaining the opposite gives the opposite map. Where only a mean over places and a linear layer
follow the stage, the values add up to the number less its bias; anywhere else the weights are a
mean over places that need not be alike, and the error of the sum says how much that matters.
Computed by captum.
"""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from torch import Tensor, nn

from transcnn.errors import ChoiceError
from transcnn.explain.attribution import Attribution
from transcnn.explain.kinds import Kind
from transcnn.explain.method import OnProgress, quiet, settings_of
from transcnn.explain.names import METHODS
from transcnn.explain.subject import Subject


@dataclass(frozen=True)
class GradCam:
    """At the output of `stage`, from 0; None is the last.

    Facts: the `number` explained, the part of it that is `bias`, and `error_of_sum`, the sum of the
    values less the difference of these two. Raises ChoiceError for a stage that the network lacks.
    """

    stage: int | None = None

    name: ClassVar[str] = "grad_cam"
    kind: ClassVar[Kind] = METHODS[name].kind

    def explain(self, subject: Subject, on_progress: OnProgress = quiet) -> Attribution:
        from captum.attr import LayerGradCam

        last = len(subject.classifier.config.stages) - 1
        stage = last if self.stage is None else self.stage
        if not 0 <= stage <= last:
            raise ChoiceError(field="stage", value=stage, allowed=f"0 to {last}")
        on_progress(0)
        network = _Hooked(subject, stage)
        parts = LayerGradCam(network, network.hook).attribute(subject.input)
        on_progress(1)
        values = parts[0, 0].detach().numpy().astype(np.float64)
        number = float(subject.values(subject.pixels[None])[0])
        bias = float(subject.target.value(subject.classifier.model.head.bias.detach()[None])[0])
        facts = {
            "number": number,
            "bias": bias,
            "error_of_sum": float(values.sum()) - (number - bias),
        }
        used = settings_of(replace(self, stage=stage))
        return Attribution(self.name, self.kind, values, used, facts)


class _Hooked(nn.Module):
    """The explained number [B] of inputs [B, 3, S, S], with a module behind one stage.

    captum hooks that module. It belongs to this object alone, so threads that share the network
    have hooks of their own.
    """

    def __init__(self, subject: Subject, stage: int) -> None:
        super().__init__()
        self.hook = nn.Identity()
        self._subject, self._stage = subject, stage

    def forward(self, x: Tensor) -> Tensor:
        network = self._subject.classifier.model
        x = network.stem(x)
        for stage in range(len(network.config.stages)):
            x = network.forward_stage(stage, x)
            if stage == self._stage:
                x = self.hook(x)
        return self._subject.target.value(network.forward_head(x))
