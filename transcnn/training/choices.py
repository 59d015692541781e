"""Which design choices matter: one small network, one thing changed at a time.

Every network is trained from scratch with the same recipe and number of steps, with several seeds;
compared is top-1 accuracy on held-out images. A seed changes the initial weights, the order of the
images and their crops.
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
from transcnn.evaluation.ablation import Condition, ablate
from transcnn.evaluation.prepared import PreparedPictures
from transcnn.files import write_file
from transcnn.model.network import TransCNN, build
from transcnn.training.batches import Batches
from transcnn.training.data import TrainingSource
from transcnn.training.initialisation import (
    Init,
    init_attention_alone,
    init_bottlenecks_as_identity,
    init_default,
)
from transcnn.training.labels import SoftTargets
from transcnn.training.loop import train
from transcnn.training.network import Student, TrainingHooks
from transcnn.training.recipe import Recipe
from transcnn.training.schedule import Length

MODEL = "transcnn_nano"
SMALL: Mapping[str, Any] = dict(
    widths=(16, 32, 64, 96),
    depths=(1, 1, 1, 1),
    head_width=8,
    input_size=64,
)
REFERENCE = "reference"
DEFAULT_INIT = "default initialisation"


@dataclass(frozen=True)
class DesignChoice:
    """What differs from the reference network: arguments of `build`, or the initialisation.
    `beside` is the choice from which one thing is changed."""

    changes: Mapping[str, Any] = field(default_factory=dict)
    init: Init = init_attention_alone
    beside: str = REFERENCE


CHOICES: Mapping[str, DesignChoice] = {
    REFERENCE: DesignChoice(),
    "no H-MHSA": DesignChoice({"attends": False}),
    "one level": DesignChoice({"merges": ((), (), (), ())}),
    "strided convolution, no TDB": DesignChoice({"two_branch": False}),
    "GELU": DesignChoice({"activation": "gelu"}),
    "average pooling alone": DesignChoice({"merging": "average"}),
    "max pooling alone": DesignChoice({"merging": "max"}),
    "Q, K, V for each level": DesignChoice({"qkv_per_level": True}),
    "bilinear upsampling": DesignChoice({"upsampling": "bilinear"}),
    "default initialisation of attention": DesignChoice(init=init_bottlenecks_as_identity),
    DEFAULT_INIT: DesignChoice(init=init_default),
    f"{DEFAULT_INIT}, no H-MHSA": DesignChoice(
        {"attends": False}, init_default, beside=DEFAULT_INIT
    ),
}


_FORMER_NAMES = {
    REFERENCE: "as in the paper",
    "average pooling alone": "average alone merges",
    "max pooling alone": "maximum alone merges",
    "default initialisation of attention": "usual first weights of attention",
    DEFAULT_INIT: "usual first weights",
    f"{DEFAULT_INIT}, no H-MHSA": "usual first weights, no H-MHSA",
}
"""Names of choices in an earlier version, whose results are still found."""


@dataclass(frozen=True)
class ChoiceResult:
    """A choice and its top-1 accuracy with each seed."""

    choice: str
    top1: tuple[float, ...]
    parameters: int
    kept_mb: float  # stored for the backward pass, for one image

    @property
    def mean(self) -> float:
        return mean(self.top1)


def small(choice: str) -> TransCNN:
    """The small network with one of `CHOICES`."""
    return build(MODEL, **SMALL, **CHOICES[choice].changes)


def run_choices(
    recipe: Recipe,
    source: TrainingSource,
    targets: SoftTargets,
    held_out: tuple[PreparedPictures, Sequence[int]],
    out: Path,
    seeds: int,
    progress: Callable[[str, int, float], None],
    device: torch.device = torch.device("cpu"),  # noqa: B008 (never changed)
) -> Iterator[list[ChoiceResult]]:
    """Train and evaluate what is not in `out` yet; yields the results so far after each seed.

    `targets` are the soft targets of the source's images; `held_out` are the images to evaluate on
    with the outputs of their classes. `progress` is called with a choice, its seed, and the
    fraction of its training that is done.
    """
    outcomes: dict[str, list[float]] = {choice: [] for choice in CHOICES}
    for seed in range(seeds):
        for choice, found in outcomes.items():
            folder = _folder(out, choice, seed)
            result = folder / "result.json"
            if not result.is_file():
                seeded = replace(recipe, seed=seed)
                _train(choice, seeded, source, targets, folder, progress, device)
                top1 = _measure(choice, folder / "weights.safetensors", *held_out, device)
                write_file(result, json.dumps({"choice": choice, "seed": seed, "top1": top1}))
            found.append(json.loads(result.read_text(encoding="utf-8"))["top1"])
        yield [_outcome(choice, found) for choice, found in outcomes.items()]


def _folder(out: Path, choice: str, seed: int) -> Path:
    """Where the results of a choice and a seed are, or will be."""
    names = (choice, _FORMER_NAMES.get(choice, choice))
    new, former = (out / f"{re.sub(r'[^a-z]+', '-', name.lower())}-{seed}" for name in names)
    return former if former.is_dir() else new


def _train(
    choice: str,
    recipe: Recipe,
    source: TrainingSource,
    targets: SoftTargets,
    folder: Path,
    progress: Callable[[str, int, float], None],
    device: torch.device,
) -> None:
    model = small(choice)
    CHOICES[choice].init(model, torch.Generator().manual_seed(recipe.seed))
    batches = Batches([source], recipe, model.config.input.size, targets=[targets])
    length = Length(recipe.steps)
    resume = (folder / "checkpoint.pt").is_file()
    events = train(recipe, model, batches, folder, length=length, resume=resume, device=device)
    for event in events:
        progress(choice, recipe.seed, event.step / recipe.steps)


def _measure(
    choice: str,
    weights: Path,
    run: PreparedPictures,
    labels: Sequence[int],
    device: torch.device,
) -> float:
    model = create_model(MODEL, weights, **SMALL, **CHOICES[choice].changes)
    classifier = Classifier.around(model, "", device)
    return ablate(classifier, run, labels, [Condition()]).share(Condition()).value


def _outcome(choice: str, top1: Sequence[float]) -> ChoiceResult:
    model = small(choice)
    parameters = sum(value.numel() for value in model.parameters())
    return ChoiceResult(choice, tuple(top1), parameters, kept_mb(model))


def kept_mb(model: TransCNN, batch: int = 8) -> float:
    """What a training step stores for its backward pass, in MB for one image of the network's
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


def verdict(outcome: ChoiceResult, other: ChoiceResult) -> str:
    """Better or worse than the other, or within seed variance (the results of the seeds overlap, or
    there is only one seed)."""
    if outcome is other:
        return ""
    if len(other.top1) == 1:
        return "within seed variance"
    if min(outcome.top1) > max(other.top1):
        return "better"
    if max(outcome.top1) < min(other.top1):
        return "worse"
    return "within seed variance"


def table(outcomes: Sequence[ChoiceResult]) -> list[str]:
    """A Markdown table: mean, lowest and highest result over the seeds, and the difference from the
    choice beside which one thing was changed."""
    found = {outcome.choice: outcome for outcome in outcomes}
    lines = [
        "| | top-1 | lowest to highest | difference (pp) | verdict | parameters | MB per image |",
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
