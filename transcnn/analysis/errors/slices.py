"""Groups of images with unusually many errors, each as a filter.

Candidates are the classes, the tags, the lowest and the highest quarter of each feature, and
clusters of images with similar attention (k-means on `received`). Each is compared with all other
images; p-values are adjusted for their number (Benjamini-Hochberg).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from transcnn.analysis.errors.filters import Filter, between
from transcnn.analysis.errors.table import Bools, Table
from transcnn.analysis.intervals import Interval, contrast, share_interval

LEAST = 10  # images in a group, and outside
_PHOTOS = 5  # that they were made from, at least
RATE = 0.05  # false discovery rate


@dataclass(frozen=True)
class Slice:
    """A group: its number of images, its error rate, and how much higher that is than outside."""

    filter: Filter
    count: int
    errors: Interval
    excess: Interval
    adjusted_p: float

    @property
    def unusual(self) -> bool:
        return self.adjusted_p < RATE and self.excess.value > 0


def find_slices(table: Table) -> list[Slice]:
    """All candidate groups that are large enough, the clearest excess of errors first."""
    found = []
    for meant in _candidates(table):
        inside = meant.chosen(table)
        if LEAST <= inside.sum() <= len(table) - LEAST:
            more, p = _excess(table, inside)
            if not math.isnan(p):
                wrong = share_interval(~table.correct[inside], table.family[inside])
                found.append((Slice(meant, int(inside.sum()), wrong, more, 1.0), p))
    if not found:
        return []
    from scipy.stats import false_discovery_control

    adjusted = false_discovery_control([p for _, p in found])
    rows = [replace(s, adjusted_p=float(a)) for (s, _), a in zip(found, adjusted, strict=True)]
    return sorted(rows, key=lambda s: (not s.unusual, s.adjusted_p, -s.excess.value))


def _candidates(table: Table) -> Iterator[Filter]:
    for label in np.unique(table.label):
        yield Filter((("label", str(label)),))
    for tag in sorted({tag for tags in table.tags for tag in tags}):
        yield Filter((("tag", tag),))
    for name, values in table.features.items():
        known = values[np.isfinite(values)]
        if name == "cluster":
            for number in np.unique(known):
                yield Filter(((name, between(number, number)),))
        elif len(known) and np.ptp(known) > 0:
            low, high = np.quantile(known, (0.25, 0.75))
            yield Filter(((name, between(None, low)),))
            yield Filter(((name, between(high, None)),))


def _excess(table: Table, inside: Bools) -> tuple[Interval, float]:
    """How much higher the error rate is inside than outside, by photo, and its p-value: Fisher's
    exact test, or that of the interval where several images come from one photo; nan where either
    side has too few photos."""
    from scipy.stats import fisher_exact

    wrong = (~table.correct).astype(float)
    shares = float(wrong[inside].mean()), float(wrong[~inside].mean())
    more = shares[0] - shares[1]
    if min(len(np.unique(table.family[side])) for side in (inside, ~inside)) < _PHOTOS:
        return Interval(more, math.nan, math.nan), math.nan
    parts = np.where(
        inside, (wrong - shares[0]) / inside.sum(), -(wrong - shares[1]) / (~inside).sum()
    )
    interval, p = contrast(more, parts, inside, table.family)
    if len(np.unique(table.family)) == len(table):
        counts = [
            [(side & table.correct).sum(), (side & ~table.correct).sum()]
            for side in (inside, ~inside)
        ]
        p = float(fisher_exact(counts).pvalue)
    return interval, p
