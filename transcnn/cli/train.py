"""`train`: train a network on folders of images."""

import csv
import time
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from transcnn.cli import options
from transcnn.cli.interrupted import Interrupted
from transcnn.cli.processes import first_alone, processes
from transcnn.errors import ChoiceError

if TYPE_CHECKING:
    from transcnn.model.config import Network
    from transcnn.training.data import TrainingSource
    from transcnn.training.labels import SoftTargets
    from transcnn.training.loop import Ended, Event, Stepped
    from transcnn.training.recipe import Labels


@click.command()
@click.argument("recipe")
@click.option(
    "--data",
    multiple=True,
    required=True,
    type=options.FILE,
    metavar="DIR",
    help="A folder of class folders; may be repeated.",
)
@click.option(
    "--out",
    metavar="DIR",
    type=options.FILE,
    default=Path("runs"),
    show_default=True,
    help="Folder to write to.",
)
@click.option("--resume", is_flag=True, help="Resume from the checkpoint in --out.")
@click.option(
    "--minutes", metavar="M", type=float, help="Train for M minutes. [default: the recipe's steps]"
)
@options.threads
@click.option(
    "--weights",
    metavar="FILE",
    type=options.FILE,
    help="Start from these weights. [default: the included weights]",
)
def train(
    recipe: str,
    data: tuple[Path, ...],
    out: Path,
    resume: bool,
    minutes: float | None,
    threads: int | None,
    weights: Path | None,
) -> int:
    """Train a network by RECIPE.

    \b
    lite0           H-MHSA of transcnn_lite0 from its backbone, by distillation without labels
    lite0_continue  the same from the included weights
    nano            all of transcnn_nano from scratch, by labels and distillation
    nano_labels     all of transcnn_nano from scratch, by labels only

    A tenth of the images is held out. Writes checkpoint.pt, log.csv, weights.safetensors, snapshots
    and the decoded images to --out. Ctrl-C saves and stops. Under torchrun several processes train
    together. The docstring of transcnn.training lists environment variables that speed it up.
    """
    if minutes is not None and minutes <= 0:
        raise ChoiceError(field="minutes", value=minutes, allowed="numbers above 0")
    options.use_threads(threads)
    if not resume and (out / "checkpoint.pt").exists():
        allowed = "folders without a checkpoint.pt, or --resume to resume it"
        raise ChoiceError(field="out", value=str(out), allowed=allowed)

    import torch

    from transcnn.checkpoints import create_model
    from transcnn.training import loop
    from transcnn.training.batches import Batches
    from transcnn.training.network import init_branch, init_network
    from transcnn.training.recipes import find_recipe

    chosen = find_recipe(recipe)
    fresh = torch.Generator().manual_seed(chosen.seed)
    if chosen.start == "scratch":
        model = create_model(chosen.model)
        init_network(model, fresh)
    else:
        model = create_model(chosen.model, weights or "shipped")
    if chosen.start == "backbone":
        init_branch(model, fresh)
    with processes() as (rank, count, device):
        cache = out / "pictures"
        targets = None
        with first_alone(rank):
            sources = _open_sources(data, cache, chosen.store_px)
            if chosen.labels is not None:
                targets = _soft_targets(sources, model.config, chosen.labels, cache)
        for source in sources if rank == 0 else ():
            _describe(source)
        with Interrupted() as interrupted:
            events = loop.train(
                chosen,
                model,
                Batches(sources, chosen, model.config.input.size, rank, count, targets),
                out,
                length=loop.Length(chosen.steps, minutes),
                resume=resume,
                should_stop=lambda: interrupted.yes,
                device=device,
            )
            end = _follow(events, out / "log.csv", resume, quiet=rank != 0)
    if rank == 0 and end.finished:
        click.echo(f"Done after {end.step} steps: {out / 'weights.safetensors'}.")
    elif rank == 0:
        click.echo(f"Stopped after step {end.step} and saved; --resume continues.", err=True)
    return 0 if end.finished else 130


def _open_sources(data: tuple[Path, ...], cache: Path, store_px: int) -> "list[TrainingSource]":
    from transcnn.training.data import find_training_pictures, open_source

    for folder in data:
        find_training_pictures(folder)  # mistakes are reported before anything slow begins
    show = _Preparing("decoding").show
    return [open_source(folder, cache, store_px, show) for folder in data]


def _soft_targets(
    sources: "list[TrainingSource]", network: "Network", labels: "Labels", cache: Path
) -> "list[SoftTargets]":
    """The soft targets of each source: from labels, and from a teacher if there is one."""
    from transcnn.training.labels import soft_targets

    show = _Preparing("running the teacher on").show
    classes = network.indices or range(network.classes)
    return [soft_targets(source, classes, labels, cache, show) for source in sources]


def _follow(events: "Iterable[Event]", path: Path, resume: bool, quiet: bool) -> "Ended":
    """Log and show all steps; `quiet` only runs them. Returns the end of the run."""
    from transcnn.training.loop import Ended

    log: _Log | None = None
    for event in events:
        if isinstance(event, Ended):
            if log is not None:
                log.close()
            return event
        if not quiet:
            log = log or _Log(path, event, resume)
            log.add(event)
    raise AssertionError("the last event of a run is Ended")


class _Preparing:
    """Reports progress of preparing a source every 10 seconds."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.shown = time.monotonic()

    def show(self, folder: Path, done: int, of: int) -> None:
        if time.monotonic() - self.shown > 10 or done == of:
            self.shown = time.monotonic()
            click.echo(f"{self.what} {folder}: {done} of {of}", err=True)


def _describe(source: "TrainingSource") -> None:
    count, side = source.pixels.shape[:2]
    click.echo(f"{source.folder}: {count} images of {side} x {side} pixels")
    if source.broken:
        click.echo(f"{source.folder}: {len(source.broken)} files are unreadable and left out:")
    for file, why in source.broken:
        click.echo(f"  {file}: {why}")


class _Log:
    """Writes every step to a CSV file, and progress to the terminal every 15 seconds."""

    EVERY_S = 15.0

    def __init__(self, path: Path, first: "Stepped", resume: bool) -> None:
        fields = ["step", "progress", "loss", *first.parts, "learning_rate", "pictures", "seconds"]
        self.fields = [*fields, "waited"]
        rows = []
        if resume and path.is_file():  # steps after the checkpoint are repeated
            with path.open(newline="", encoding="utf-8") as file:
                rows = [row for row in csv.DictReader(file) if int(row["step"]) < first.step]
        path.parent.mkdir(parents=True, exist_ok=True)
        self.file = path.open("w", newline="", encoding="utf-8", buffering=1)
        self.writer = csv.DictWriter(self.file, self.fields)
        self.writer.writeheader()
        self.writer.writerows(rows)
        self.started = first.progress
        self.trained_s = 0.0
        self.shown = time.monotonic()
        self.recent: deque[Stepped] = deque(maxlen=50)

    def add(self, event: "Stepped") -> None:
        row = {name: getattr(event, name) for name in self.fields if name not in event.parts}
        row |= event.parts
        self.writer.writerow({k: f"{v:.6g}" if isinstance(v, float) else v for k, v in row.items()})
        self.recent.append(event)
        self.trained_s += event.seconds
        if time.monotonic() - self.shown > self.EVERY_S or event.progress == 1:
            self.shown = time.monotonic()
            click.echo(self._line(event), err=True)

    def close(self) -> None:
        self.file.close()

    def _line(self, event: "Stepped") -> str:
        """Means over the last steps; the time left is estimated from the speed since the start."""
        count, seconds = len(self.recent), sum(e.seconds for e in self.recent)
        parts = ", ".join(
            f"{name} {sum(e.parts[name] for e in self.recent) / count:.3f}" for name in event.parts
        )
        gained = event.progress - self.started
        left = self.trained_s * (1 - event.progress) / gained / 60 if gained > 0 else float("nan")
        return (
            f"step {event.step}, {100 * event.progress:.1f} %: "
            f"loss {sum(e.loss for e in self.recent) / count:.3f} ({parts}); "
            f"{sum(e.pictures for e in self.recent) / seconds:.1f} images/s, "
            f"{100 * sum(e.waited for e in self.recent) / seconds:.0f} % waiting, "
            f"{left:.0f} min left"
        )
