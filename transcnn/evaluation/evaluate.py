"""Accuracy on labelled images, under an intervention and a change of the images."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from transcnn.classifier import Classifier
from transcnn.errors import ChoiceError, FolderError
from transcnn.evaluation.folder import Labelled
from transcnn.evaluation.prepared import OnProgress, PreparedPictures, prepare_pictures
from transcnn.labels import ClassName
from transcnn.model.interventions import EVERYWHERE, Where, check_intervention
from transcnn.pictures.changes import UNCHANGED, Change
from transcnn.pictures.prepare import SQUARE, Resize


@dataclass(frozen=True)
class ClassAccuracy:
    """One class: its images, and how many are correct by top-1 and by top-5."""

    label: ClassName
    count: int
    top1: int
    top5: int


@dataclass(frozen=True)
class Evaluation:
    """Accuracies as fractions of the `count` readable images.

    `top1` and `top5` are among all classes of the network, `top1_among` only among the classes of
    the folder.
    """

    model: str
    attention: str
    where: Where
    change: Change
    count: int
    top1: float
    top5: float
    top1_among: float
    per_class: tuple[ClassAccuracy, ...]
    unreadable: tuple[tuple[Path, str], ...]  # file, reason


def evaluate(
    classifier: Classifier,
    pictures: Sequence[Labelled],
    resize: Resize = "crop",
    attention: str = "on",
    change: Change = UNCHANGED,
    progress: OnProgress = lambda *_: None,
    where: Where = EVERYWHERE,
    size: int | None = None,
) -> Evaluation:
    """Accuracy of the network on `pictures`, in their order.

    `attention` is an intervention on `where`; "swapped" gives each image the attention matrices of
    the next one (after the last comes the first). `size` is that of `Classifier.input_size`.
    Unreadable files are left out and listed. Raises ChoiceError for an unknown intervention or
    part, and for images of several shapes that are to be mixed, FolderError if too few can be read.
    """
    check_intervention(attention, where)  # before any work
    where.check(classifier.config)
    if resize == "whole" and (attention == "swapped" or change.kind == "cutmix"):
        allowed = f"{', '.join(SQUARE)} where images are mixed (cutmix, swapped)"
        raise ChoiceError(field="resize", value=resize, allowed=allowed)
    run = prepare_pictures(pictures, classifier.input_size(size), resize, progress)
    check_enough(run, attention, change, pictures[0].folder)
    right = classifier.outputs_of([pictures[i].label.index for i in run.indices])
    present = torch.tensor(sorted(set(right)))
    ranks: list[int] = []
    among = 0
    for logits in run.passes(classifier, attention, change, where):
        wanted = torch.tensor(right[len(ranks) : len(ranks) + len(logits)])
        among += int((present[logits[:, present].argmax(1)] == wanted).sum())
        ranks += [_rank(row, int(label)) for row, label in zip(logits, wanted, strict=True)]
        progress("measuring", len(ranks), len(run))

    labels = [pictures[i].label for i in run.indices]
    counts = Counter(labels)
    first = Counter(p for p, rank in zip(labels, ranks, strict=True) if rank < 1)
    five = Counter(p for p, rank in zip(labels, ranks, strict=True) if rank < 5)
    return Evaluation(
        model=classifier.config.name,
        attention=attention,
        where=where,
        change=change,
        count=len(run),
        top1=first.total() / len(run),
        top5=five.total() / len(run),
        top1_among=among / len(run),
        per_class=tuple(
            ClassAccuracy(label, counts[label], first[label], five[label])
            for label in sorted(counts, key=lambda label: label.index)
        ),
        unreadable=run.unreadable,
    )


def check_enough(run: PreparedPictures, attention: str, change: Change, folder: Path) -> None:
    """Raises FolderError if there is no second image to take patches or attention from."""
    if len(run) < 2 and (change.kind == "cutmix" or attention == "swapped"):
        what = "cutmix" if change.kind == "cutmix" else "swapped"
        raise FolderError(folder=folder, reason=f"{what} needs two readable images or more")


def _rank(logits: Tensor, label: int) -> int:
    """The rank of the true label, from 0; of equal logits the smaller index is first."""
    order = torch.argsort(logits, descending=True, stable=True)
    return int((order == label).nonzero()[0])
