"""Ablation: the prediction for the same image when attention is changed (recomputed).

Only this, not a map of attention weights, shows whether a prediction depends on attention.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from transcnn.classifier import Classifier, PredictedClass
from transcnn.model.interventions import EVERYWHERE, Where, possible_interventions


@dataclass(frozen=True)
class Rerun:
    """A run under an intervention: its top classes, and the originally predicted class in it."""

    intervention: str
    top: tuple[PredictedClass, ...]
    answer: PredictedClass  # the class that the original run predicts


def rerun(
    classifier: Classifier,
    pixels: NDArray[np.uint8],
    normal: NDArray[np.float32],
    other: NDArray[np.uint8],
    where: Where = EVERYWHERE,
    top: int = 5,
) -> tuple[Rerun, ...]:
    """A prepared image [S, S, 3] under every possible intervention on `where`, "on" first.

    `normal` are the logits [classes] of the original run, which is not repeated; "swapped" takes
    the attention of the prepared image `other`.
    """
    attention = classifier.attention(other[None])
    logits = {"on": torch.tensor(normal)}
    for name in possible_interventions(where, means=classifier.means is not None)[1:]:
        intervention = classifier.intervention(name, attention, where)
        logits[name] = classifier.logits(pixels[None], intervention)[0]
    return _ranked(classifier, logits, top)


REMOVED = ("on", "uniform", "off")
"""The interventions that take attention away step by step; they need no other image."""


def rerun_removed(
    classifier: Classifier, pixels: NDArray[np.uint8], top: int = 5
) -> tuple[Rerun, ...]:
    """A prepared image [S, S, 3] under the interventions of `REMOVED`, on the whole network."""
    runs = {name: classifier.intervention(name) for name in REMOVED}
    logits = {name: classifier.logits(pixels[None], run)[0] for name, run in runs.items()}
    return _ranked(classifier, logits, top)


def _ranked(classifier: Classifier, logits: dict[str, Tensor], top: int) -> tuple[Rerun, ...]:
    best = {name: classifier.rank(values, top).top for name, values in logits.items()}
    output = best["on"][0].output
    return tuple(
        Rerun(name, best[name], classifier.predicted(logits[name], output)) for name in logits
    )
