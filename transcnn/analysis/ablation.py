"""What the answer would be without what H-MHSA does: the same picture, run again for real.

This, and not a map of weights, tells whether an answer depends on what was read.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from transcnn.classifier import Answer, Classifier
from transcnn.model.interventions import EVERYWHERE, Where, possible_interventions


@dataclass(frozen=True)
class Rerun:
    """One run under a switch: its likeliest classes, and how the normal answer fares in it."""

    intervention: str
    top: tuple[Answer, ...]
    answer: Answer  # the class that is first with attention on


def rerun(
    classifier: Classifier,
    pixels: NDArray[np.uint8],
    normal: NDArray[np.float32],
    other: NDArray[np.uint8],
    where: Where = EVERYWHERE,
    top: int = 5,
) -> tuple[Rerun, ...]:
    """A prepared picture [S, S, 3] under every switch of the H-MHSAs of `where`, "on" first.

    `normal` are the logits [classes] of the run with attention on, which is not repeated;
    "swapped" takes the attention of the prepared picture `other`; "mean" is left out where the
    weights come without averages, or `where` is less than a block.
    """
    attention = classifier.attention(other[None])
    logits = {"on": torch.tensor(normal)}
    for name in possible_interventions(where, means=classifier.means is not None)[1:]:
        intervention = classifier.intervention(name, attention, where)
        logits[name] = classifier.logits(pixels[None], intervention)[0]
    best = {name: classifier.rank(values, top).top for name, values in logits.items()}
    place = best["on"][0].place
    return tuple(Rerun(name, best[name], classifier.answer(logits[name], place)) for name in logits)
