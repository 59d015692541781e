"""Pairwise agreement: do groups of patches with higher values matter more?

The patches are split into groups in the order of the map. For each pair i, j of groups, with s the
mean value of a group's patches and d the drop of the explained logit, per patch, when only that
group is masked:

    score = sum of (s_i - s_j) sign(d_i - d_j)  /  sum of |s_i - s_j|

1 if the map ranks every pair correctly, -1 if none, 0 if it is constant or half correct. Pairs with
a large difference in the map have a large weight. After SaCo (Wu et al. 2024, arXiv 2404.01415),
where a pair of equal drops counts as correct; here it counts as neither.
"""

import numpy as np

from transcnn.explain.attribution import Values
from transcnn.explain.curves import first, patches_done
from transcnn.explain.fill import Fill
from transcnn.explain.patches import Order, PatchMasker, ranks


def pairwise(masker: PatchMasker, values: Values, order: Order, fill: Fill, groups: int) -> float:
    """The agreement of a map `values` [patches], whose patches by falling value are `order`."""
    bounds = patches_done(masker.count, groups)
    until = first(order, bounds)
    masks = until[1:] & ~until[:-1]
    sizes = np.diff(bounds)
    whole = masker.logits(np.zeros((1, masker.count), dtype=np.bool_), fill)
    drops = (whole - masker.logits(masks, fill)) / sizes
    return agreement(masks @ ranks(values).astype(float) / sizes, drops)


def agreement(claims: Values, drops: Values) -> float:
    """The score from a map's mean values of groups [groups] and their logit drops."""
    upper = np.triu_indices(len(claims), 1)
    claimed = (claims[:, None] - claims[None])[upper]
    signs = np.sign(drops[:, None] - drops[None])[upper]
    total = float(np.abs(claimed).sum())
    return float((claimed * signs).sum()) / total if total else 0.0
