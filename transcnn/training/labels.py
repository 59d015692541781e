"""What labels tell of each stored picture, and what a teacher adds to it: once, before a run."""

import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from transcnn.checkpoints import create_model
from transcnn.errors import FolderError
from transcnn.labels import find_class
from transcnn.model.hooks import Hooks
from transcnn.model.network import TransCNN, fold_batch_norms, normalise
from transcnn.trace.interventions import Off
from transcnn.training.data import Progress, Source
from transcnn.training.recipe import Labels

BATCH = 32
TEMPERATURE = 2.0  # of the teacher: at 1 it is sure of nearly every picture, and says little more

Told = NDArray[np.float32]


def tell(
    source: Source, classes: Sequence[int], labels: Labels, cache: Path, progress: Progress
) -> Told:
    """How likely each of `classes` (indices of the 1000) is for each picture [n, classes].

    A teacher's answers are kept in `cache`. Raises FolderError where a folder names no class.
    """
    told = told_by_labels(source, classes, labels.smoothing)
    if labels.teacher is None:
        return told
    files = "\n".join(map(str, source.files))
    kept = cache / f"{source.folder.name}-{zlib.crc32(files.encode()):08x}-{labels.teacher}.npy"
    if not kept.is_file():
        teacher = fold_batch_norms(create_model(labels.teacher, "shipped"))
        np.save(kept, told_by_teacher(teacher, source, classes, progress))
    return (1 - labels.taught) * told + labels.taught * np.float32(np.load(kept))


def class_places(source: Source, classes: Sequence[int]) -> NDArray[np.int64]:
    """The place among `classes` (indices of the 1000) of each picture's folder [n].

    Raises FolderError where a folder names none of them.
    """
    places = {index: place for place, index in enumerate(classes)}
    found = []
    for file in source.files:
        folder = file.relative_to(source.folder).parts[0]
        name = find_class(folder)
        if name is None or name.index not in places:
            reason = f"the sub-folder {folder!r} names none of the network's classes"
            raise FolderError(folder=source.folder, reason=reason)
        found.append(places[name.index])
    return np.array(found)


def told_by_labels(source: Source, classes: Sequence[int], smoothing: float) -> Told:
    """1 - `smoothing` for the class that the picture's folder names, the rest even over all."""
    told = np.full((len(source.files), len(classes)), smoothing / len(classes), np.float32)
    told[np.arange(len(told)), class_places(source, classes)] += 1 - smoothing
    return told


def told_by_teacher(
    teacher: TransCNN, source: Source, classes: Sequence[int], progress: Progress
) -> Told:
    """How likely the teacher's bare body finds each of `classes` [n, classes], and no other.

    It sees each picture as it is stored, whole, and its mirror image; `teacher` is in eval mode
    and has the 1000 classes.
    """
    answers = []
    for start in range(0, len(source.pixels), BATCH):
        pixels = np.array(source.pixels[start : start + BATCH])
        answers.append(_asked(teacher, pixels)[:, list(classes)])
        progress(source.folder, start + len(pixels), len(source.pixels))
    return (torch.cat(answers) / TEMPERATURE).softmax(1).numpy()


def _asked(teacher: TransCNN, pixels: NDArray[np.uint8]) -> torch.Tensor:
    """Logits [B, 1000] of the teacher's body, means over pictures [B, S, S, 3] and mirrored."""
    off = Hooks(record=False, intervention=Off())
    with torch.inference_mode():
        x = normalise(pixels, teacher.config.input)
        logits: torch.Tensor = (teacher(x, off) + teacher(x.flip(3), off)) / 2
    return logits
