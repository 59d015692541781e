"""Hiding cells of pictures, as the fixed tests of `evaluate` do, but drawn anew at every step."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transcnn.pictures.changes import CELL, GRAY
from transcnn.training.recipe import Mixture

Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Corrupted:
    """Pictures [B, S, S, 3] and which cells of the board [B, S/32, S/32] are still their own."""

    pixels: Pixels
    own: Mask


def corrupt(pixels: Pixels, mixture: Mixture, r: np.random.Generator) -> Corrupted:
    """Cover random cells of the pictures [B, S, S, 3] as `mixture` says.

    A cutmix cell takes the same place of another picture of the batch, each cell its own draw, so
    that the strangers look natural one by one and do not add up to a second picture.
    """
    count, size = len(pixels), int(pixels.shape[1])
    side = size // CELL
    chances = np.array((mixture.whole, mixture.gray, mixture.cutmix))
    kinds = r.choice(np.arange(3), size=count, p=chances)
    shares = r.uniform(mixture.least, mixture.most, size=count) * (kinds > 0)
    own = np.ones((count, side, side), dtype=np.bool_)
    changed = pixels.copy()
    for i in range(count):
        covered = r.permutation(side * side)[: round(shares[i] * side * side)]
        for cell in covered:
            row, column = divmod(int(cell), side)
            own[i, row, column] = False
            place = np.s_[row * CELL : (row + 1) * CELL, column * CELL : (column + 1) * CELL]
            if kinds[i] == 1:
                changed[i][place] = GRAY
            else:
                changed[i][place] = pixels[(i + int(r.integers(1, count))) % count][place]
    return Corrupted(changed, own)
