"""Accuracy with intervals, by class; confusion of classes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transcnn.analysis.errors.table import Table
from transcnn.analysis.intervals import Interval, share_interval


def accuracy(table: Table, among: int = 1) -> Interval:
    """Top-`among` accuracy (1 to 5).

    The interval is by photo where several images were made from one. Raises ValueError for a table
    without images.
    """
    if len(table) == 0:
        raise ValueError("no images, no accuracy")
    return share_interval(table.cases["on"].true_rank < among, table.family)


@dataclass(frozen=True)
class ClassScore:
    """One class: its images, correct ones, and how often it was predicted in all."""

    label: int
    count: int
    correct: int
    predicted: int
    accuracy: Interval


def class_scores(table: Table) -> list[ClassScore]:
    """A score for each class that has images, the lowest accuracy first; then by index."""
    found = []
    for label in np.unique(table.label):
        of_class = table.label == label
        hits = table.correct[of_class]
        found.append(
            ClassScore(
                int(label),
                int(of_class.sum()),
                int(hits.sum()),
                int((table.predicted == label).sum()),
                share_interval(hits, table.family[of_class]),
            )
        )
    return sorted(found, key=lambda score: (score.accuracy.value, score.label))


@dataclass(frozen=True)
class Confusion:
    """Counts [labels, predictions]: rows are true labels, columns predicted classes.

    Only classes that occur; both axes list them by index, labels first, so that correct
    predictions are on the diagonal.
    """

    labels: NDArray[np.int64]
    predictions: NDArray[np.int64]
    counts: NDArray[np.int64]

    def pairs(self) -> list[tuple[int, int, int]]:
        """The confusions (label, prediction, count) that occurred, the most frequent first."""
        found = [
            (int(label), int(predicted), int(self.counts[i, j]))
            for i, label in enumerate(self.labels)
            for j, predicted in enumerate(self.predictions)
            if label != predicted and self.counts[i, j]
        ]
        return sorted(found, key=lambda pair: (-pair[2], pair[0], pair[1]))

    def most_confused(self, most: int) -> list[int]:
        """At most `most` classes of the most frequent confusions, by index; where nothing is
        confused, the first labels."""
        found = [c for label, predicted, _ in self.pairs() for c in (label, predicted)]
        shown = list(dict.fromkeys(found)) or [int(label) for label in self.labels]
        return sorted(shown[:most])

    def count(self, label: int, predicted: int) -> int:
        """How many images of the class `label` were predicted as `predicted`."""
        if label not in self.labels or predicted not in self.predictions:
            return 0
        at = (
            np.flatnonzero(self.labels == label)[0],
            np.flatnonzero(self.predictions == predicted)[0],
        )
        return int(self.counts[at])


def confusion(table: Table) -> Confusion:
    """The confusion matrix of the classes that occur."""
    labels = np.unique(table.label)
    others = np.setdiff1d(table.predicted, labels)
    predictions = np.concatenate([labels, others])
    column = {int(predicted): j for j, predicted in enumerate(predictions)}
    counts = np.zeros((len(labels), len(predictions)), dtype=np.int64)
    rows = np.searchsorted(labels, table.label)
    columns = np.array([column[int(a)] for a in table.predicted], dtype=np.int64)
    np.add.at(counts, (rows, columns), 1)
    return Confusion(labels, predictions, counts)
