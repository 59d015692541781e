"""An evaluation set prepared once, and passes of the network over it."""

import errno
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
from transcnn.evaluation.folder import PictureFile
from transcnn.model.interventions import Where
from transcnn.pictures import prepare, read_picture
from transcnn.pictures.changes import Change, Pixels, apply_change
from transcnn.pictures.prepare import Resize, most_pixels

BATCH = 16

OnProgress = Callable[[str, int, int], None]
"""Called with what is being done ("reading", "measuring"), how many are done, and of how many."""


@dataclass(frozen=True)
class PreparedPictures:
    """The readable images of an evaluation set in its order, each as pixels [rows, columns, 3]."""

    indices: tuple[int, ...]  # of the readable images among those given
    names: tuple[str, ...]
    pixels: Sequence[Pixels]
    unreadable: tuple[tuple[Path, str], ...]  # file, and the sentence why

    def __len__(self) -> int:
        return len(self.names)

    def changed(self, i: int, change: Change) -> Pixels:
        """Image i [rows, columns, 3] under `change`."""
        pixels = self.pixels
        return apply_change(pixels[i], change, self.names[i], i, len(self), pixels.__getitem__)

    def batch(self, indices: Sequence[int], change: Change) -> Pixels:
        return np.stack([self.changed(i % len(self), change) for i in indices])

    def _batches(self) -> Iterator[range]:
        """Images beside each other that have the same shape, `BATCH` or fewer."""
        start = 0
        for stop in range(1, len(self) + 1):
            if (
                stop == len(self)
                or stop - start == BATCH
                or self.pixels[stop].shape != self.pixels[start].shape
            ):
                yield range(start, stop)
                start = stop

    def passes(
        self, classifier: Classifier, attention: str, change: Change, where: Where
    ) -> Iterator[Tensor]:
        """Logits [B, classes] batch by batch, in order.

        "swapped" gives each image the attention matrices of the next one (after the last comes the
        first). Raises ChoiceError for an intervention that does not exist or cannot act there.
        """
        for indices in self._batches():
            others = None
            if attention == "swapped":
                others = classifier.attention(self.batch([i + 1 for i in indices], change))
            intervention = classifier.intervention(attention, others, where)
            yield classifier.logits(self.batch(indices, change), intervention)


def prepare_pictures(
    pictures: Sequence[PictureFile],
    size: int,
    resize: Resize = "crop",
    progress: OnProgress | None = None,
) -> PreparedPictures:
    """Prepare all readable images in one file on disk: any of them may provide patches for others.

    Under `whole` each image has its own shape. Raises FolderError if none can be read, or the disk
    is full.
    """
    most = 3 * most_pixels(size, resize)
    with tempfile.TemporaryFile() as scratch:  # the mapping keeps the file open
        _reserve(scratch.fileno(), len(pictures) * most)
        room = np.memmap(scratch, dtype=np.uint8, mode="w+", shape=(len(pictures), most))
    pixels: list[Pixels] = []
    indices: list[int] = []
    unreadable = []
    for i, picture in enumerate(pictures):
        try:
            seen, _ = prepare(read_picture(picture.path), size, resize)
            kept = room[len(indices), : seen.size].reshape(seen.shape)
            kept[:] = seen
            pixels.append(kept)
            indices.append(i)
        except PictureError as error:
            unreadable.append((picture.path, str(error)))
        except OSError as error:
            unreadable.append((picture.path, f"{error.strerror}."))
        if progress is not None:
            progress("reading", i + 1, len(pictures))
    if not indices:
        raise FolderError(folder=pictures[0].folder, reason="no file can be read")
    names = tuple(pictures[i].name for i in indices)
    return PreparedPictures(tuple(indices), names, pixels, tuple(unreadable))


def _reserve(file: int, size: int) -> None:
    """Allocate the file of a mapping: writing to it on a full disk would kill the process."""
    if not hasattr(os, "posix_fallocate"):
        return
    try:
        os.posix_fallocate(file, 0, size)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            return  # a file system that cannot reserve
        reason = f"no disk space for {math.ceil(size / 1e6)} MB of prepared images"
        raise FolderError(folder=tempfile.gettempdir(), reason=reason) from error
