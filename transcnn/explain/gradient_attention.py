"""Gradient times attention: the first-order effect of one level's attention weights on the logit.

    values[s] = sum over heads and queries t of P[t, s] * d logit / d P[t, s]

To first order: how much the logit would fall if the weights on key s became 0 and nothing else
changed. Rows sum to 1, so a weight cannot vanish alone, and a token is not a pixel region: this is
a rough indication only. Both signs are kept and levels are not combined. Our own computation; the
relevance of Chefer, Gur and Wolf is not defined for hierarchical attention.
"""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import torch
from einops import reduce
from torch import Tensor

from transcnn.devices import on_cpu
from transcnn.explain.attribution import Attribution
from transcnn.explain.kinds import Kind
from transcnn.explain.method import OnProgress, quiet, settings_of
from transcnn.explain.names import METHODS
from transcnn.explain.parts import find_block, find_level, shape_of
from transcnn.explain.subject import Subject
from transcnn.model import grids
from transcnn.model.hooks import HookPoint, Hooks


@dataclass(frozen=True)
class GradientAttention:
    """At `level` of `block` of `stage`, from 0; None is the last.

    Raises ChoiceError for a part that the network lacks.
    """

    stage: int | None = None
    block: int | None = None
    level: int | None = None

    name: ClassVar[str] = "gradient_attention"
    kind: ClassVar[Kind] = METHODS[name].kind

    def explain(self, subject: Subject, on_progress: OnProgress = quiet) -> Attribution:
        classifier = subject.classifier
        stage, block = find_block(classifier, self.stage, self.block)
        level = find_level(classifier, stage, block, self.level)
        on_progress(0)
        x = subject.input
        hooks = _KeepWeights(HookPoint(stage, block, "attention", level))
        logit = subject.target.value(classifier.run(x, hooks))
        gradients = torch.autograd.grad(logit.sum(), hooks.weights)[0]
        on_progress(1)
        effects = on_cpu(hooks.weights * gradients).double()  # 1 h down across t s
        size = classifier.config.map_size(stage, (x.shape[2], x.shape[3]))
        shape = shape_of(classifier, stage, block).levels(size)[level]
        # Rows of tokens beyond the map's edge have no effect: their gradients are 0.
        received = reduce(effects, "1 h down across t s -> (down across) s 1", "sum")
        values = grids.join(received, shape)[0, 0].numpy().astype(np.float64)
        used = replace(self, stage=stage, block=block, level=level)
        return Attribution(self.name, self.kind, values, settings_of(used))


class _KeepWeights(Hooks):
    """Keeps the attention weights at one hook point, with their gradient graph."""

    weights: Tensor

    def __init__(self, point: HookPoint) -> None:
        super().__init__(record=False)
        self._point = point

    def attention(self, point: HookPoint, weights: Tensor, valid: Tensor) -> Tensor:
        if point == self._point:
            self.weights = weights
        return super().attention(point, weights, valid)
