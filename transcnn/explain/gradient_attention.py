"""Gradient times attention: what the weights of one level do to the explained number.

    values[s] = sum over heads and asking tokens t of P[t, s] * d number / d P[t, s]

To first order: how much the number would fall if the weights on s went, and nothing else changed.
Rows that sum to 1 cannot lose weight in one place alone, and the values that are read know nothing
of pixels, so this is a hint and no account. Both signs are kept, and no level is mixed with
another. Our own computation; the widely used relevance of Chefer, Gur and Wolf is not defined for
hierarchical attention.
"""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import torch
from einops import reduce
from torch import Tensor

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
        hooks = _Listening(HookPoint(stage, block, "attention", level))
        number = subject.target.value(classifier.model(x, hooks))
        slopes = torch.autograd.grad(number.sum(), hooks.weights)[0]
        on_progress(1)
        effects = (hooks.weights.detach() * slopes).double()  # 1 h down across t s
        size = classifier.config.map_size(stage, (x.shape[2], x.shape[3]))
        shape = shape_of(classifier, stage, block).levels(size)[level]
        # Rows of tokens beyond the map's edge have no effect: their slopes are 0.
        received = reduce(effects, "1 h down across t s -> (down across) s 1", "sum")
        values = grids.join(received, shape)[0, 0].numpy().astype(np.float64)
        used = replace(self, stage=stage, block=block, level=level)
        return Attribution(self.name, self.kind, values, settings_of(used))


class _Listening(Hooks):
    """Keeps the weights of one place with the computation behind them."""

    weights: Tensor

    def __init__(self, place: HookPoint) -> None:
        super().__init__(record=False)
        self._place = place

    def attention(self, place: HookPoint, weights: Tensor, valid: Tensor) -> Tensor:
        if place == self._place:
            self.weights = weights
        return super().attention(place, weights, valid)
