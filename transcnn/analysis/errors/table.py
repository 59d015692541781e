"""The predictions of a run as columns, one row for each image.

`CASES` are the conditions under which every image is classified:

    on         original
    off        H-MHSA removed: backbone only
    uniform    uniform attention
    edge       the outermost cells of the image gray: mostly background, on photos of one object
    most_read  a fifth of the cells gray: those that receive the most attention
    random     as many cells gray as in `most_read`, drawn at random: its baseline
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from transcnn.errors import ChoiceError

CASES = ("on", "off", "uniform", "edge", "most_read", "random")
TOP = 5

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class CaseColumns:
    """The predictions in one case: the top classes [N, 5] and their probabilities, the probability
    of the true labels together [N], and the rank of the best of them (0 first).
    """

    classes: Ints
    probabilities: Floats
    true_probability: Floats
    true_rank: Ints


@dataclass(frozen=True)
class Table:
    """The classified images of a run; every column is [N] or [N, ...].

    `label` is the first true label, or the predicted one if it is correct, so that a correct
    prediction is on the diagonal of a confusion matrix. `family` numbers the photos that images
    were made from. `features` are numbers by name, nan where one does not exist; `received`
    [N, tokens] is the attention that each merged token of the last stage's `grid` (rows, columns)
    receives, row by row, as multiple of uniform. `tags` come from the table of labels or a person.
    """

    model: str
    grid: tuple[int, int]
    ids: Ints
    names: NDArray[Any]
    labels: tuple[tuple[int, ...], ...]
    sources: NDArray[Any]
    cases: Mapping[str, CaseColumns]
    features: Mapping[str, Floats]
    received: Floats
    sinks: tuple[tuple[tuple[int, int, int], ...], ...]  # stage, block, merged token
    tags: tuple[frozenset[str], ...]
    notes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def predicted(self) -> Ints:
        return self.cases["on"].classes[:, 0]

    @property
    def confidence(self) -> Floats:
        return self.cases["on"].probabilities[:, 0]

    @property
    def correct(self) -> Bools:
        return self.cases["on"].true_rank == 0

    @functools.cached_property
    def label(self) -> Ints:
        first = np.array([labels[0] for labels in self.labels], dtype=np.int64)
        return np.where(self.correct, self.predicted, first)

    @functools.cached_property
    def family(self) -> Ints:
        return np.unique(self.sources, return_inverse=True)[1].astype(np.int64)

    def gained(self, case: str) -> Floats:
        """The probability of the true labels in the original run, minus that in `case`."""
        return self.cases["on"].true_probability - self.cases[case].true_probability

    def changed(self, case: str) -> Bools:
        """Where the prediction in `case` differs."""
        return self.cases[case].classes[:, 0] != self.predicted

    def feature(self, name: str) -> Floats:
        """A numeric column by its name; ChoiceError if there is none."""
        if name == "confidence":
            return self.confidence
        if name.startswith("gained_") and name.removeprefix("gained_") in CASES[1:]:
            return self.gained(name.removeprefix("gained_"))
        if name not in self.features:
            raise ChoiceError(field="feature", value=name, allowed=", ".join(self.feature_names()))
        return self.features[name]

    def feature_names(self) -> list[str]:
        """The names that `feature` knows."""
        return ["confidence", *(f"gained_{case}" for case in CASES[1:]), *self.features]

    def take(self, chosen: Bools | Ints) -> "Table":
        """The rows of a mask [N], or of indices in their order."""
        indices = np.flatnonzero(chosen) if chosen.dtype == np.bool_ else chosen

        def rows(column: Any) -> Any:
            return column[indices]

        def of_tuple(column: tuple[Any, ...]) -> tuple[Any, ...]:
            return tuple(column[i] for i in indices)

        return replace(
            self,
            ids=rows(self.ids),
            names=rows(self.names),
            labels=of_tuple(self.labels),
            sources=rows(self.sources),
            cases={
                name: CaseColumns(
                    rows(c.classes),
                    rows(c.probabilities),
                    rows(c.true_probability),
                    rows(c.true_rank),
                )
                for name, c in self.cases.items()
            },
            features={name: rows(column) for name, column in self.features.items()},
            received=rows(self.received),
            sinks=of_tuple(self.sinks),
            tags=of_tuple(self.tags),
            notes=of_tuple(self.notes),
        )


def with_feature(table: Table, name: str, values: Floats) -> Table:
    """The table with one more feature [N]."""
    return replace(table, features={**table.features, name: values})
