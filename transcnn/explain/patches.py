"""Masking patches of an image and running the network again.

Patches are 16 pixels wide: 14 x 14 of them on 224 pixels, 8 x 8 on 128. That is the size of a token
of the third stage: large enough that masking one removes something, small enough to follow an
object. Scores are computed for both fills, because each has a fault: `gray` has edges that no photo
has, `blur` leaves colour and rough shape.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from transcnn.explain.attribution import Values
from transcnn.explain.fill import FILLS, Fill, filling
from transcnn.explain.method import OnProgress, quiet
from transcnn.explain.subject import Subject
from transcnn.pictures.changes import Pixels

PATCH_PX = 16
BATCH = 16

Order = NDArray[np.intp]
"""Patches by number (row by row), the one with the highest value first."""
Masks = NDArray[np.bool_]
"""[N, patches], True where a patch is masked."""


def patches_along(size_px: int) -> int:
    """How many patches fit along a side of `size_px` pixels."""
    return max(1, size_px // PATCH_PX)


class PatchMasker:
    """The image of `subject` with patches masked, and the explained logit of each masked image.

    Caches every logit, because methods and baselines often need the same masks: the random orders
    of a seed are the same for all, and so are both ends of every curve. Not thread-safe. `on_batch`
    is called before each run of the network; what it raises ends the work.
    """

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        size = len(subject.pixels)
        self.side = patches_along(size)
        self.count = self.side**2
        along = np.arange(size) * self.side // size
        self._patch = along[:, None] * self.side + along  # [S, S], the patch of each pixel
        self._fills = {fill: filling(subject.pixels, fill) for fill in FILLS}
        self._known: dict[tuple[Fill, bytes], float] = {}
        self.on_batch: Callable[[], None] = lambda: None

    def logits(self, masks: Masks, fill: Fill, on_progress: OnProgress = quiet) -> Values:
        """The explained logit [N] of the image under each of `masks` [N, patches]."""
        keys = [(fill, np.packbits(row).tobytes()) for row in masks]
        new = {key: row for key, row in zip(keys, masks, strict=True) if key not in self._known}
        missing = list(new)
        for start in range(0, len(missing), BATCH):
            self.on_batch()
            on_progress(start / len(missing))
            some = missing[start : start + BATCH]
            images = np.stack([self.image(new[key], fill) for key in some])
            self._known.update(zip(some, self.subject.values(images).tolist(), strict=True))
        on_progress(1.0)
        return np.array([self._known[key] for key in keys])

    def image(self, mask: NDArray[np.bool_], fill: Fill) -> Pixels:
        """The image [S, S, 3] with the patches that are True in `mask` [patches] filled."""
        return np.where(mask[self._patch][..., None], self._fills[fill], self.subject.pixels)


def ranks(values: Values) -> NDArray[np.int64]:
    """A whole number for each of `values` [patches], equal where they differ by rounding only."""
    span = float(np.ptp(values))
    if span == 0:
        return np.zeros(len(values), dtype=np.int64)
    return np.rint((values - values.min()) / span * 1e9).astype(np.int64)


def tied_share(values: Values) -> float:
    """The fraction of patches whose value another patch has too."""
    _, group, sizes = np.unique(ranks(values), return_inverse=True, return_counts=True)
    return float((sizes[group] > 1).mean())


def order_of(values: Values, random: np.random.Generator) -> Order:
    """The patches of a map [patches], highest value first; ties are broken at random."""
    return np.lexsort((random.permutation(len(values)), -ranks(values)))
