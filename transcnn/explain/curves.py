"""Deletion and insertion: the explained logit while patches are masked, or revealed, by rank.

deletion: patches are masked, highest value first; for a good map the logit falls at once.
insertion: all are masked, then revealed, highest value first; the logit should rise at once.

The curve is of the explained logit (or logit difference), not of a probability: that is what the
maps explain, and unlike a probability it does not stay at 1 until half of the object is masked.
(Petsiuk et al. 2018, arXiv 1806.07421, use probabilities.)
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transcnn.explain.attribution import Values
from transcnn.explain.fill import Fill
from transcnn.explain.patches import Masks, Order, PatchMasker


@dataclass(frozen=True, eq=False)
class Curve:
    """The explained logit, `values` [steps + 1], with the fraction `at` [steps + 1] of the patches
    masked (deletion) or revealed (insertion)."""

    at: Values
    values: Values

    @property
    def area(self) -> float:
        """The mean height of the curve (area by trapezoids), in logits."""
        return float(np.trapezoid(self.values, self.at))


def patches_done(count: int, steps: int) -> NDArray[np.int64]:
    """How many of `count` patches are done after each of `steps` equal steps, [steps + 1]."""
    return np.rint(np.arange(steps + 1) * count / steps).astype(np.int64)


def deletion(masker: PatchMasker, order: Order, fill: Fill, steps: int) -> Curve:
    """The curve while patches are masked in `order`."""
    done = patches_done(masker.count, steps)
    return Curve(done / masker.count, masker.logits(first(order, done), fill))


def insertion(masker: PatchMasker, order: Order, fill: Fill, steps: int) -> Curve:
    """The curve while patches are revealed in `order`."""
    done = patches_done(masker.count, steps)
    return Curve(done / masker.count, masker.logits(~first(order, done), fill))


def first(order: Order, done: NDArray[np.int64]) -> Masks:
    """[steps + 1, patches]: True on the first `done` patches of `order`."""
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return rank[None] < done[:, None]
