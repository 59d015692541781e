"""`train finetune`: a network for a person's own classes, from folders of images."""

import functools
import shlex
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from transcnn.cli import options
from transcnn.cli.interrupted import Interrupted
from transcnn.cli.processes import first_alone, of_first, processes
from transcnn.cli.train.log import Preparing, follow
from transcnn.errors import CheckpointError, ChoiceError
from transcnn.figures.table import to_csv
from transcnn.files import write_file
from transcnn.words.visible import visible

if TYPE_CHECKING:
    import torch

    from transcnn.analysis.intervals import Interval
    from transcnn.devices import Precision
    from transcnn.training.finetune.images import LeftOut, OwnImages
    from transcnn.training.finetune.run import FineTuning, Moment, Tuned

_WHAT = {"head": "the head", "attention": "the head and H-MHSA", "all": "the whole network"}
_LISTED_CLASSES = 10  # of a confusion matrix
_WORST = 3


@click.command(short_help="Train a network on your own classes, from a folder for each")
@click.option(
    "--data",
    required=True,
    type=options.FILE,
    metavar="DIR",
    help="A folder with a sub-folder for each class, or with train/ and val/ (or test/) that have.",
)
@options.model
@options.weights
@click.option(
    "--what",
    type=click.Choice(tuple(_WHAT)),
    default="attention",
    show_default=True,
    help="What learns: the head; then also H-MHSA; or then also everything else.",
)
@options.out_folder
@options.resume
@options.minutes("about 20 passes over the images")
@options.threads
@options.device
@options.training_precision
@options.as_json
def finetune(
    data: Path,
    model: str | None,
    weights: Path | None,
    what: str,
    out: Path,
    resume: bool,
    minutes: float | None,
    device: str,
    precision: "Precision | None",
    as_json: bool,
) -> int:
    """Train a network on your own classes: the sub-folders of DIR, which name them.

    There may be 2 to 1,000 classes with 5 images or more each. Without a split, a fifth of each is
    held out. First a new head is learned on the features of the network, then, at a small rate,
    what --what names; images are cropped and mirrored at random, and every class counts the same.
    The run ends early when it no longer becomes better on the held-out images. The best network is
    written to --out as weights.safetensors, which names its classes, with held_out.csv for
    `evaluate-run`. What cannot be used is left out and listed.
    """
    started = time.monotonic()
    options.check_minutes(minutes)

    from transcnn.checkpoints import create_model, shipped
    from transcnn.checkpoints.catalogue import sha256
    from transcnn.classifier import DEFAULT_MODEL
    from transcnn.training.finetune.images import own_images
    from transcnn.training.finetune.run import RECORD, FineTuning
    from transcnn.training.recipes.finetune import MOMENTS

    if not resume and (out / RECORD).exists():
        allowed = f"folders without a {RECORD}, or --resume to resume its run"
        raise ChoiceError(field="out", value=str(out), allowed=allowed)
    if resume and not (out / RECORD).exists():
        raise CheckpointError(file=out / RECORD, reason="there is no run to resume")
    given = create_model(model if weights else model or DEFAULT_MODEL, weights or "shipped")
    name = given.config.name
    start = f"{name} {sha256(weights) if weights else shipped(name).sha256}"
    decoding, features = Preparing("decoding"), Preparing("learning the head from")
    with processes(device) as (rank, count, here):
        with first_alone(rank):
            images = own_images(data, out / "pictures", given.config.input.size, decoding.show)
            if rank == 0:
                _describe(images, err=as_json)
            images.check()
            run = FineTuning(out, images, what, start, here)
            run.begin(given, lambda done, of: features.show(data, done, of))
        if rank == 0:
            _show(run.moments[0], run)
        left = None
        if minutes is not None:  # measuring counts, too
            spent = time.monotonic() - started + (len(MOMENTS) + 2) * run.measuring_s
            left = minutes - spent / 60
        train, left = of_first((not run.enough and (left is None or left > 0), left))
        stopped = train and _train(run, (rank, count, here), left, resume, precision)
    if rank == 0:
        tuned = run.finish()
        table = _write_table(images, out / "held_out.csv")
        if as_json:
            options.print_json(_as_dict(tuned, images))
        else:
            _print(tuned, run, table, train)
        if stopped:
            click.echo("Stopped and saved; --resume continues.", err=True)
    return 130 if stopped else 0


def _train(
    run: "FineTuning",
    process: "tuple[int, int, torch.device]",
    minutes: float | None,
    resume: bool,
    precision: "Precision | None",
) -> bool:
    """Train from the head on; whether the run was stopped before its end."""
    from transcnn.checkpoints import create_model
    from transcnn.training import loop
    from transcnn.training.batches import BalancedBatches
    from transcnn.training.labels import smoothed_labels
    from transcnn.training.recipes.finetune import finetune_recipe
    from transcnn.training.schedule import Length

    (rank, count, device), images = process, run.images
    model = create_model(weights=run.head_file)
    recipe = finetune_recipe(model, run.learns, len(images.training))
    if precision is not None:
        recipe = replace(recipe, precision=precision)
    assert recipe.labels is not None
    targets = smoothed_labels(images.labels, images.count, recipe.labels.smoothing)
    batches = BalancedBatches(
        [images.source], recipe, recipe.store_px, rank, count, [targets], images.by_class
    )
    with Interrupted() as interrupted:
        events = loop.train(
            recipe,
            model,
            batches,
            run.out,
            length=Length(recipe.steps, minutes),
            resume=resume and (run.out / "checkpoint.pt").exists(),
            should_stop=lambda: interrupted.yes or run.enough,
            device=device,
        )
        end = follow(
            events,
            run.out / "log.csv",
            resume,
            quiet=rank != 0,
            on_snapshot=lambda snapshot: _show(run.measure(snapshot.share, snapshot.file), run),
        )
    return of_first(not end.finished and not run.enough)


def _show(moment: "Moment", run: "FineTuning") -> None:
    """The accuracy at a moment of the run."""
    when = f"after {100 * moment.share:.0f} % of the run" if moment.share else "the head alone"
    best = "" if moment is run.moments[0] else f"; best so far {100 * run.best.accuracy:.1f} %"
    click.echo(
        f"held-out accuracy {100 * moment.accuracy:.1f} %, {when} ({moment.images} images{best})",
        err=True,
    )


def _describe(images: "OwnImages", err: bool) -> None:
    """What is trained on, what is held out, and what is left out; `err` where it is for people
    only."""
    say = functools.partial(click.echo, err=err)
    counts = [len(chosen) for chosen in images.by_class]
    folder = visible(str(images.folder))
    say(f"{folder}: {images.count} classes, {len(images.training)} images to train on")
    if images.count <= _LISTED_CLASSES:
        named = zip(images.classes, counts, strict=True)
        say(f"  {', '.join(f'{visible(name)} {count}' for name, count in named)}")
    if len(set(counts)) > 1:
        say(f"  from {min(counts)} to {max(counts)} images per class; every class counts the same")
    say(f"Held out: {_held_out(images)}.")
    if images.left_out:
        say(f"Left out: {len(images.left_out)}")
    for one in images.left_out:
        say(f"  {visible(str(one.path))}: {visible(_reason(one))}")


def _held_out(images: "OwnImages") -> str:
    if images.split is not None:
        return f"the {len(images.measuring)} images of {visible(str(images.split))}"
    return (
        f"{len(images.measuring)} images, a fifth of each class, drawn with the seed {images.seed}"
    )


def _reason(one: "LeftOut") -> str:
    from transcnn.words import DEFAULT
    from transcnn.words.translator import translator

    return translator(DEFAULT)(f"finetune.left_{one.why}", **one.details)


def _print(tuned: "Tuned", run: "FineTuning", table: Path, trained: bool) -> None:
    from transcnn.reports.sentences import held_out_says
    from transcnn.training.finetune.measured import read_measured
    from transcnn.words import DEFAULT
    from transcnn.words.translator import translator

    images, measured = run.images, read_measured(tuned.about)
    assert measured is not None
    for sentence in held_out_says(measured, translator(DEFAULT)):
        click.echo(sentence)
    if tuned.about["held_out_chose_when_to_stop"]:
        click.echo("They also chose when to stop, so the accuracy on new images may be lower.")
    click.echo(_what_came_of_it(tuned, run, trained))
    if images.count <= _LISTED_CLASSES:
        click.echo("True class, and how often each class was predicted:")
        for line in _confusion(tuned, images):
            click.echo(f"  {line}")
    click.echo("The worst images, by the probability of their true class:")
    for one in _worst(tuned, images):
        click.echo(
            f"  {visible(one['file'])}: {100 * one['probability']:.1f} % for "
            f"{visible(one['label'])}, predicted {visible(one['predicted'])}"
        )
    weights = f"--weights {visible(shlex.quote(str(tuned.file)))}"
    click.echo(f"{visible(str(tuned.file))} is written. What you can do with it:")
    click.echo(f"  transcnn predict {weights} IMAGE")
    click.echo(f"  transcnn explain --method grad_cam {weights} IMAGE")
    click.echo(f"  transcnn evaluate-run {weights} {visible(shlex.quote(str(table)))} my-classes")


def _what_came_of_it(tuned: "Tuned", run: "FineTuning", trained: bool) -> str:
    """Which network was written, and why."""
    head = _percent(tuned.head.accuracy)
    if tuned.share:
        return (
            f"Trained: {_WHAT[run.learns]}; the network after {100 * tuned.share:.0f} % of the run "
            f"is written. The head alone: {head}."
        )
    if trained:
        return "Fine-tuning was not better than the head alone, so the head's network is written."
    if run.learns == "head":
        return "Trained: the head."
    if run.best.correct == run.best.images:
        return "Trained: the head; every held-out image is correct, so nothing could be better."
    return "Trained: the head; no time was left for more."


def _confusion(tuned: "Tuned", images: "OwnImages") -> Iterator[str]:
    names = [visible(name) for name in images.classes]
    width = max(map(len, names))
    for name, row in zip(names, tuned.found.confusion(), strict=True):
        counts = ", ".join(f"{names[i]} {count}" for i, count in enumerate(row) if count)
        yield f"{name:<{width}}  {counts or 'no held-out image'}"


def _worst(tuned: "Tuned", images: "OwnImages") -> list[dict[str, Any]]:
    found = tuned.found
    return [
        {
            "file": str(images.source.files[images.measuring[i]]),
            "label": images.classes[found.labels[i]],
            "predicted": images.classes[found.predicted[i]],
            "probability": float(found.probabilities[i, found.labels[i]]),
        }
        for i in found.worst(_WORST)
    ]


def _percent(accuracy: "Interval") -> str:
    low, high = 100 * accuracy.low, 100 * accuracy.high
    return f"{100 * accuracy.value:.1f} % (95 % interval {low:.1f} % to {high:.1f} %)"


def _as_dict(tuned: "Tuned", images: "OwnImages") -> dict[str, Any]:
    """The documented keys."""
    return {
        "file": str(tuned.file),
        "classes": list(images.classes),
        "measured": dict(tuned.about),
        "enough": tuned.found.enough,
        "confusion": tuned.found.confusion().tolist(),
        "worst": _worst(tuned, images),
        "left_out": [{"file": str(one.path), "why": _reason(one)} for one in images.left_out],
    }


def _write_table(images: "OwnImages", file: Path) -> Path:
    """The held-out images as `evaluate-run` reads them; "|" would part two labels."""
    rows = []
    for i in images.measuring:
        name = images.classes[images.labels[i]]
        label = str(images.labels[i]) if "|" in name else name
        rows.append((images.source.files[i].resolve(), label))
    write_file(file, to_csv(("file", "label"), rows).encode(errors="surrogateescape"))
    return file
