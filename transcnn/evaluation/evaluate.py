"""One pass over labelled pictures, under a switch of attention and a change of the pictures."""

import math
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from transcnn.classifier import Classifier
from transcnn.errors import FolderError, PictureError
from transcnn.evaluation.changes import Change, Pixels, apply_change
from transcnn.evaluation.folder import Labelled
from transcnn.labels import ClassName
from transcnn.pictures import decode, prepare
from transcnn.pictures.prepare import Resize
from transcnn.trace import make_switch

BATCH = 16


@dataclass(frozen=True)
class ClassScore:
    """How one class fared: pictures, and how many had it first or among the first five."""

    label: ClassName
    count: int
    top1: int
    top5: int


@dataclass(frozen=True)
class Evaluation:
    """The result of a pass; `top1` and `top5` are shares of the `count` readable pictures."""

    model: str
    attention: str
    change: Change
    count: int
    top1: float
    top5: float
    per_class: tuple[ClassScore, ...]
    unreadable: tuple[tuple[Path, str], ...]  # file, and the sentence why


Progress = Callable[[str, int, int], None]
"""Called with what is being done ("reading" or "measuring"), how many are done, and of how many."""


def evaluate(
    classifier: Classifier,
    pictures: Sequence[Labelled],
    resize: Resize = "crop",
    attention: str = "on",
    change: Change = Change(),  # noqa: B008 (frozen)
    progress: Progress = lambda *_: None,
) -> Evaluation:
    """Accuracy over all classes of the network on `pictures`, in their order.

    `attention` is one of the switches; "swapped" gives each picture the attention matrices of the
    next one (after the last comes the first). Unreadable files are left out of the run and
    listed. Raises ChoiceError for an unknown switch and FolderError if too few can be read.
    """
    make_switch(attention, {})  # an unknown name is said before the work begins
    size = classifier.config.input.size
    run, pixels, unreadable = _prepare_all(pictures, size, resize, progress)
    folder = pictures[0].folder
    if not run:
        raise FolderError(folder=folder, reason="no file can be read")
    if len(run) < 2 and (change.kind == "cutmix" or attention == "swapped"):
        what = "cutmix" if change.kind == "cutmix" else "swapped"
        raise FolderError(folder=folder, reason=f"{what} needs two readable pictures or more")

    def changed(i: int) -> Pixels:
        return apply_change(pixels[i], change, run[i].name, i, len(run), pixels.__getitem__)

    ranks: list[int] = []
    for logits in _batches(classifier, len(run), changed, attention):
        labels = [picture.label for picture in run[len(ranks) : len(ranks) + len(logits)]]
        ranks += [_rank(row, label) for row, label in zip(logits, labels, strict=True)]
        progress("measuring", len(ranks), len(run))
    return _score(classifier, attention, change, run, ranks, unreadable)


def _prepare_all(
    pictures: Sequence[Labelled], size: int, resize: Resize, progress: Progress
) -> tuple[list[Labelled], Pixels, list[tuple[Path, str]]]:
    """All readable pictures as pixels in one file on disk, since any may lend another a cell."""
    shape = (len(pictures), size, size, 3)
    with tempfile.TemporaryFile() as scratch:  # the mapping keeps the file until nobody needs it
        _reserve(scratch.fileno(), math.prod(shape))
        pixels = np.memmap(scratch, dtype=np.uint8, mode="w+", shape=shape)
    run: list[Labelled] = []
    unreadable = []
    for i, picture in enumerate(pictures):
        try:
            pixels[len(run)], _ = prepare(decode(picture.path.read_bytes()), size, resize)
            run.append(picture)
        except PictureError as error:
            unreadable.append((picture.path, str(error)))
        except OSError as error:
            unreadable.append((picture.path, f"{error.strerror}."))
        progress("reading", i + 1, len(pictures))
    return run, pixels, unreadable


def _reserve(file: int, size: int) -> None:
    """Make room for a mapping: on a full disk, writing through it would kill the process."""
    if not hasattr(os, "posix_fallocate"):
        return
    try:
        os.posix_fallocate(file, 0, size)
    except OSError as error:
        reason = f"there is no room for {math.ceil(size / 1e6)} MB of prepared pictures"
        raise FolderError(folder=tempfile.gettempdir(), reason=reason) from error


def _batches(
    classifier: Classifier, count: int, changed: Callable[[int], Pixels], attention: str
) -> Iterator[Tensor]:
    """Logits [B, classes], batch by batch in the order of the run."""
    for start in range(0, count, BATCH):
        indices = range(start, min(start + BATCH, count))
        batch = np.stack([changed(i) for i in indices])
        others = None
        if attention == "swapped":
            others = classifier.attention(np.stack([changed((i + 1) % count) for i in indices]))
        yield classifier.logits(batch, make_switch(attention, others))


def _rank(logits: Tensor, label: ClassName) -> int:
    """How many classes come before the right one; of equal logits the smaller index is first."""
    order = torch.argsort(logits, descending=True, stable=True)
    return int((order == label.index).nonzero()[0])


def _score(
    classifier: Classifier,
    attention: str,
    change: Change,
    run: Sequence[Labelled],
    ranks: Sequence[int],
    unreadable: Sequence[tuple[Path, str]],
) -> Evaluation:
    counts = Counter(picture.label for picture in run)
    first = Counter(p.label for p, rank in zip(run, ranks, strict=True) if rank < 1)
    five = Counter(p.label for p, rank in zip(run, ranks, strict=True) if rank < 5)
    return Evaluation(
        model=classifier.config.name,
        attention=attention,
        change=change,
        count=len(run),
        top1=first.total() / len(run),
        top5=five.total() / len(run),
        per_class=tuple(
            ClassScore(label, counts[label], first[label], five[label])
            for label in sorted(counts, key=lambda label: label.index)
        ),
        unreadable=tuple(unreadable),
    )
