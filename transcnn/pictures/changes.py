"""Reproducible changes of an image that test attention: gray cells, patches of other images.

The image is divided into 32-pixel cells (7 x 7 at 224 pixels). Which cells change follows from
the image's name alone: r = PCG64 generator seeded with the crc32 of "<folder>/<file>",
u = r.random(cells) row by row, and the round(share x cells) cells with the smallest u change.
"""

import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from transcnn.errors import ChoiceError

CELL = 32  # pixels of the network's input
GRAY = 127

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Change:
    """`gray`: cells become the value 127. `cutmix`: each becomes the same cell of another image of
    the run. `share` is the fraction of the cells that change."""

    kind: Literal["none", "gray", "cutmix"] = "none"
    share: float = 0.0

    def __str__(self) -> str:
        return self.kind if self.kind == "none" else f"{self.kind}:{self.share:g}"


UNCHANGED = Change()


def parse_change(text: str) -> Change:
    """`none`, `gray:S` or `cutmix:S`, S from 0 to 1. Raises ChoiceError for anything else."""
    kind, _, share = text.partition(":")
    try:
        if text == "none":
            return Change()
        if kind in ("gray", "cutmix") and 0 <= float(share) <= 1:
            return Change(kind, float(share))  # type: ignore[arg-type]
    except ValueError:
        pass
    raise ChoiceError(
        field="change", value=text, allowed="none, gray:S, cutmix:S with S from 0 to 1"
    )


def changed_cells(
    name: str, share: float, grid: tuple[int, int]
) -> tuple[list[tuple[int, int]], np.random.Generator]:
    """The cells (row, column) that change, row by row, and the generator after drawing them."""
    r = np.random.Generator(np.random.PCG64(zlib.crc32(name.encode(errors="surrogateescape"))))
    u = r.random(grid[0] * grid[1])
    chosen = np.sort(np.argsort(u, kind="stable")[: round(share * u.size)])
    return [(int(i) // grid[1], int(i) % grid[1]) for i in chosen], r


def sources(
    name: str, share: float, grid: tuple[int, int], index: int, run: int
) -> NDArray[np.int64]:
    """For each cell, from which of the `run` images its patch comes if it is changed.

    For the cells that `cutmix:share` changes, as there: row by row, (index + r.integers(1, run))
    mod run. The generator continues for the other cells, so that a person can change those too
    while the first keep their patches.
    """
    cells, r = changed_cells(name, share, grid)
    others = [cell for cell in np.ndindex(grid) if cell not in set(cells)]
    found = np.zeros(grid, dtype=np.int64)
    for cell in [*cells, *others]:
        found[cell] = (index + int(r.integers(1, run))) % run
    return found


def cover(
    pixels: Pixels, cells: Iterable[tuple[int, int]], source: Callable[[int, int], Pixels | int]
) -> Pixels:
    """A copy of the image [S, S, 3] whose `cells` (row, column) are replaced by what `source`
    returns: the same cell of another image [S, S, 3], or one value."""
    changed = pixels.copy()
    for row, column in cells:
        area = np.s_[row * CELL : (row + 1) * CELL, column * CELL : (column + 1) * CELL]
        given = source(row, column)
        changed[area] = given if isinstance(given, int) else given[area]
    return changed


def apply_change(
    pixels: Pixels, change: Change, name: str, index: int, run: int, other: Callable[[int], Pixels]
) -> Pixels:
    """The image [S, S, 3] after `change`.

    `index` is its position among the `run` images in sorted order of their names, and `other(i)`
    returns the unchanged pixels of image i, for `cutmix` only.
    """
    if change.kind == "none":
        return pixels
    grid = (pixels.shape[0] // CELL, pixels.shape[1] // CELL)
    cells, _ = changed_cells(name, change.share, grid)
    if change.kind == "gray":
        return cover(pixels, cells, lambda row, column: GRAY)  # noqa: ARG005
    of = sources(name, change.share, grid, index, run)
    return cover(pixels, cells, lambda row, column: other(int(of[row, column])))
