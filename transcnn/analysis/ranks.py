"""How far two maps put their places in the same order."""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr


def rank_correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Spearman's of two maps of the same shape: the correlation of ranks, equal values sharing
    their mean rank. From -1 to 1; NaN where a map has the same value everywhere.

    Signed values rank by sign too: what speaks against is last.
    """
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return float("nan")
    return float(spearmanr(one.ravel(), other.ravel()).statistic)
