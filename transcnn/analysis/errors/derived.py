"""Features of the images of a run that are computed from all of them together."""

from collections.abc import Callable

import numpy as np

from transcnn.analysis.errors.table import Floats, Table, with_feature

_MAX_CLUSTERS = 8
_IMAGES_PER_CLUSTER = 25


def similarity(table: Table) -> Floats:
    """How similar the attention for an image is to that for other images of its class [N].

    Cosine of `received` - 1 with the mean over the others of the class (made from other photos),
    -1 to 1; nan where there are none.
    """
    deviations = table.received - 1
    label, family = table.label, table.family
    found = np.full(len(table), np.nan)
    for of_class in np.unique(label):
        members = np.flatnonzero(label == of_class)
        for i in members:
            others = members[family[members] != family[i]]
            if len(others):
                found[i] = _cosine(deviations[i], deviations[others].mean(0))
    return found


def _cosine(a: Floats, b: Floats) -> float:
    length = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / length if length > 0 else float("nan")


def clusters(table: Table) -> Floats:
    """The cluster of each image [N]: images whose attention falls on the same merged tokens.

    k-means with fixed seeds; one cluster per 25 images, 8 at most, numbered by size. All nan where
    there are too few images, or their attention is the same.
    """
    count = min(_MAX_CLUSTERS, len(table) // _IMAGES_PER_CLUSTER)
    if count < 2 or len(np.unique(table.received, axis=0)) <= count:
        return np.full(len(table), np.nan)
    from sklearn.cluster import KMeans

    log_multiples = np.log2(np.maximum(table.received, 2.0**-6))  # twice and half are equally far
    found = KMeans(count, n_init=4, random_state=0).fit(log_multiples).labels_
    order = np.argsort(-np.bincount(found, minlength=count), kind="stable")
    return np.argsort(order)[found].astype(float)


def with_derived(table: Table, clusters: Callable[[Table], Floats] = clusters) -> Table:
    """The table with the features `similarity` and `cluster`.

    `clusters` may be a cached version of the function of that name, which takes the longest.
    """
    found = with_feature(table, "similarity", similarity(table))
    return with_feature(found, "cluster", clusters(table))
