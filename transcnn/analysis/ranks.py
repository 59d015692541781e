"""Rank correlation of two maps."""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr


def rank_correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Spearman's rank correlation of two maps of the same shape; ties share their mean rank.

    From -1 to 1; NaN where a map is constant. Values are ranked with their signs.
    """
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return float("nan")
    return float(spearmanr(one.ravel(), other.ravel()).statistic)
