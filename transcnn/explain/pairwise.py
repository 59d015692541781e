"""Pairwise agreement: does the group of cells with more value matter more, and by how much more?

The cells fall into groups in the order of the map. For each pair i, j of groups, with s the mean
value of a group's cells and d what the explained number loses, per cell, when the group alone is
hidden:

    score = sum of (s_i - s_j) sign(d_i - d_j)  /  sum of |s_i - s_j|

1 if the map is right about every pair, -1 if about none, 0 if it says nothing or is right by half.
Pairs about which the map claims much weigh much. After SaCo (Wu et al. 2024, arXiv 2404.01415);
there a pair of equal losses counts as right, here as neither.
"""

import numpy as np

from transcnn.explain.attribution import Values
from transcnn.explain.curves import counts, first
from transcnn.explain.fill import Fill
from transcnn.explain.patches import Board, Order, ranks


def pairwise(board: Board, values: Values, order: Order, fill: Fill, groups: int) -> float:
    """The agreement of a map `values` [cells], whose cells from the highest on are `order`."""
    bounds = counts(board.cells, groups)
    until = first(order, bounds)
    hidden = until[1:] & ~until[:-1]
    sizes = np.diff(bounds)
    whole = board.values(np.zeros((1, board.cells), dtype=np.bool_), fill)
    losses = (whole - board.values(hidden, fill)) / sizes
    return agreement(hidden @ ranks(values).astype(float) / sizes, losses)


def agreement(claims: Values, losses: Values) -> float:
    """The score of what a map claims of groups [groups] and what the network loses by them."""
    upper = np.triu_indices(len(claims), 1)
    claimed = (claims[:, None] - claims[None])[upper]
    lost = np.sign(losses[:, None] - losses[None])[upper]
    total = float(np.abs(claimed).sum())
    return float((claimed * lost).sum()) / total if total else 0.0
