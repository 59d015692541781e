"""How much of a token's attention stays inside a box."""

from dataclasses import dataclass

import numpy as np

from transcnn.analysis.detection.boxes import area, intersection
from transcnn.pictures.geometry import Box, Crop
from transcnn.trace.trace import BlockTrace, Reading

Token = tuple[int, int]


@dataclass(frozen=True)
class Inside:
    """Of the attention of one token at one level, the share (0 to 1) that falls inside a box.

    `uniform` is what uniform attention would leave there: the box's share of the grid's tokens.
    """

    level: int
    share: float
    uniform: float

    @property
    def multiple(self) -> float | None:
        """How many times uniform attention that is; None where no token of the grid is inside."""
        return self.share / self.uniform if self.uniform else None


def attention_inside(reading: Reading, box: Box, head: int | None = None) -> Inside:
    """The attention inside of `box`, on the mean of the heads (or of one head).

    A token that lies partly inside counts by the part of its area on the image that does: exact for
    attention that is spread evenly over a token, which is all that a token knows of its pixels.
    """
    heads = reading.probability if head is None else reading.probability[head : head + 1]
    weights = heads.mean(0, dtype=np.float64)
    parts = np.array([[_part(token, box) for token in row] for row in reading.areas])
    return Inside(
        reading.level,
        float((weights * parts)[reading.valid].sum()),
        float(parts[reading.valid].mean()),
    )


def _part(token: Box, box: Box) -> float:
    whole = area(token)
    return intersection(token, box) / whole if whole else 0.0


def token_at(block: BlockTrace, crop: Crop, x: float, y: float) -> Token:
    """The token (row, column) of a block's map that covers a position of the image, in its pixels;
    the nearest one for a position beside the network's input."""
    left, top, right, bottom = crop.box
    sides = [block.stride or side / n for side, n in zip(crop.sides, block.size, strict=True)]
    shares = ((y - top) / (bottom - top), (x - left) / (right - left))
    row, column = (
        min(max(int(share * pixels / side), 0), n - 1)
        for share, pixels, side, n in zip(shares, crop.sides, sides, block.size, strict=True)
    )
    return row, column


def centre_token(block: BlockTrace, crop: Crop, box: Box) -> Token:
    """The token at the centre of a box."""
    return token_at(block, crop, (box.left + box.right) / 2, (box.top + box.bottom) / 2)


def tokens_across(block: BlockTrace, crop: Crop, level: int) -> tuple[float, float]:
    """How many tokens of a level the whole input has, down and across; those at its edge may be
    cut."""
    rows, columns = block.size
    down, across = block.token_size(level)
    if block.stride is None:
        return rows / down, columns / across
    high, wide = crop.sides
    return high / block.stride / down, wide / block.stride / across
