"""Which of the paper's choices matter: one small network, one thing changed at a time.

Every network is trained from nothing, by the same recipe and for as many steps, with several
seeds; what counts is how often it is then right on pictures that none has learned from. A seed
changes the first weights, the order of the pictures and how they are cut.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import mean
from typing import Any

import torch
from torch import Tensor

from transcnn.checkpoints import create_model
from transcnn.classifier import Classifier
from transcnn.evaluation.ablation import Case, ablate
from transcnn.evaluation.run import Run
from transcnn.model.network import TransCNN, build
from transcnn.training.batches import Batches
from transcnn.training.data import Source
from transcnn.training.labels import Told
from transcnn.training.loop import Length, train
from transcnn.training.network import (
    Student,
    TrainingHooks,
    start_anew,
    start_as_usual,
    start_bottlenecks_as_identity,
)
from transcnn.training.recipe import Recipe

MODEL = "transcnn_nano"
SMALL: Mapping[str, Any] = dict(
    widths=(16, 32, 64, 96),
    depths=(1, 1, 1, 1),
    head_width=8,
    input_size=64,
)
PAPER = "as in the paper"
USUAL = "usual first weights"


@dataclass(frozen=True)
class Choice:
    """What is other than in the paper's network: arguments of `build`, or what the weights begin
    as. `beside` is the choice from which one thing is changed."""

    changes: Mapping[str, Any] = field(default_factory=dict)
    start: Callable[[TransCNN, torch.Generator], None] = start_anew
    beside: str = PAPER


CHOICES: Mapping[str, Choice] = {
    PAPER: Choice(),
    "no H-MHSA": Choice({"attends": False}),
    "one level": Choice({"merges": ((), (), (), ())}),
    "strided convolution, no TDB": Choice({"two_branch": False}),
    "GELU": Choice({"activation": "gelu"}),
    "average alone merges": Choice({"merging": "average"}),
    "maximum alone merges": Choice({"merging": "max"}),
    "Q, K, V for each level": Choice({"qkv_per_level": True}),
    "bilinear upsampling": Choice({"upsampling": "bilinear"}),
    "usual first weights of attention": Choice(start=start_bottlenecks_as_identity),
    USUAL: Choice(start=start_as_usual),
    f"{USUAL}, no H-MHSA": Choice({"attends": False}, start_as_usual, beside=USUAL),
}


@dataclass(frozen=True)
class Outcome:
    """A choice, and the share of right answers with each seed."""

    choice: str
    top1: tuple[float, ...]
    parameters: int
    kept_mb: float  # for the backward pass, of one picture in training

    @property
    def mean(self) -> float:
        return mean(self.top1)


def small(choice: str) -> TransCNN:
    """The small network with one of `CHOICES`."""
    return build(MODEL, **SMALL, **CHOICES[choice].changes)


def settle(
    recipe: Recipe,
    source: Source,
    told: Told,
    held_out: tuple[Run, Sequence[int]],
    out: Path,
    seeds: int,
    progress: Callable[[str, int, float], None],
) -> Iterator[list[Outcome]]:
    """Train and measure what is not in `out` yet; after each seed, the outcomes so far.

    `told` is what labels tell of the source's pictures; `held_back` are the pictures to measure on
    with the places of their classes. `progress` is called with a choice, its seed, and the share of
    its training that is done.
    """
    outcomes: dict[str, list[float]] = {choice: [] for choice in CHOICES}
    for seed in range(seeds):
        for choice, found in outcomes.items():
            folder = out / f"{re.sub(r'[^a-z]+', '-', choice.lower())}-{seed}"
            result = folder / "result.json"
            if not result.is_file():
                _train(choice, replace(recipe, seed=seed), source, told, folder, progress)
                top1 = _measure(choice, folder / "weights.safetensors", *held_out)
                result.write_text(json.dumps({"choice": choice, "seed": seed, "top1": top1}))
            found.append(json.loads(result.read_text())["top1"])
        yield [_outcome(choice, found) for choice, found in outcomes.items()]


def _train(
    choice: str,
    recipe: Recipe,
    source: Source,
    told: Told,
    folder: Path,
    progress: Callable[[str, int, float], None],
) -> None:
    model = small(choice)
    CHOICES[choice].start(model, torch.Generator().manual_seed(recipe.seed))
    batches = Batches([source], recipe, model.config.input.size, told=[told])
    length = Length(recipe.steps)
    resume = (folder / "checkpoint.pt").is_file()
    for event in train(recipe, model, batches, folder, length=length, resume=resume):
        progress(choice, recipe.seed, event.step / recipe.steps)


def _measure(choice: str, weights: Path, run: Run, labels: Sequence[int]) -> float:
    model = create_model(MODEL, weights, **SMALL, **CHOICES[choice].changes)
    classifier = Classifier.around(model, "")
    return ablate(classifier, run, labels, [Case()]).share(Case()).value


def _outcome(choice: str, top1: Sequence[float]) -> Outcome:
    model = small(choice)
    parameters = sum(value.numel() for value in model.parameters())
    return Outcome(choice, tuple(top1), parameters, kept_mb(model))


def kept_mb(model: TransCNN, batch: int = 8) -> float:
    """What a training step keeps for its backward pass, in MB for one picture of the network's
    size: every stored tensor once, without the weights."""
    size = model.config.input.size
    weights = {value.untyped_storage().data_ptr() for value in model.parameters()}
    kept: dict[int, int] = {}

    def keep(value: Tensor) -> Tensor:
        storage = value.untyped_storage()
        if storage.data_ptr() not in weights:
            kept[storage.data_ptr()] = storage.nbytes()
        return value

    student = Student(model)
    weights |= {value.untyped_storage().data_ptr() for value in student.parameters()}
    x = torch.zeros(batch, 3, size, size)
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda value: value):
        student(x, TrainingHooks())
    return sum(kept.values()) / batch / 1e6


def verdict(outcome: Outcome, other: Outcome) -> str:
    """Better or worse than the other, or within the spread: the seeds' results overlap, or there
    is one seed alone."""
    if outcome is other:
        return ""
    if len(other.top1) == 1:
        return "within the spread"
    if min(outcome.top1) > max(other.top1):
        return "better"
    if max(outcome.top1) < min(other.top1):
        return "worse"
    return "within the spread"


def table(outcomes: Sequence[Outcome]) -> list[str]:
    """A Markdown table: mean, lowest and highest result over the seeds, difference and verdict
    beside the choice from which one thing was changed."""
    found = {outcome.choice: outcome for outcome in outcomes}
    lines = [
        "| | top-1 | lowest to highest | difference | verdict | parameters | MB a picture |",
        "|---|---:|---:|---:|---|---:|---:|",
    ]
    for o in outcomes:
        other = found[CHOICES[o.choice].beside]
        low, high = 100 * min(o.top1), 100 * max(o.top1)
        difference = "" if o is other else f"{100 * (o.mean - other.mean):+.1f}"
        lines.append(
            f"| {o.choice} | {100 * o.mean:.1f} | {low:.1f} to {high:.1f} | {difference} | "
            f"{verdict(o, other)} | {o.parameters:,} | {o.kept_mb:.2f} |"
        )
    return lines
