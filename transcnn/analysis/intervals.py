"""95 % confidence intervals of proportions and means, also for clustered images.

Images made from one photo are not independent; treated as if they were, they would give intervals
far too narrow. With families (clusters) the interval is that of the families' sums (linearisation,
one family of m images is one draw), with Student's t for their number.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_ROUNDING = 1e-12  # variances below count as 0
_DRAWS = 4_000  # of a bootstrap
Z = 1.959964  # the normal distribution's 97.5 % quantile


@dataclass(frozen=True)
class Interval:
    """A value with the ends of its 95 % interval."""

    value: float
    low: float
    high: float


def share_interval(hits: NDArray[np.bool_], families: NDArray[np.int64] | None = None) -> Interval:
    """Wilson's interval of the proportion of True in `hits` [N > 0].

    With `families` N is replaced by the effective number of independent images (at most N): the one
    that gives an interval as wide as the families do, or the number of families if these do not
    vary. With one family the interval is 0 to 1.
    """
    n, p = float(len(hits)), float(hits.mean())
    z = Z
    if families is not None and (count := len(np.unique(families))) < n:
        if count < 2:
            return Interval(p, 0.0, 1.0)
        z = student(count)
        mean = mean_interval(hits.astype(float), families)
        spread = ((mean.high - mean.low) / (2 * z)) ** 2
        n = float(count) if spread < _ROUNDING else min(n, p * (1 - p) / spread)
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half_width = z / (1 + z**2 / n) * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return Interval(p, max(0.0, middle - half_width), min(1.0, middle + half_width))


def mean_interval(values: NDArray[np.float64], families: NDArray[np.int64]) -> Interval:
    """The mean of `values` [N > 0]; nan ends where there is only one family."""
    value = float(values.mean())
    deviation = family_deviation((values - value) / len(values), families)
    half = student(len(np.unique(families))) * deviation
    return Interval(value, value - half, value + half)


def family_deviation(parts: NDArray[np.float64], families: NDArray[np.int64]) -> float:
    """The standard deviation of a statistic from each image's part in it (they sum to 0);
    nan where there is only one family."""
    _, codes = np.unique(families, return_inverse=True)
    sums = np.bincount(codes, weights=parts)
    if len(sums) < 2:
        return math.nan
    return math.sqrt(len(sums) / (len(sums) - 1) * float(np.square(sums).sum()))


def student(families: int) -> float:
    """The 97.5 % quantile of Student's t for this number of families."""
    from scipy.stats import t

    return float(t.ppf(0.975, families - 1)) if families > 1 else math.nan


def contrast(
    value: float,
    parts: NDArray[np.float64],
    second: NDArray[np.bool_],
    families: NDArray[np.int64],
) -> tuple[Interval, float]:
    """The interval of a difference between two groups, from each image's part in it, and the
    p-value of no difference.

    Student's t has the degrees of freedom of the group with fewer families. Where nothing varies
    inside the groups, the p-value is the probability that a random division of the families
    separates them as well. nan where a group has only one family.
    """
    from scipy.stats import t

    sides = [len(np.unique(families[group])) for group in (second, ~second)]
    if min(sides) < 2:
        return Interval(value, math.nan, math.nan), math.nan
    deviation = family_deviation(parts, families)
    if deviation == 0:
        p = 1.0 if value == 0 else min(1.0, 2 / math.comb(sum(sides), min(sides)))
        return Interval(value, value, value), p
    half = student(min(sides)) * deviation
    p = 2 * float(t.sf(abs(value) / deviation, min(sides) - 1))
    return Interval(value, value - half, value + half), p


def bootstrap_mean(values: NDArray[np.float64], generator: np.random.Generator) -> Interval:
    """The mean of `values` [N > 0] with the percentile interval of its bootstrap; nan ends where
    there is only one value."""
    ends = np.percentile(_resampled_means(values, generator), (2.5, 97.5))
    return Interval(float(values.mean()), *_known(ends, len(values)))


def bootstrap_difference(
    one: NDArray[np.float64], other: NDArray[np.float64], generator: np.random.Generator
) -> Interval:
    """The mean of `one` minus that of `other`, groups resampled separately; nan where a group is
    empty, nan ends where one has only one value."""
    fewest = min(len(one), len(other))
    if fewest == 0:
        return Interval(math.nan, math.nan, math.nan)
    means = _resampled_means(one, generator) - _resampled_means(other, generator)
    ends = np.percentile(means, (2.5, 97.5))
    return Interval(float(one.mean() - other.mean()), *_known(ends, fewest))


def _resampled_means(
    values: NDArray[np.float64], generator: np.random.Generator
) -> NDArray[np.float64]:
    """Means of resamples with replacement."""
    return np.array(
        [generator.choice(values, len(values)).mean() for _ in range(_DRAWS)], dtype=np.float64
    )


def _known(ends: NDArray[np.float64], count: int) -> tuple[float, float]:
    return (float(ends[0]), float(ends[1])) if count > 1 else (math.nan, math.nan)
