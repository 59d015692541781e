"""How far maps agree: rank correlations between them."""

from collections.abc import Sequence

import numpy as np

from transcnn.analysis.ranks import rank_correlation
from transcnn.explain.attribution import Attribution, Values


def common_grid(attributions: Sequence[Attribution]) -> tuple[int, int]:
    """Rows and columns of the coarsest map among them, at which all can be compared."""
    return min((a.values.shape for a in attributions), key=lambda shape: shape[0] * shape[1])


def agreement(attributions: Sequence[Attribution]) -> Values:
    """[n, n]: the rank correlation of every pair of maps, at their common resolution."""
    grid = common_grid(attributions)
    maps = [attribution.on_cells(*grid) for attribution in attributions]
    return np.array([[rank_correlation(one, other) for other in maps] for one in maps])
