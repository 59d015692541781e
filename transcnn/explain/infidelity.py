"""Infidelity: how badly a map predicts what masking a region does to the explained logit.

For square masks m at random positions, a quarter to half of the image wide, with p_m the sum of the
map under the mask and d_m the drop of the explained logit:

    infidelity = 1 - c |c|,    c = E[p d] / |p| |d|

For c >= 0 this is the minimum of E[(b p - d)^2] / E[d^2] over all factors b >= 0; for c < 0 it is
2 minus the infidelity of the negated map.

0 if the map predicts every drop, 1 if it predicts nothing, 2 if it predicts the opposite.
Infidelity as in Yeh et al. 2019 (arXiv 1901.09392) and captum depends on the scale of map and
network; the best factor b removes the first (captum's `normalize`), division by E[d^2] the second.
"""

import numpy as np

from transcnn.explain.attribution import Values
from transcnn.explain.fill import Fill
from transcnn.explain.method import OnProgress, quiet
from transcnn.explain.patches import Masks, PatchMasker


def square_masks(side: int, count: int, random: np.random.Generator) -> Masks:
    """`count` masks [count, patches] of `side` x `side` patches, a square masked in each."""
    masks = np.zeros((count, side, side), dtype=np.bool_)
    for mask in masks:
        width = int(random.integers(max(1, side // 4), max(1, side // 2), endpoint=True))
        row, column = random.integers(0, side - width, size=2, endpoint=True)
        mask[row : row + width, column : column + width] = True
    return masks.reshape(count, side * side)


def logit_drops(
    masker: PatchMasker, masks: Masks, fill: Fill, on_progress: OnProgress = quiet
) -> Values:
    """The drop of the explained logit under each mask [masks]."""
    whole = masker.logits(np.zeros((1, masker.count), dtype=np.bool_), fill)
    drops: Values = whole - masker.logits(masks, fill, on_progress)
    return drops


def infidelity(predicted: Values, drops: Values) -> Values:
    """The score from sums of the map under masks and the logit drops, both [..., masks].

    Also 1 where no mask changes the logit: nothing was predicted.
    """
    both = (predicted * drops).mean(-1)
    each = np.square(predicted).mean(-1) * np.square(drops).mean(-1)
    return 1 - np.divide(both * np.abs(both), each, out=np.zeros_like(each), where=each > 0)
