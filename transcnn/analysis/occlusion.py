"""A picture with places hidden: what the network makes of it with H-MHSA, and its bare body.

Where the hidden places are scraps of other pictures, the network can only tell by comparing which
places belong together: then it shows what reading is for.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from transcnn.classifier import Answer, Classifier
from transcnn.model.hooks import HookPoint, last_levels
from transcnn.pictures.changes import CELL, GRAY, Pixels, changed_cells, cover, sources

Fill = Literal["patches", "gray"]
Cell = tuple[int, int]
Board = NDArray[np.bool_]


@dataclass(frozen=True)
class Run:
    """The pictures that lend scraps to picture `index`, itself among them: their pixels
    [S, S, 3], sorted by name."""

    name: str
    index: int
    pictures: Sequence[Pixels]

    @classmethod
    def among(cls, name: str, pixels: Pixels, others: Mapping[str, Pixels]) -> "Run":
        """The picture `name` [S, S, 3] and the `others`, which may hold it, by their names."""
        pictures = {**others, name: pixels}
        names = sorted(pictures)
        return cls(name, names.index(name), [pictures[n] for n in names])

    @property
    def following(self) -> Pixels:
        """The next picture, the first after the last: it lends its attention."""
        return self.pictures[(self.index + 1) % len(self.pictures)]


def board_of(pixels: Pixels) -> tuple[int, int]:
    """Rows and columns of 32-pixel cells of a picture [S, S, 3]."""
    return pixels.shape[0] // CELL, pixels.shape[1] // CELL


def drawn_cells(name: str, share: float, board: tuple[int, int]) -> list[Cell]:
    """The cells that the fixed tests hide of the picture `name`, in order."""
    return changed_cells(name, share, board)[0]


def hide(run: Run, cells: Iterable[Cell], fill: Fill, share: float) -> Pixels:
    """The run's picture [S, S, 3] with `cells` gray, or each from the same place of another.

    Which one follows from the picture's name and `share`: for the cells that `cutmix:share`
    changes, the same as there.
    """
    pixels = run.pictures[run.index]
    if fill == "gray":
        return cover(pixels, cells, lambda row, column: GRAY)  # noqa: ARG005
    of = sources(run.name, share, board_of(pixels), run.index, len(run.pictures))
    return cover(pixels, cells, lambda row, column: run.pictures[of[row, column]])


@dataclass(frozen=True)
class Outcome:
    """What one network makes of a picture: its likeliest classes on the whole one, `before`, and on
    the hidden one, `top`; `kept` is what has become of the very likeliest."""

    before: tuple[Answer, ...]
    kept: Answer
    top: tuple[Answer, ...]


@dataclass(frozen=True)
class BoardReading:
    """The last level of one block: shares [cells asking, cells read], the mean over heads.

    `from_own` and `from_hidden` are the parts that go to the picture's own cells, by where the
    asking cell is; None if there is none of the kind.
    """

    stage: int
    block: int
    shares: NDArray[np.float32]
    from_own: float | None
    from_hidden: float | None


@dataclass(frozen=True)
class Hiding:
    """A picture [S, S, 3] with its own cells True on the board, and what came of it.

    `readings` has the blocks whose last level has one place for each cell.
    """

    pixels: Pixels
    own: Board
    with_attention: Outcome
    body: Outcome
    readings: tuple[BoardReading, ...]


def look_at_hidden(
    classifier: Classifier, whole: Pixels, hidden: Pixels, cells: Iterable[Cell], top: int = 5
) -> Hiding:
    """Run the network with H-MHSA and its bare body on both pictures [S, S, 3]."""
    own = np.ones(board_of(whole), dtype=np.bool_)
    for cell in cells:
        own[cell] = False
    both = np.stack([whole, hidden])
    logits, attention = classifier.listen(both)
    body = classifier.logits(both, classifier.intervention("off"))
    return Hiding(
        hidden,
        own,
        _outcome(classifier, logits, top),
        _outcome(classifier, body, top),
        tuple(_readings({p: rows[1] for p, rows in attention.items()}, own)),
    )


def _outcome(classifier: Classifier, logits: Tensor, top: int) -> Outcome:
    before = classifier.rank(logits[0], top).top
    kept = classifier.answer(logits[1], before[0].place)
    return Outcome(before, kept, classifier.rank(logits[1], top).top)


def _readings(attention: Mapping[HookPoint, Tensor], own: Board) -> Iterable[BoardReading]:
    mine = own.ravel()
    for point in last_levels(attention):
        rows = attention[point]
        if rows.shape[-1] != mine.size:  # its last level has another board: no cell is a place
            continue
        shares = rows[:, 0, 0].mean(0).numpy()
        mass = shares[:, mine].sum(1)
        parts = [float(mass[of].mean()) if of.any() else None for of in (mine, ~mine)]
        yield BoardReading(point.stage, point.block, shares, *parts)
