"""Changes to a picture that give attention something to do, the same in every run.

The picture is a board of 32-pixel cells (7 x 7 at 224 pixels). Which cells change follows from
the picture's name alone: r = PCG64 generator seeded with the crc32 of "<folder>/<file>",
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
    """`gray`: cells become the value 127. `cutmix`: each becomes the same cell of another picture
    of the run. `share` is the part of the cells that change."""

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
    name: str, share: float, board: tuple[int, int]
) -> tuple[list[tuple[int, int]], np.random.Generator]:
    """The cells (row, column) that change, row by row, and the generator after drawing them."""
    r = np.random.Generator(np.random.PCG64(zlib.crc32(name.encode(errors="surrogateescape"))))
    u = r.random(board[0] * board[1])
    chosen = np.sort(np.argsort(u, kind="stable")[: round(share * u.size)])
    return [(int(i) // board[1], int(i) % board[1]) for i in chosen], r


def sources(
    name: str, share: float, board: tuple[int, int], index: int, run: int
) -> NDArray[np.int64]:
    """For each cell of the board, from which of the `run` pictures it comes if it is changed.

    For the cells that `cutmix:share` changes, as there: row by row, (index + r.integers(1, run))
    mod run. Then the generator goes on in the same way for the others, so that a person can
    change them too while the first stay as they are.
    """
    cells, r = changed_cells(name, share, board)
    others = [cell for cell in np.ndindex(board) if cell not in set(cells)]
    found = np.zeros(board, dtype=np.int64)
    for cell in [*cells, *others]:
        found[cell] = (index + int(r.integers(1, run))) % run
    return found


def cover(
    pixels: Pixels, cells: Iterable[tuple[int, int]], source: Callable[[int, int], Pixels | int]
) -> Pixels:
    """A copy of the picture [S, S, 3] whose `cells` (row, column) hold what `source` gives there:
    the same place of another picture [S, S, 3], or one value."""
    changed = pixels.copy()
    for row, column in cells:
        place = np.s_[row * CELL : (row + 1) * CELL, column * CELL : (column + 1) * CELL]
        given = source(row, column)
        changed[place] = given if isinstance(given, int) else given[place]
    return changed


def apply_change(
    pixels: Pixels, change: Change, name: str, index: int, run: int, other: Callable[[int], Pixels]
) -> Pixels:
    """The picture [S, S, 3] after `change`.

    `index` is its place among the `run` pictures of the run in sorted order of their names, and
    `other(i)` gives the unchanged pixels of picture i; only `cutmix` asks for them.
    """
    if change.kind == "none":
        return pixels
    board = (pixels.shape[0] // CELL, pixels.shape[1] // CELL)
    cells, _ = changed_cells(name, change.share, board)
    if change.kind == "gray":
        return cover(pixels, cells, lambda row, column: GRAY)  # noqa: ARG005
    of = sources(name, change.share, board, index, run)
    return cover(pixels, cells, lambda row, column: other(int(of[row, column])))
