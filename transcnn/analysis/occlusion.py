"""Occlusion: the prediction for a partly covered image, with H-MHSA and by the backbone only.

Grid cells are covered with gray or with patches of other images (CutMix). Which patches belong to
the image shows only in comparison with each other, which is what attention can do.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from transcnn.classifier import Classifier, PredictedClass
from transcnn.model.hooks import HookPoint, last_levels
from transcnn.pictures.changes import CELL, GRAY, Pixels, changed_cells, cover, sources

Fill = Literal["patches", "gray"]
Cell = tuple[int, int]
Board = NDArray[np.bool_]


@dataclass(frozen=True)
class PatchDonors:
    """The images whose patches may cover image `index`, itself among them: pixels [S, S, 3],
    sorted by name."""

    name: str
    index: int
    pictures: Sequence[Pixels]

    @classmethod
    def among(cls, name: str, pixels: Pixels, others: Mapping[str, Pixels]) -> "PatchDonors":
        """The image `name` [S, S, 3] and the `others` by name, which may include it."""
        pictures = {**others, name: pixels}
        names = sorted(pictures)
        return cls(name, names.index(name), [pictures[n] for n in names])

    @property
    def following(self) -> Pixels:
        """The next image (after the last the first), whose attention "swapped" uses."""
        return self.pictures[(self.index + 1) % len(self.pictures)]


def board_of(pixels: Pixels) -> tuple[int, int]:
    """Rows and columns of the 32-pixel cells of an image [S, S, 3]."""
    return pixels.shape[0] // CELL, pixels.shape[1] // CELL


def drawn_cells(name: str, share: float, board: tuple[int, int]) -> list[Cell]:
    """The cells of the image `name` that the fixed tests change, in order."""
    return changed_cells(name, share, board)[0]


def occlude(run: PatchDonors, cells: Iterable[Cell], fill: Fill, share: float) -> Pixels:
    """The image [S, S, 3] with `cells` gray, or covered by the same cell of other images.

    Which other image follows from the image's name and `share`, as for `cutmix:share`.
    """
    pixels = run.pictures[run.index]
    if fill == "gray":
        return cover(pixels, cells, lambda row, column: GRAY)  # noqa: ARG005
    of = sources(run.name, share, board_of(pixels), run.index, len(run.pictures))
    return cover(pixels, cells, lambda row, column: run.pictures[of[row, column]])


@dataclass(frozen=True)
class PredictionChange:
    """The top classes for the full image, `before`, and for the occluded one, `top`; `kept` is the
    class that was first before, as predicted for the occluded image."""

    before: tuple[PredictedClass, ...]
    kept: PredictedClass
    top: tuple[PredictedClass, ...]


@dataclass(frozen=True)
class LastLevelAttention:
    """The attention of one block's last level: weights [query, key], the mean over heads.

    `from_own` and `from_hidden`: how much of the attention of queries in own cells, and in covered
    cells, falls on the image's own cells; None if there are no such queries.
    """

    stage: int
    block: int
    weights: NDArray[np.float32]
    from_own: float | None
    from_hidden: float | None


@dataclass(frozen=True)
class OcclusionResult:
    """An occluded image [S, S, 3], its own cells (True), and its predictions.

    `readings` has the blocks whose last level has one merged token for each cell.
    """

    pixels: Pixels
    own: Board
    with_attention: PredictionChange
    backbone: PredictionChange
    readings: tuple[LastLevelAttention, ...]


def run_occluded(
    classifier: Classifier, whole: Pixels, hidden: Pixels, cells: Iterable[Cell], top: int = 5
) -> OcclusionResult:
    """Run the network and its backbone only on both images [S, S, 3]."""
    own = np.ones(board_of(whole), dtype=np.bool_)
    for cell in cells:
        own[cell] = False
    both = np.stack([whole, hidden])
    logits, attention = classifier.logits_and_attention(both)
    backbone = classifier.logits(both, classifier.intervention("off"))
    return OcclusionResult(
        hidden,
        own,
        _change(classifier, logits, top),
        _change(classifier, backbone, top),
        tuple(_readings({p: rows[1] for p, rows in attention.items()}, own)),
    )


def _change(classifier: Classifier, logits: Tensor, top: int) -> PredictionChange:
    before = classifier.rank(logits[0], top).top
    kept = classifier.predicted(logits[1], before[0].output)
    return PredictionChange(before, kept, classifier.rank(logits[1], top).top)


def _readings(attention: Mapping[HookPoint, Tensor], own: Board) -> Iterable[LastLevelAttention]:
    mine = own.ravel()
    for point in last_levels(attention):
        rows = attention[point]
        if rows.shape[-1] != mine.size:  # one merged token is not one cell
            continue
        weights = rows[:, 0, 0].mean(0).numpy()
        mass = weights[:, mine].sum(1)
        parts = [float(mass[of].mean()) if of.any() else None for of in (mine, ~mine)]
        yield LastLevelAttention(point.stage, point.block, weights, *parts)
