"""Infidelity: how badly the values under a hole foretell what the hole costs.

For holes m, squares of random place and of a quarter to half of the board's side, with p_m the sum
of the map under the hole and d_m what the explained number loses by it:

    infidelity = 1 - c |c|,    c = E[p d] / |p| |d|

which for c >= 0 is the least of E[(b p - d)^2] / E[d^2] over all factors b >= 0, and for c < 0 two
less that of the map turned upside down.

0 if the map foretells every loss, 1 if it foretells nothing, 2 if every gain as a loss. Infidelity
as in Yeh et al. 2019 (arXiv 1901.09392) and captum depends on the scale of map and network; the
best factor b takes away the first (captum's `normalize`), division by E[d^2] the second.
"""

import numpy as np

from transcnn.explain.attribution import Values
from transcnn.explain.fill import Fill
from transcnn.explain.method import OnProgress, quiet
from transcnn.explain.patches import Board, Hidden


def draw_holes(side: int, count: int, random: np.random.Generator) -> Hidden:
    """So many boards [count, cells] with a square hole each."""
    hidden = np.zeros((count, side, side), dtype=np.bool_)
    for board in hidden:
        hole = int(random.integers(max(1, side // 4), max(1, side // 2), endpoint=True))
        row, column = random.integers(0, side - hole, size=2, endpoint=True)
        board[row : row + hole, column : column + hole] = True
    return hidden.reshape(count, side * side)


def losses(board: Board, holes: Hidden, fill: Fill, on_progress: OnProgress = quiet) -> Values:
    """What the explained number loses by each hole [holes]."""
    whole = board.values(np.zeros((1, board.cells), dtype=np.bool_), fill)
    lost: Values = whole - board.values(holes, fill, on_progress)
    return lost


def infidelity(foretold: Values, lost: Values) -> Values:
    """The score from sums of the map under holes and losses by them, both [..., holes].

    1, too, where nothing is lost by any hole: nothing was foretold.
    """
    both = (foretold * lost).mean(-1)
    each = np.square(foretold).mean(-1) * np.square(lost).mean(-1)
    return 1 - np.divide(both * np.abs(both), each, out=np.zeros_like(each), where=each > 0)
