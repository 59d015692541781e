"""Hiding cells of pictures, as the fixed tests of `evaluate` do, but drawn anew at every step; and
squares of other pictures, whose classes then count as well."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transcnn.pictures.changes import CELL, GRAY
from transcnn.training.recipe import Mixture

Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Corrupted:
    """Pictures [B, S, S, 3] and which cells of the board [B, S/32, S/32] are still their own.

    `made_of` [B, B] are the shares of the batch's pictures in the area that each picture shows; its
    rows add up to 1, gray counts for nobody.
    """

    pixels: Pixels
    own: Mask
    made_of: NDArray[np.float32]


def corrupt(pixels: Pixels, mixture: Mixture, r: np.random.Generator) -> Corrupted:
    """Cover random places of the pictures [B, S, S, 3] as `mixture` says.

    A cutmix cell takes the same place of another picture of the batch, each cell its own draw, so
    that the strangers look natural one by one and do not add up to a second picture. A square
    takes the same place of one other picture.
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

    def take(i: int, giver: int, place: tuple[slice, slice]) -> None:
        changed[i][place] = pixels[giver][place]
        moved = changed[i][place][..., 0].size
        area[i, giver] += moved
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
            place = np.s_[row * CELL : (row + 1) * CELL, column * CELL : (column + 1) * CELL]
            if kinds[i] == 1:
                changed[i][place] = GRAY
            else:
                take(i, other(i), place)
    return Corrupted(changed, own, (area / area.sum(1, keepdims=True)).astype(np.float32))
