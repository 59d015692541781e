"""Covering cells of images, as the fixed tests of `evaluate` do, but drawn anew at every step; and
squares of other images, whose classes then count as well (CutMix)."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transcnn.pictures.changes import CELL, GRAY, Pixels
from transcnn.training.recipe import Mixture

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Corrupted:
    """Images [B, S, S, 3], and which of their cells [B, S/32, S/32] are still their own.

    `made_of` [B, B]: the area share of each image of the batch in each covered image; rows sum to
    1, gray counts for none.
    """

    pixels: Pixels
    own: Mask
    made_of: NDArray[np.float32]


def corrupt(pixels: Pixels, mixture: Mixture, r: np.random.Generator) -> Corrupted:
    """Cover random cells of the images [B, S, S, 3] according to `mixture`.

    A cutmix cell takes the same cell of another image of the batch, drawn for each cell, so that
    the patches look natural one by one but do not form a second image. A square takes the same
    square of one other image.
    """
    count, size = len(pixels), int(pixels.shape[1])
    side = size // CELL
    chances = np.array((mixture.whole, mixture.gray, mixture.cutmix, mixture.square))
    kinds = r.choice(np.arange(4), size=count, p=chances)
    shares = r.uniform(mixture.least, mixture.most, size=count) * (kinds > 0)
    own = np.ones((count, side, side), dtype=np.bool_)
    changed = pixels.copy()
    area = np.diag(np.full(count, float(size * size)))

    def other(i: int) -> int:
        return (i + int(r.integers(1, count))) % count

    def take(i: int, donor: int, area_of: tuple[slice, slice]) -> None:
        changed[i][area_of] = pixels[donor][area_of]
        moved = changed[i][area_of][..., 0].size
        area[i, donor] += moved
        area[i, i] -= moved

    for i in range(count):
        if kinds[i] == 3:
            square = round(size * math.sqrt(shares[i]))
            top, left = r.integers(0, size - square + 1, size=2)
            take(i, other(i), np.s_[top : top + square, left : left + square])
            first = np.array((top, left)) // CELL
            last = -(-np.array((top + square, left + square)) // CELL)
            own[i, first[0] : last[0], first[1] : last[1]] = False
            continue
        covered = r.permutation(side * side)[: round(shares[i] * side * side)]
        for cell in covered:
            row, column = divmod(int(cell), side)
            own[i, row, column] = False
            cell_area = np.s_[row * CELL : (row + 1) * CELL, column * CELL : (column + 1) * CELL]
            if kinds[i] == 1:
                changed[i][cell_area] = GRAY
            else:
                take(i, other(i), cell_area)
    return Corrupted(changed, own, (area / area.sum(1, keepdims=True)).astype(np.float32))
