"""How well a network does on images that it was not trained on, with what keeps the figure honest:
an interval, the majority class, and a word where the images are too few."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transcnn.analysis.intervals import Interval, share_interval

ENOUGH = 20  # held-out images below which an accuracy tells nothing


@dataclass(frozen=True)
class HeldOut:
    """Predictions on n held-out images: true labels [n] and probabilities [n, classes]."""

    labels: NDArray[np.int64]
    probabilities: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def predicted(self) -> NDArray[np.int64]:
        return self.probabilities.argmax(1)

    @property
    def accuracy(self) -> Interval:
        """The fraction of correct predictions, with Wilson's interval."""
        return share_interval(self.predicted == self.labels)

    @property
    def majority(self) -> float:
        """The fraction that always answering the most frequent class gets right."""
        return float(np.bincount(self.labels).max() / len(self))

    @property
    def enough(self) -> bool:
        """Whether there are images enough to tell anything."""
        return len(self) >= ENOUGH

    def confusion(self) -> NDArray[np.int64]:
        """Counts [true, predicted]."""
        classes = self.probabilities.shape[1]
        found = np.zeros((classes, classes), dtype=np.int64)
        np.add.at(found, (self.labels, self.predicted), 1)
        return found

    def worst(self, count: int = 3) -> list[int]:
        """The images whose true class has the lowest probability, the lowest first."""
        true = self.probabilities[np.arange(len(self)), self.labels]
        return [int(i) for i in np.argsort(true, kind="stable")[:count]]


def held_out(labels: Sequence[int], probabilities: NDArray[np.float64]) -> HeldOut:
    """The predictions on images whose true labels are `labels`."""
    return HeldOut(np.asarray(labels, dtype=np.int64), probabilities)
