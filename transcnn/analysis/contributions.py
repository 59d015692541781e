"""Logit contributions: what each location of the last map adds to a logit (class activation map).

After the last map h [C, H, W] follow its mean over the n = H W locations and a linear layer, so

    logit_k = b_k + sum over locations of v_k(location),   v_k(location) = w_k . h(location) / n

exactly. It says which locations of the last map support a class, not which pixels they depend on:
the receptive field of a location is far larger than its area.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from transcnn.classifier import Classifier
from transcnn.devices import on_cpu
from transcnn.trace.trace import Array, Float64


@dataclass(frozen=True)
class Contributions:
    """The last map and the classifier's weights, in float64, with the logits that a run gave."""

    features: Float64  # h, [C, H, W]
    weights: Float64  # w, [classes, C]
    biases: Float64  # b, [classes]
    logits: Array  # [classes]

    def of_class(self, k: int) -> Float64:
        """v_k [H, W] for the class at output k, in logits."""
        total: Float64 = np.einsum("c,cyx->yx", self.weights[k], self.features)
        return total / total.size

    def residual(self, k: int) -> float:
        """Completeness error: logit minus bias and contributions (float32 rounding)."""
        return float(self.logits[k] - self.biases[k] - self.of_class(k).sum())


def contributions(
    classifier: Classifier, pixels: NDArray[np.uint8], logits: Array
) -> Contributions:
    """The contributions of a prepared image [S, S, 3], whose run gave `logits`."""
    model = classifier.model
    with torch.inference_mode():
        features = model.forward_features(classifier.normalise(pixels[None]))
        last = model.head_map(features)[0]
        weights, biases = (on_cpu(p).double().numpy() for p in model.head.parameters())
    return Contributions(on_cpu(last).double().numpy(), weights, biases, logits)
