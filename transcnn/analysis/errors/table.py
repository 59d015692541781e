"""The answers of a run as columns, one row a picture.

`CASES` are the conditions under which every picture is answered:

    on         as trained
    off        every H-MHSA left out: the bare body
    uniform    every token reads evenly
    edge       the outermost cells of the board gray: mostly background, on photos of one thing
    most_read  a fifth of the cells gray: those that are read most
    random     as many cells gray as in `most_read`, drawn at random: its control
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
    """What a network answered in one case: its likeliest classes [N, 5] and their probabilities,
    the probability of the right classes together [N], and the rank of the best of them (0 first).
    """

    classes: Ints
    probabilities: Floats
    right_probability: Floats
    right_rank: Ints


@dataclass(frozen=True)
class Table:
    """The answered pictures of a run; every column is [N] or [N, ...].

    `label` is the first right class, or the one that was answered if that is right, so that a
    right answer stands on the diagonal of a confusion matrix. `family` numbers the photos that
    pictures were made of. `features` are numbers by name, nan where one does not exist;
    `received` [N, cells] is how much each cell of the last stage's board (rows, columns) is read,
    row by row, as multiple of an even share. `tags` are those of
    the table that was read and those that a person gave.
    """

    model: str
    board: tuple[int, int]
    ids: Ints
    names: NDArray[Any]
    labels: tuple[tuple[int, ...], ...]
    sources: NDArray[Any]
    cases: Mapping[str, CaseColumns]
    features: Mapping[str, Floats]
    received: Floats
    sinks: tuple[tuple[tuple[int, int, int], ...], ...]  # stage, block, cell
    tags: tuple[frozenset[str], ...]
    notes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def answer(self) -> Ints:
        return self.cases["on"].classes[:, 0]

    @property
    def confidence(self) -> Floats:
        return self.cases["on"].probabilities[:, 0]

    @property
    def right(self) -> Bools:
        return self.cases["on"].right_rank == 0

    @functools.cached_property
    def label(self) -> Ints:
        first = np.array([labels[0] for labels in self.labels], dtype=np.int64)
        return np.where(self.right, self.answer, first)

    @functools.cached_property
    def family(self) -> Ints:
        return np.unique(self.sources, return_inverse=True)[1].astype(np.int64)

    def gained(self, case: str) -> Floats:
        """The probability of the right classes with attention on, minus that in `case`."""
        return self.cases["on"].right_probability - self.cases[case].right_probability

    def changed(self, case: str) -> Bools:
        """Where the answer of `case` is another one."""
        return self.cases[case].classes[:, 0] != self.answer

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
        places = np.flatnonzero(chosen) if chosen.dtype == np.bool_ else chosen

        def rows(column: Any) -> Any:
            return column[places]

        def of_tuple(column: tuple[Any, ...]) -> tuple[Any, ...]:
            return tuple(column[i] for i in places)

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
                    rows(c.right_probability),
                    rows(c.right_rank),
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


def with_similarity(table: Table) -> Table:
    """The table with the feature `similarity`: how far what a picture's attention reads resembles
    that of the other pictures of its class.

    Cosine of `received` - 1 with the mean over the others of the class (another photo than its
    own), -1 to 1; nan where there is none.
    """
    reads = table.received - 1
    label, family = table.label, table.family
    found = np.full(len(table), np.nan)
    for of_class in np.unique(label):
        members = np.flatnonzero(label == of_class)
        for i in members:
            others = members[family[members] != family[i]]
            if len(others):
                found[i] = _cosine(reads[i], reads[others].mean(0))
    return with_feature(table, "similarity", found)


def _cosine(a: Floats, b: Floats) -> float:
    length = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / length if length > 0 else float("nan")
