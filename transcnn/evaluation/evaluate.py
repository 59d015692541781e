"""One pass over labelled pictures, under a switch of attention and a change of the pictures."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from transcnn.classifier import Classifier
from transcnn.errors import FolderError
from transcnn.evaluation.folder import Labelled
from transcnn.evaluation.run import Progress, Run, prepare_run
from transcnn.labels import ClassName
from transcnn.model.interventions import EVERYWHERE, Where, check_intervention
from transcnn.pictures.changes import UNCHANGED, Change
from transcnn.pictures.prepare import Resize


@dataclass(frozen=True)
class ClassScore:
    """How one class fared: pictures, and how many had it first or among the first five."""

    label: ClassName
    count: int
    top1: int
    top5: int


@dataclass(frozen=True)
class Evaluation:
    """The result of a pass, in shares of the `count` readable pictures.

    `top1` and `top5` are among all classes of the network, `top1_among` among those classes only
    that the folder has.
    """

    model: str
    attention: str
    where: Where
    change: Change
    count: int
    top1: float
    top5: float
    top1_among: float
    per_class: tuple[ClassScore, ...]
    unreadable: tuple[tuple[Path, str], ...]  # file, and the sentence why


def evaluate(
    classifier: Classifier,
    pictures: Sequence[Labelled],
    resize: Resize = "crop",
    attention: str = "on",
    change: Change = UNCHANGED,
    progress: Progress = lambda *_: None,
    where: Where = EVERYWHERE,
) -> Evaluation:
    """Accuracy of the network on `pictures`, in their order.

    `attention` is one of the switches and acts on `where`; "swapped" gives each picture the
    attention matrices of the next one (after the last comes the first). Unreadable files are left
    out of the run and listed. Raises ChoiceError for an unknown switch or part, and FolderError if
    too few can be read.
    """
    check_intervention(attention, where)  # what does not exist is said before the work begins
    where.check(classifier.config)
    run = prepare_run(pictures, classifier.config.input.size, resize, progress)
    check_enough(run, attention, change, pictures[0].folder)
    right = classifier.places_of([pictures[i].label.index for i in run.places])
    present = torch.tensor(sorted(set(right)))
    ranks: list[int] = []
    among = 0
    for logits in run.passes(classifier, attention, change, where):
        wanted = torch.tensor(right[len(ranks) : len(ranks) + len(logits)])
        among += int((present[logits[:, present].argmax(1)] == wanted).sum())
        ranks += [_rank(row, int(label)) for row, label in zip(logits, wanted, strict=True)]
        progress("measuring", len(ranks), len(run))

    labels = [pictures[i].label for i in run.places]
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
            ClassScore(label, counts[label], first[label], five[label])
            for label in sorted(counts, key=lambda label: label.index)
        ),
        unreadable=run.unreadable,
    )


def check_enough(run: Run, attention: str, change: Change, folder: Path) -> None:
    """Raises FolderError if the run has no second picture to take cells or attention from."""
    if len(run) < 2 and (change.kind == "cutmix" or attention == "swapped"):
        what = "cutmix" if change.kind == "cutmix" else "swapped"
        raise FolderError(folder=folder, reason=f"{what} needs two readable pictures or more")


def _rank(logits: Tensor, label: int) -> int:
    """How many classes come before the right one; of equal logits the smaller index is first."""
    order = torch.argsort(logits, descending=True, stable=True)
    return int((order == label).nonzero()[0])
