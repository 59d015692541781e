"""Soft targets of each stored image: smoothed labels, and a teacher's predictions (distillation).

They are computed once, before a run.
"""

import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from transcnn.checkpoints import create_model
from transcnn.devices import on_cpu
from transcnn.errors import FolderError
from transcnn.files import replacing
from transcnn.labels import find_class
from transcnn.model.hooks import Hooks
from transcnn.model.network import TransCNN, fold_batch_norms, normalise
from transcnn.trace.interventions import Off
from transcnn.training.data import OnDecoded, TrainingSource
from transcnn.training.recipe import Labels

BATCH = 32
TEMPERATURE = 2.0  # of the teacher; at 1 it is nearly certain of most images

SoftTargets = NDArray[np.float32]


def soft_targets(
    source: TrainingSource,
    classes: Sequence[int],
    labels: Labels,
    cache: Path,
    progress: OnDecoded,
    device: torch.device | str = "cpu",
) -> SoftTargets:
    """The target probabilities [n, classes] of `classes` (indices of the 1000) for each image.

    A teacher's predictions, computed on `device`, are kept in `cache`. Raises FolderError
    where a folder names no class.
    """
    outputs = class_outputs(source, classes)
    targets = smoothed_labels(outputs, len(classes), labels.smoothing)
    if labels.teacher is None:
        return targets
    files = "\n".join(map(str, source.files))
    asked = f"{labels.teacher}-{labels.teacher_px}" if labels.teacher_px else labels.teacher
    kept = cache / f"{source.folder.name}-{zlib.crc32(files.encode()):08x}-{asked}.npy"
    if not kept.is_file():
        teacher = fold_batch_norms(create_model(labels.teacher, "shipped")).to(device)
        found = teacher_targets(teacher, source, classes, labels.teacher_px, progress)
        with replacing(kept) as part:
            np.save(part, found)
    soft = np.float32(np.load(kept))
    return (1 - labels.teacher_weight) * targets + labels.teacher_weight * soft


def class_outputs(source: TrainingSource, classes: Sequence[int]) -> NDArray[np.int64]:
    """The position in `classes` (indices of the 1000) of each image's true label [n].

    Raises FolderError where a folder names none of them.
    """
    outputs = {index: output for output, index in enumerate(classes)}
    found = []
    for file in source.files:
        folder = file.relative_to(source.folder).parts[0]
        name = find_class(folder)
        if name is None or name.index not in outputs:
            reason = f"the sub-folder {folder!r} names none of the network's classes"
            raise FolderError(folder=source.folder, reason=reason)
        found.append(outputs[name.index])
    return np.array(found)


def smoothed_labels(outputs: NDArray[np.int64], classes: int, smoothing: float) -> SoftTargets:
    """Label smoothing: 1 - `smoothing` for the image's class, the rest uniform over all."""
    targets = np.full((len(outputs), classes), smoothing / classes, np.float32)
    targets[np.arange(len(targets)), outputs] += 1 - smoothing
    return targets


def teacher_targets(
    teacher: TransCNN,
    source: TrainingSource,
    classes: Sequence[int],
    least_px: int,
    progress: OnDecoded,
) -> SoftTargets:
    """The probabilities [n, classes] that the teacher's backbone gives, among `classes` only.

    It sees each stored image, whole, and its mirror image, smaller ones enlarged to `least_px`;
    `teacher` is in eval mode and has the 1000 classes.
    """
    logits = []
    for start in range(0, len(source.pixels), BATCH):
        pixels = np.array(source.pixels[start : start + BATCH])
        logits.append(_teacher_logits(teacher, pixels, least_px)[:, list(classes)])
        progress(source.folder, start + len(pixels), len(source.pixels))
    return (torch.cat(logits) / TEMPERATURE).softmax(1).numpy()


def _teacher_logits(teacher: TransCNN, pixels: NDArray[np.uint8], least_px: int) -> torch.Tensor:
    """Logits [B, 1000] of the teacher's backbone, means over images [B, S, S, 3] and mirrored."""
    off = Hooks(record=False, intervention=Off())
    with torch.inference_mode():
        x = normalise(pixels, teacher.config.input, next(teacher.parameters()).device)
        if x.shape[2] < least_px:
            x = F.interpolate(x, (least_px, least_px), mode="bicubic")
        logits: torch.Tensor = (teacher(x, off) + teacher(x.flip(3), off)) / 2
    return on_cpu(logits)
