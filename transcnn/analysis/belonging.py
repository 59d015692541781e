"""Whether an image shows one of a network's few classes, judged by a network of all 1000.

The small network cannot tell itself: softmax distributes all probability over its own classes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transcnn.classifier import Classifier, PredictedClass

# With transcnn_lite0 as the judge, 3.6 % of Imagenette's held-out tenth are then wrongly called
# outside, and 4.1 % of Caltech-101 (its training part) wrongly inside.
LEAST = 0.02


@dataclass(frozen=True)
class Belonging:
    """`share`: probability of the few classes together; `likeliest`: the top one of all 1000."""

    share: float
    likeliest: PredictedClass

    @property
    def outside(self) -> bool:
        """Whether the image shows none of the classes."""
        return self.share < LEAST


def belonging(judge: Classifier, pixels: NDArray[np.uint8], indices: Sequence[int]) -> Belonging:
    """The probability that `judge`, a network of the 1000 classes, gives to those at `indices` for
    an image [S, S, 3] prepared for it."""
    logits = judge.logits(pixels[None])[0]
    [likeliest] = judge.rank(logits, 1).top
    return Belonging(float(logits.softmax(0)[list(indices)].sum()), likeliest)
