"""A map of how much each position matters, with values of a declared kind."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from transcnn.errors import ChoiceError
from transcnn.explain.kinds import Kind

Values = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Attribution:
    """How much each position matters by one method: `values` [rows, columns], finite.

    The map covers the whole input evenly, at the method's own resolution. `settings` are all
    settings that change it; `facts` are numbers that the method computes about its map, such as
    the completeness error.
    """

    method: str
    kind: Kind
    values: Values
    settings: Mapping[str, str | int | float] = field(default_factory=dict)
    facts: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.values.ndim != 2 or not np.isfinite(self.values).all():
            raise ChoiceError(
                field=self.method, value=self.values.shape, allowed="finite maps [rows, columns]"
            )

    def on_cells(self, rows: int, columns: int) -> Values:
        """The values resampled to [rows, columns].

        Values of a kind that adds up are distributed by area and summed; others are averaged.
        """
        if self.kind.adds_up:
            return distribute(self.values, rows, columns)
        down = _overlaps(self.values.shape[0], rows)
        across = _overlaps(self.values.shape[1], columns)
        down, across = (part / part.sum(1, keepdims=True) for part in (down, across))
        averaged: Values = down @ self.values @ across.T
        return averaged


def distribute(values: Values, rows: int, columns: int) -> Values:
    """Values that add up, [old rows, old columns], distributed by area over [rows, columns]."""
    down = _overlaps(values.shape[0], rows)
    across = _overlaps(values.shape[1], columns)
    spread: Values = (down / down.sum(0)) @ values @ (across / across.sum(0)).T
    return spread


def _overlaps(old: int, new: int) -> Values:
    """The overlap of each of `old` equal parts of a length with each of `new`, [new, old]."""
    starts, others = np.arange(new)[:, None] / new, np.arange(old)[None] / old
    ends = np.minimum(starts + 1 / new, others + 1 / old)
    return np.clip(ends - np.maximum(starts, others), 0, None)
