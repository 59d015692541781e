"""A map that says how much each place counts, whose values are of a declared kind."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from transcnn.errors import ChoiceError
from transcnn.explain.kinds import Kind

Values = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Attribution:
    """How much each place counts, by one method: `values` [rows, columns], finite.

    The map covers the whole input of the network evenly, at the method's own resolution.
    `settings` are all knobs that change it, `facts` numbers that the method knows of itself, such
    as the error of its sum.
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
        """The values on a coarser or finer board [rows, columns] that covers the same area.

        Values of a kind that adds up are shared out by area and summed; others are averaged.
        """
        if self.kind.adds_up:
            return share_out(self.values, rows, columns)
        down = _overlaps(self.values.shape[0], rows)
        across = _overlaps(self.values.shape[1], columns)
        down, across = (part / part.sum(1, keepdims=True) for part in (down, across))
        averaged: Values = down @ self.values @ across.T
        return averaged


def share_out(values: Values, rows: int, columns: int) -> Values:
    """Values that add up, [old rows, old columns], shared out by area on another board."""
    down = _overlaps(values.shape[0], rows)
    across = _overlaps(values.shape[1], columns)
    shared: Values = (down / down.sum(0)) @ values @ (across / across.sum(0)).T
    return shared


def _overlaps(old: int, new: int) -> Values:
    """How much of each of `old` equal parts of a length lies in each of `new`, [new, old]."""
    starts, others = np.arange(new)[:, None] / new, np.arange(old)[None] / old
    ends = np.minimum(starts + 1 / new, others + 1 / old)
    return np.clip(ends - np.maximum(starts, others), 0, None)
