"""What each place of the last map votes for a class: contributions that add up to its logit.

The head averages the last map h [C, H, W] and multiplies by the weights of a class, so with n = H W

    logit_k = b_k + sum over the places of v_k(place),   v_k(place) = w_k . h(place) / n,

exactly. It says which places a class lives on in the last map, not which pixels they looked at: a
place of the last map has seen most of the picture.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from transcnn.classifier import Classifier
from transcnn.trace.trace import Array

Wide = NDArray[np.float64]


@dataclass(frozen=True)
class Contributions:
    """The last map and the classifier's weights, in float64, with the logits that a run gave."""

    places: Wide  # h, [C, H, W]
    weights: Wide  # w, [classes, C]
    biases: Wide  # b, [classes]
    logits: Array  # [classes]

    def votes(self, k: int) -> Wide:
        """v_k, [H, W], in logits."""
        votes: Wide = np.einsum("c,cyx->yx", self.weights[k], self.places)
        return votes / votes.size

    def residual(self, k: int) -> float:
        """The logit minus bias and votes: float32's rounding if all is right."""
        return float(self.logits[k] - self.biases[k] - self.votes(k).sum())


def contributions(
    classifier: Classifier, pixels: NDArray[np.uint8], logits: Array
) -> Contributions:
    """The ledger of a prepared picture [S, S, 3], whose run gave `logits`."""
    model = classifier.model
    with torch.inference_mode():
        features = model.forward_features(classifier.normalise(pixels[None]))
        places = model.head_map(features)[0].double().numpy()
        weights, biases = (p.detach().double().numpy() for p in model.head.parameters())
    return Contributions(places, weights, biases, logits)
