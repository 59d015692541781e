"""How far maps agree: correlations of the order in which they put the places."""

from collections.abc import Sequence

import numpy as np

from transcnn.analysis.ranks import rank_correlation
from transcnn.explain.attribution import Attribution, Values


def common_board(attributions: Sequence[Attribution]) -> tuple[int, int]:
    """Rows and columns of the coarsest board among them, on which all can be compared."""
    return min((a.values.shape for a in attributions), key=lambda shape: shape[0] * shape[1])


def agreement(attributions: Sequence[Attribution]) -> Values:
    """[n, n]: the rank correlation of every map with every other one, on their common board."""
    board = common_board(attributions)
    maps = [attribution.on_cells(*board) for attribution in attributions]
    return np.array([[rank_correlation(one, other) for other in maps] for one in maps])
