"""95 % intervals of shares and means, also where pictures come in families.

Pictures made of one photo are right or wrong together; counted as if each were new evidence, they
would give intervals far too narrow. With families the interval is that of the families' sums
(linearisation, one family of m pictures being one draw), with Student's t for their number.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_ROUNDING = 1e-12  # a variance below is none
_DRAWS = 4_000  # of a bootstrap
Z = 1.959964  # of a normal distribution, 95 % lie within so many deviations


@dataclass(frozen=True)
class Interval:
    """A value with the ends of its 95 % interval."""

    value: float
    low: float
    high: float


def share_interval(hits: NDArray[np.bool_], families: NDArray[np.int64] | None = None) -> Interval:
    """Wilson's interval of the share of True in `hits` [N > 0].

    With `families` N becomes the number of independent pictures, no more than there are, that would
    give as wide an interval as the families do; where these are all alike, that of the families.
    With one family nothing is known: 0 to 1.
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
    """The mean of `values` [N > 0]; nan ends where there is one family only."""
    value = float(values.mean())
    deviation = family_deviation((values - value) / len(values), families)
    half = student(len(np.unique(families))) * deviation
    return Interval(value, value - half, value + half)


def family_deviation(parts: NDArray[np.float64], families: NDArray[np.int64]) -> float:
    """The standard deviation of a statistic from each picture's part in it (they add up to 0);
    nan where there is one family only."""
    _, codes = np.unique(families, return_inverse=True)
    sums = np.bincount(codes, weights=parts)
    if len(sums) < 2:
        return math.nan
    return math.sqrt(len(sums) / (len(sums) - 1) * float(np.square(sums).sum()))


def student(families: int) -> float:
    """Of Student's t for so many families, 95 % lie within so many deviations."""
    from scipy.stats import t

    return float(t.ppf(0.975, families - 1)) if families > 1 else math.nan


def contrast(
    value: float,
    parts: NDArray[np.float64],
    second: NDArray[np.bool_],
    families: NDArray[np.int64],
) -> tuple[Interval, float]:
    """The interval of a difference between two groups, from each picture's part in it, and the
    p-value of there being none.

    Student's t has as many degrees of freedom as the group of fewer families has, less one: its
    spread is known from them alone. Where nothing varies inside the groups, the p-value is the
    chance that a random division of the families would tell them apart as well. nan where a group
    has one family only.
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
    there is one value only."""
    ends = np.percentile(_resampled_means(values, generator), (2.5, 97.5))
    return Interval(float(values.mean()), *_known(ends, len(values)))


def bootstrap_difference(
    one: NDArray[np.float64], other: NDArray[np.float64], generator: np.random.Generator
) -> Interval:
    """The mean of `one` minus that of `other`, two groups resampled apart; nan where a group is
    empty, nan ends where one has one value only."""
    fewest = min(len(one), len(other))
    if fewest == 0:
        return Interval(math.nan, math.nan, math.nan)
    means = _resampled_means(one, generator) - _resampled_means(other, generator)
    ends = np.percentile(means, (2.5, 97.5))
    return Interval(float(one.mean() - other.mean()), *_known(ends, fewest))


def _resampled_means(
    values: NDArray[np.float64], generator: np.random.Generator
) -> NDArray[np.float64]:
    """Means of as many values, drawn anew with replacement, again and again."""
    return np.array(
        [generator.choice(values, len(values)).mean() for _ in range(_DRAWS)], dtype=np.float64
    )


def _known(ends: NDArray[np.float64], count: int) -> tuple[float, float]:
    return (float(ends[0]), float(ends[1])) if count > 1 else (math.nan, math.nan)
