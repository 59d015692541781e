"""How far a confidence can be believed: of the answers given with 80 %, are 80 % right?"""

from dataclasses import dataclass

import numpy as np

from transcnn.analysis.errors.table import Floats, Ints, Table
from transcnn.analysis.intervals import Interval, mean_interval, share_interval

BINS = 10


@dataclass(frozen=True)
class Bin:
    """The answers with a confidence from `low` up to `high`; the last bin has both ends."""

    low: float
    high: float
    count: int
    confidence: float  # the mean; nan without answers
    right: Interval | None  # the share; None without answers


@dataclass(frozen=True)
class Calibration:
    """Bins of equal width. `error` is the expected calibration error (ECE): the mean over all
    answers of |share right - mean confidence| of their bin."""

    bins: tuple[Bin, ...]
    error: float
    excess: Interval  # the mean confidence minus the share of right answers


def bins_of(confidence: Floats) -> Ints:
    """The number of the bin of each confidence, from 0."""
    return np.minimum((confidence * BINS).astype(np.int64), BINS - 1)  # 1 belongs to the last


def calibration(table: Table) -> Calibration:
    """Confidence against the share of right answers, over one picture or more."""
    confidence, right, family = table.confidence, table.right, table.family
    place = bins_of(confidence)
    bins, error = [], 0.0
    for i in range(BINS):
        inside = place == i
        count = int(inside.sum())
        mean = float(confidence[inside].mean()) if count else float("nan")
        share = share_interval(right[inside], family[inside]) if count else None
        bins.append(Bin(i / BINS, (i + 1) / BINS, count, mean, share))
        if share is not None:
            error += count * abs(share.value - mean)
    excess = mean_interval(confidence - right, family)
    return Calibration(tuple(bins), error / len(table), excess)
