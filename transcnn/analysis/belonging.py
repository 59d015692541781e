"""Whether a picture shows one of a network's few classes, by a network that knows all 1000.

The small network itself cannot tell: it gives its probabilities to what it knows, whatever it sees.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transcnn.classifier import Answer, Classifier

# With transcnn_lite0, pictures of Imagenette's held-back tenth are then warned of about as often as
# ones of Caltech-101 (those that may be trained on) are not: 3.6 and 4.1 %.
LEAST = 0.02


@dataclass(frozen=True)
class Belonging:
    """`share` of the probability goes to the few classes, `likeliest` is the first of all 1000."""

    share: float
    likeliest: Answer

    @property
    def outside(self) -> bool:
        """Whether the picture shows something else."""
        return self.share < LEAST


def belonging(judge: Classifier, pixels: NDArray[np.uint8], indices: Sequence[int]) -> Belonging:
    """What `judge`, of 1000 classes, gives to those at `indices` on a picture [S, S, 3] that is
    prepared for it."""
    logits = judge.logits(pixels[None])[0]
    [likeliest] = judge.rank(logits, 1).top
    return Belonging(float(logits.softmax(0)[list(indices)].sum()), likeliest)
