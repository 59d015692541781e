"""Correct against incorrect predictions, feature by feature.

The effect is Cliff's delta: P(incorrect > correct) - P(incorrect < correct), from -1 to 1; 0 means
that neither tends to be larger. Its interval is that of DeLong (1988), for images made from the
same photos that of Obuchowski (1997): each image's share in the statistic, summed by photo. As many
features are tested at once, p-values are adjusted (Benjamini-Hochberg); below 5 % is called a
difference.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from transcnn.analysis.errors.table import Bools, Floats, Ints, Table
from transcnn.analysis.intervals import Interval, contrast

LEAST = 5  # correct and incorrect images each, and photos
RATE = 0.05  # false discovery rate


@dataclass(frozen=True)
class Difference:
    """One feature: medians of correct and incorrect predictions, and Cliff's delta."""

    feature: str
    right_median: float
    wrong_median: float
    effect: Interval
    p: float
    adjusted_p: float

    @property
    def found(self) -> bool:
        return self.adjusted_p < RATE


def differences(table: Table) -> list[Difference]:
    """All features that can be compared, those that differ first, then by the size of the effect.

    A feature needs values for five correct and five incorrect images, and must vary.
    """
    found = []
    for name in table.features:
        if name == "cluster":  # a category, not a quantity
            continue
        values = table.feature(name)
        known = np.isfinite(values)
        right = table.correct[known]
        if min(right.sum(), (~right).sum()) < LEAST or np.ptp(values[known]) == 0:
            continue
        effect, p = cliffs_delta(values[known], ~right, table.family[known])
        if math.isnan(p):
            continue
        middle, other = (float(np.median(values[known][side])) for side in (right, ~right))
        found.append(Difference(name, middle, other, effect, p, p))
    if not found:
        return []
    from scipy.stats import false_discovery_control

    adjusted = false_discovery_control([d.p for d in found])
    rows = [replace(d, adjusted_p=float(a)) for d, a in zip(found, adjusted, strict=True)]
    return sorted(rows, key=lambda d: (not d.found, -abs(d.effect.value)))


def cliffs_delta(values: Floats, second: Bools, families: Ints) -> tuple[Interval, float]:
    """Cliff's delta of the values where `second` holds against the others, and its p-value: that of
    the Mann-Whitney test, or of delta's interval where several images come from one photo.

    Both are nan where there are too few photos.
    """
    from scipy.stats import mannwhitneyu, rankdata

    m, n = int(second.sum()), int((~second).sum())
    ranks = rankdata(values)
    # The share of the other group that each value is above, ties by half.
    within = np.empty(len(values))
    within[second] = rankdata(values[second])
    within[~second] = rankdata(values[~second])
    above = (ranks - within) / np.where(second, n, m)
    area = float(above[second].mean())
    parts = np.where(second, (above - area) / m, ((1 - above) - area) / n)
    sides = [len(np.unique(families[group])) for group in (second, ~second)]
    if min(sides) < LEAST:
        return Interval(2 * area - 1, math.nan, math.nan), math.nan
    delta, p = contrast(2 * area - 1, 2 * parts, second, families)
    if len(np.unique(families)) == len(values):
        p = float(mannwhitneyu(values[second], values[~second]).pvalue)
    return Interval(delta.value, max(-1.0, delta.low), min(1.0, delta.high)), p
