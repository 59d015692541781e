"""Deletion and insertion: the explained number while cells go, or come, in the order of a map.

deletion: the cell that counts most is hidden first; a good map makes the number fall at once.
insertion: all are hidden, and the cell that counts most is shown first; it should rise at once.

The number is the explained one itself, a logit or a difference of two, not a probability: that is
what the maps are of, it exists for both kinds of target, and it does not stay at 1 until half of
the object is gone. (Petsiuk et al. 2018, arXiv 1806.07421, use probabilities.)
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transcnn.explain.attribution import Values
from transcnn.explain.fill import Fill
from transcnn.explain.patches import Board, Hidden, Order


@dataclass(frozen=True, eq=False)
class Curve:
    """The explained number, `values` [steps + 1], with the share `at` [steps + 1] of the cells
    hidden (deletion) or shown (insertion)."""

    at: Values
    values: Values

    @property
    def area(self) -> float:
        """The mean height of the curve, by trapezoids: in units of the explained number."""
        return float(np.trapezoid(self.values, self.at))


def counts(cells: int, steps: int) -> NDArray[np.int64]:
    """How many cells are done after each of so many steps, as equal as can be, [steps + 1]."""
    return np.rint(np.arange(steps + 1) * cells / steps).astype(np.int64)


def deletion(board: Board, order: Order, fill: Fill, steps: int) -> Curve:
    """The curve while the cells of `order` are hidden one after the other."""
    done = counts(board.cells, steps)
    return Curve(done / board.cells, board.values(first(order, done), fill))


def insertion(board: Board, order: Order, fill: Fill, steps: int) -> Curve:
    """The curve while the cells of `order` are shown one after the other."""
    done = counts(board.cells, steps)
    return Curve(done / board.cells, board.values(~first(order, done), fill))


def first(order: Order, done: NDArray[np.int64]) -> Hidden:
    """Boards [steps + 1, cells] that are True on the first cells of `order`."""
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return place[None] < done[:, None]
