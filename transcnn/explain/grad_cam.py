"""Grad-CAM: the features of a stage, each channel weighted by its mean gradient.

    values[y, x] = sum over channels c of (mean over all positions of d logit / d F_c) F_c[y, x]

Selvaraju et al. 2017, without the final ReLU: negative evidence stays visible, and explaining the
negated logit gives the negated map. Where only global average pooling and a linear layer follow the
stage, the values add up to the logit less its bias. Elsewhere gradients differ between positions,
their mean is an approximation, and the completeness error says how large its effect is. Computed by
captum.
"""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from torch import Tensor, nn

from transcnn.devices import on_cpu
from transcnn.errors import ChoiceError
from transcnn.explain.attribution import Attribution
from transcnn.explain.kinds import Kind
from transcnn.explain.method import OnProgress, quiet, settings_of
from transcnn.explain.names import METHODS
from transcnn.explain.subject import Subject
from transcnn.model.network import TransCNN


@dataclass(frozen=True)
class GradCam:
    """At the output of `stage`, from 0; None is the last.

    Facts: `explained_logit`, the `class_bias` in it, and `completeness_error`: the sum of the
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
        values = on_cpu(parts[0, 0]).numpy().astype(np.float64)
        logit = float(subject.values(subject.pixels[None])[0])
        bias = float(subject.target.value(subject.classifier.model.head.bias.detach()[None])[0])
        facts = {
            "explained_logit": logit,
            "class_bias": bias,
            "completeness_error": float(values.sum()) - (logit - bias),
        }
        used = settings_of(replace(self, stage=stage))
        return Attribution(self.name, self.kind, values, used, facts)


class _Hooked(nn.Module):
    """The explained logit [B] of inputs [B, 3, S, S], with a module behind one stage for captum to
    hook. The module belongs to this object, so threads that share the network do not share hooks.
    """

    def __init__(self, subject: Subject, stage: int) -> None:
        super().__init__()
        self.hook = nn.Identity()
        self._subject, self._stage = subject, stage

    def forward(self, x: Tensor) -> Tensor:
        classifier = self._subject.classifier
        with classifier.precision():
            return self._subject.target.value(self._run(classifier.model, x))

    def _run(self, network: TransCNN, x: Tensor) -> Tensor:
        """Logits [B, classes]."""
        x = network.stem(x)
        for stage in range(len(network.config.stages)):
            x = network.forward_stage(stage, x)
            if stage == self._stage:
                x = self.hook(x)
        return network.forward_head(x)
