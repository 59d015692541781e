"""A board of cells over a picture: some are hidden, and the network answers again.

Cells have 16 pixels a side, 14 x 14 of them on 224 pixels and 8 x 8 on 128: as large as a token of
the third stage, so that hiding one takes something away, and small enough to follow an object. What
hides them is named with every score, since each has a fault of its own: `gray` has edges that no
photo has, `blur` leaves colour and rough shape.
"""

import numpy as np
from numpy.typing import NDArray

from transcnn.explain.attribution import Values
from transcnn.explain.fill import FILLS, Fill, filling
from transcnn.explain.method import OnProgress, quiet
from transcnn.explain.subject import Subject
from transcnn.pictures.changes import Pixels

CELL_PX = 16
BATCH = 16

Order = NDArray[np.intp]
"""Cells by their number, row by row, the one that counts most first."""
Hidden = NDArray[np.bool_]
"""Boards [N, cells], True where hidden."""


def board_side(size_px: int) -> int:
    """How many cells a picture of so many pixels has along a side."""
    return max(1, size_px // CELL_PX)


class Board:
    """The picture of `subject` with cells hidden, at will.

    Remembers every answer, since methods and baselines often ask for the same: the random orders of
    one seed are the same for all, and so are the ends of every curve. For one thread.
    """

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        size = len(subject.pixels)
        self.side = board_side(size)
        self.cells = self.side**2
        of_pixel = np.arange(size) * self.side // size
        self._cell = of_pixel[:, None] * self.side + of_pixel  # [S, S], the cell of each pixel
        self._fills = {fill: filling(subject.pixels, fill) for fill in FILLS}
        self._known: dict[tuple[Fill, bytes], float] = {}

    def values(self, hidden: Hidden, fill: Fill, on_progress: OnProgress = quiet) -> Values:
        """The explained number [N] with the cells of each board in `hidden` [N, cells] filled."""
        keys = [(fill, np.packbits(row).tobytes()) for row in hidden]
        new = {key: row for key, row in zip(keys, hidden, strict=True) if key not in self._known}
        asked = list(new)
        for start in range(0, len(asked), BATCH):
            on_progress(start / len(asked))
            some = asked[start : start + BATCH]
            pictures = np.stack([self.picture(new[key], fill) for key in some])
            self._known.update(zip(some, self.subject.values(pictures).tolist(), strict=True))
        on_progress(1.0)
        return np.array([self._known[key] for key in keys])

    def picture(self, hidden: NDArray[np.bool_], fill: Fill) -> Pixels:
        """The picture [S, S, 3] with the cells that are True in `hidden` [cells] filled."""
        return np.where(hidden[self._cell][..., None], self._fills[fill], self.subject.pixels)


def ranks(values: Values) -> NDArray[np.int64]:
    """A number for each of `values` [cells] that is equal where they are equal but for rounding."""
    span = float(np.ptp(values))
    if span == 0:
        return np.zeros(len(values), dtype=np.int64)
    return np.rint((values - values.min()) / span * 1e9).astype(np.int64)


def tied_share(values: Values) -> float:
    """The share of cells whose value another cell has too."""
    _, place, counts = np.unique(ranks(values), return_inverse=True, return_counts=True)
    return float((counts[place] > 1).mean())


def order_of(values: Values, random: np.random.Generator) -> Order:
    """The cells of a map [cells], the highest value first; equal ones in an order drawn by lot."""
    return np.lexsort((random.permutation(len(values)), -ranks(values)))
