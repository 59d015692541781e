"""How far maps agree: correlations of the order in which they put the places."""

from collections.abc import Sequence

import numpy as np
from scipy.stats import rankdata

from transcnn.explain.attribution import Attribution, Values


def rank_correlation(one: Values, other: Values) -> float:
    """Spearman's: the correlation of the ranks of two maps of the same shape, equal values sharing
    their mean rank. From -1 to 1; NaN where a map has the same value everywhere.

    Signed values rank by sign too: what speaks against is last.
    """
    ranks = np.stack([rankdata(one), rankdata(other)])
    centred = ranks - ranks.mean(1, keepdims=True)
    norms = np.sqrt((centred**2).sum(1))
    if not norms.all():
        return float("nan")
    return float(centred[0] @ centred[1] / (norms[0] * norms[1]))


def common_board(attributions: Sequence[Attribution]) -> tuple[int, int]:
    """Rows and columns of the coarsest board among them, on which all can be compared."""
    return min((a.values.shape for a in attributions), key=lambda shape: shape[0] * shape[1])


def agreement(attributions: Sequence[Attribution]) -> Values:
    """[n, n]: the rank correlation of every map with every other one, on their common board."""
    board = common_board(attributions)
    maps = [attribution.on_cells(*board) for attribution in attributions]
    return np.array([[rank_correlation(one, other) for other in maps] for one in maps])
