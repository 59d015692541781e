"""Groups of pictures with unusually many errors, each written as a filter.

Candidates are the classes, the tags, the lowest and the highest quarter of each feature, and
clusters of pictures whose attention reads alike (k-means on `received`). Each is compared with all
other pictures; p-values are adjusted for their number (Benjamini-Hochberg).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from transcnn.analysis.errors.filters import Filter, between
from transcnn.analysis.errors.table import Bools, Floats, Table, with_feature
from transcnn.analysis.intervals import Interval, contrast, share_interval

LEAST = 10  # pictures in a group, and outside of it
_PHOTOS = 5  # that they were made of: of fewer nothing can be told
RATE = 0.05  # of false ones among what is called unusual
_CLUSTERS = 8
_PICTURES_A_CLUSTER = 25


@dataclass(frozen=True)
class Slice:
    """A group: its pictures, the share of wrong answers in it and how much more that is than
    outside."""

    filter: Filter
    count: int
    wrong: Interval
    more: Interval
    adjusted_p: float

    @property
    def unusual(self) -> bool:
        return self.adjusted_p < RATE and self.more.value > 0


def find_slices(table: Table) -> list[Slice]:
    """All candidate groups that are large enough, the clearest excess of errors first."""
    found = []
    for meant in _candidates(table):
        inside = meant.chosen(table)
        if LEAST <= inside.sum() <= len(table) - LEAST:
            more, p = _excess(table, inside)
            if not math.isnan(p):
                wrong = share_interval(~table.right[inside], table.family[inside])
                found.append((Slice(meant, int(inside.sum()), wrong, more, 1.0), p))
    if not found:
        return []
    from scipy.stats import false_discovery_control

    adjusted = false_discovery_control([p for _, p in found])
    rows = [replace(s, adjusted_p=float(a)) for (s, _), a in zip(found, adjusted, strict=True)]
    return sorted(rows, key=lambda s: (not s.unusual, s.adjusted_p, -s.more.value))


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
    """How much larger the share of errors is inside than outside, by photo, and its p-value:
    Fisher's, or that of the interval where pictures come in families; nan where either side has
    too few photos."""
    from scipy.stats import fisher_exact

    wrong = (~table.right).astype(float)
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
            [(side & table.right).sum(), (side & ~table.right).sum()] for side in (inside, ~inside)
        ]
        p = float(fisher_exact(counts).pvalue)
    return interval, p


def with_clusters(table: Table) -> Table:
    """The table with the feature `cluster`, see `clusters`."""
    return with_feature(table, "cluster", clusters(table))


def clusters(table: Table) -> Floats:
    """The number of each picture's cluster [N]: pictures whose attention reads the same places.

    k-means with fixed seeds; as many clusters as there are 25 pictures, 8 at most, numbered by
    size. All nan where there are too few pictures, or all are read alike.
    """
    count = min(_CLUSTERS, len(table) // _PICTURES_A_CLUSTER)
    if count < 2 or len(np.unique(table.received, axis=0)) <= count:
        return np.full(len(table), np.nan)
    from sklearn.cluster import KMeans

    found = KMeans(count, n_init=4, random_state=0).fit(_log_multiples(table.received)).labels_
    order = np.argsort(-np.bincount(found, minlength=count), kind="stable")
    return np.argsort(order)[found].astype(float)


def _log_multiples(received: Floats) -> Floats:
    """log2 of multiples of an even share: twice and half are equally far from even."""
    return np.log2(np.maximum(received, 2.0**-6))
