"""The pictures of a run, prepared once, and passes of the network over them."""

import math
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from torch import Tensor

from transcnn.classifier import Classifier
from transcnn.errors import FolderError, PictureError
from transcnn.evaluation.folder import Found
from transcnn.model.interventions import Where
from transcnn.pictures import decode, prepare
from transcnn.pictures.changes import Change, Pixels, apply_change
from transcnn.pictures.prepare import Resize

BATCH = 16

Progress = Callable[[str, int, int], None]
"""Called with what is being done ("reading", "measuring"), how many are done, and of how many."""


@dataclass(frozen=True)
class Run:
    """The readable pictures of a run in their order, as pixels [N, S, S, 3]."""

    places: tuple[int, ...]  # which of the pictures asked for they are
    names: tuple[str, ...]
    pixels: Pixels
    unreadable: tuple[tuple[Path, str], ...]  # file, and the sentence why

    def __len__(self) -> int:
        return len(self.names)

    def changed(self, i: int, change: Change) -> Pixels:
        """Picture i [S, S, 3] under `change`."""
        pixels = self.pixels
        return apply_change(pixels[i], change, self.names[i], i, len(self), pixels.__getitem__)

    def batch(self, indices: Sequence[int], change: Change) -> Pixels:
        return np.stack([self.changed(i % len(self), change) for i in indices])

    def passes(
        self, classifier: Classifier, attention: str, change: Change, where: Where
    ) -> Iterator[Tensor]:
        """Logits [B, classes] batch by batch, in the order of the run.

        "swapped" gives each picture the attention matrices of the next one, after the last the
        first. Raises ChoiceError for a switch that does not exist or does not fit.
        """
        for start in range(0, len(self), BATCH):
            indices = range(start, min(start + BATCH, len(self)))
            others = None
            if attention == "swapped":
                others = classifier.attention(self.batch([i + 1 for i in indices], change))
            intervention = classifier.intervention(attention, others, where)
            yield classifier.logits(self.batch(indices, change), intervention)


def prepare_run(
    pictures: Sequence[Found], size: int, resize: Resize = "crop", progress: Progress | None = None
) -> Run:
    """Prepare all readable pictures, into one file on disk, since any may lend another a cell.

    Raises FolderError if none can be read, or the disk has no room.
    """
    shape = (len(pictures), size, size, 3)
    with tempfile.TemporaryFile() as scratch:  # the mapping keeps the file until nobody needs it
        _reserve(scratch.fileno(), math.prod(shape))
        pixels = np.memmap(scratch, dtype=np.uint8, mode="w+", shape=shape)
    places: list[int] = []
    unreadable = []
    for i, picture in enumerate(pictures):
        try:
            pixels[len(places)], _ = prepare(decode(picture.path.read_bytes()), size, resize)
            places.append(i)
        except PictureError as error:
            unreadable.append((picture.path, str(error)))
        except OSError as error:
            unreadable.append((picture.path, f"{error.strerror}."))
        if progress is not None:
            progress("reading", i + 1, len(pictures))
    if not places:
        raise FolderError(folder=pictures[0].folder, reason="no file can be read")
    names = tuple(pictures[i].name for i in places)
    return Run(tuple(places), names, pixels[: len(places)], tuple(unreadable))


def _reserve(file: int, size: int) -> None:
    """Make room for a mapping: on a full disk, writing through it would kill the process."""
    if not hasattr(os, "posix_fallocate"):
        return
    try:
        os.posix_fallocate(file, 0, size)
    except OSError as error:
        reason = f"there is no room for {math.ceil(size / 1e6)} MB of prepared pictures"
        raise FolderError(folder=tempfile.gettempdir(), reason=reason) from error
