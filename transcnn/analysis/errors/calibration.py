"""Calibration: of the predictions with 80 % confidence, are 80 % correct?"""

from dataclasses import dataclass

import numpy as np

from transcnn.analysis.errors.table import Floats, Ints, Table
from transcnn.analysis.intervals import Interval, mean_interval, share_interval

BINS = 10


@dataclass(frozen=True)
class CalibrationBin:
    """The predictions with a confidence in [low, high); the last bin includes `high`."""

    low: float
    high: float
    count: int
    confidence: float  # the mean; nan if empty
    accuracy: Interval | None  # None if empty


@dataclass(frozen=True)
class Calibration:
    """Bins of equal width. `error` is the expected calibration error (ECE): the mean over all
    predictions of |accuracy - mean confidence| of their bin."""

    bins: tuple[CalibrationBin, ...]
    error: float
    excess: Interval  # the mean confidence minus the accuracy


def bins_of(confidence: Floats) -> Ints:
    """The bin of each confidence, from 0."""
    return np.minimum((confidence * BINS).astype(np.int64), BINS - 1)  # 1 belongs to the last


def calibration(table: Table) -> Calibration:
    """Confidence against accuracy, over one or more images."""
    confidence, right, family = table.confidence, table.correct, table.family
    bin_of = bins_of(confidence)
    bins, error = [], 0.0
    for i in range(BINS):
        inside = bin_of == i
        count = int(inside.sum())
        mean = float(confidence[inside].mean()) if count else float("nan")
        share = share_interval(right[inside], family[inside]) if count else None
        bins.append(CalibrationBin(i / BINS, (i + 1) / BINS, count, mean, share))
        if share is not None:
            error += count * abs(share.value - mean)
    excess = mean_interval(confidence - right, family)
    return Calibration(tuple(bins), error / len(table), excess)
