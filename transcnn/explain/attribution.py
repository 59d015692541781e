"""A map that says how much each place counts, whose values are of a declared kind."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from transcnn.errors import ChoiceError

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Kind:
    """What the values are, which decides how they are drawn: never the picture at hand.

    `signed`: they speak for or against, about a true zero. `adds_up`: their sum is the explained
    number (less that of the method's baseline), up to the error that the attribution states.
    """

    name: str
    signed: bool
    adds_up: bool = False


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
        down = _overlaps(self.values.shape[0], rows)
        across = _overlaps(self.values.shape[1], columns)
        if self.kind.adds_up:
            down = down / down.sum(0)
            across = across / across.sum(0)
        else:
            down = down / down.sum(1, keepdims=True)
            across = across / across.sum(1, keepdims=True)
        summed: Values = down @ self.values @ across.T
        return summed


def _overlaps(old: int, new: int) -> Values:
    """How much of each of `old` equal parts of a length lies in each of `new`, [new, old]."""
    starts, others = np.arange(new)[:, None] / new, np.arange(old)[None] / old
    ends = np.minimum(starts + 1 / new, others + 1 / old)
    return np.clip(ends - np.maximum(starts, others), 0, None)
