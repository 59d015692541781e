"""How many answers are right, with intervals; which classes are taken for which."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transcnn.analysis.errors.table import Table
from transcnn.analysis.intervals import Interval, share_interval


def accuracy(table: Table, among: int = 1) -> Interval:
    """The share of pictures with a right class among the first `among` (1 to 5) answers.

    The interval is by photo where several pictures were made of one. Raises ValueError for a table
    without pictures.
    """
    if len(table) == 0:
        raise ValueError("no picture, no share")
    return share_interval(table.cases["on"].right_rank < among, table.family)


@dataclass(frozen=True)
class ClassScore:
    """How one class fared: pictures of it, right ones, and how often it was answered in all."""

    label: int
    count: int
    right: int
    answered: int
    share: Interval


def class_scores(table: Table) -> list[ClassScore]:
    """A score for each class that is some picture's, the worst first; then by index."""
    found = []
    for label in np.unique(table.label):
        of_class = table.label == label
        hits = table.right[of_class]
        found.append(
            ClassScore(
                int(label),
                int(of_class.sum()),
                int(hits.sum()),
                int((table.answer == label).sum()),
                share_interval(hits, table.family[of_class]),
            )
        )
    return sorted(found, key=lambda score: (score.share.value, score.label))


@dataclass(frozen=True)
class Confusion:
    """Counts [labels, answers]: row, the class that was right; column, the class that was answered.

    Only classes that are some picture's label or answer; both axes list them by index, labels
    first, so that right answers stand on the diagonal.
    """

    labels: NDArray[np.int64]
    answers: NDArray[np.int64]
    counts: NDArray[np.int64]

    def pairs(self) -> list[tuple[int, int, int]]:
        """The confusions (label, answer, count) that occurred, the most frequent first."""
        found = [
            (int(label), int(answer), int(self.counts[i, j]))
            for i, label in enumerate(self.labels)
            for j, answer in enumerate(self.answers)
            if label != answer and self.counts[i, j]
        ]
        return sorted(found, key=lambda pair: (-pair[2], pair[0], pair[1]))

    def most_confused(self, most: int) -> list[int]:
        """The classes of the most frequent confusions, so many at `most`, by index; where nothing
        is confused, the first labels."""
        found = [c for label, answer, _ in self.pairs() for c in (label, answer)]
        shown = list(dict.fromkeys(found)) or [int(label) for label in self.labels]
        return sorted(shown[:most])

    def count(self, label: int, answer: int) -> int:
        """How many pictures of the class `label` were answered as `answer`."""
        if label not in self.labels or answer not in self.answers:
            return 0
        at = np.flatnonzero(self.labels == label)[0], np.flatnonzero(self.answers == answer)[0]
        return int(self.counts[at])


def confusion(table: Table) -> Confusion:
    """Who is taken for whom."""
    labels = np.unique(table.label)
    others = np.setdiff1d(table.answer, labels)
    answers = np.concatenate([labels, others])
    column = {int(answer): j for j, answer in enumerate(answers)}
    counts = np.zeros((len(labels), len(answers)), dtype=np.int64)
    rows = np.searchsorted(labels, table.label)
    columns = np.array([column[int(a)] for a in table.answer], dtype=np.int64)
    np.add.at(counts, (rows, columns), 1)
    return Confusion(labels, answers, counts)
