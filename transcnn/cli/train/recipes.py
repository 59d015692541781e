"""`train RECIPE`: train an included network again, on folders of images."""

import functools
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from transcnn.cli import options
from transcnn.cli.interrupted import Interrupted
from transcnn.cli.processes import first_alone, processes
from transcnn.cli.train.log import Preparing, check_new, follow, say_end
from transcnn.words.visible import visible

if TYPE_CHECKING:
    import torch

    from transcnn.devices import Precision
    from transcnn.model.config import Network
    from transcnn.training.data import TrainingSource
    from transcnn.training.labels import SoftTargets
    from transcnn.training.recipe import Labels

_ABOUT = {
    "lite0": "Train the H-MHSA of transcnn_lite0 from new weights on its backbone, without labels",
    "lite0_continue": "Train the H-MHSA of transcnn_lite0 further, without labels",
    "nano": "Train transcnn_nano from scratch, on labels and by distillation",
    "nano_labels": "Train transcnn_nano from scratch, on labels only",
    "mini": "Train transcnn_mini from scratch, on two folders, by distillation",
}
_HELP = """A tenth of the images is held out. The command writes checkpoint.pt, log.csv,
weights.safetensors, snapshots of the training and the decoded images to --out. Ctrl-C saves and
stops. Under torchrun several processes train together.
"""


@click.command()
@click.option(
    "--data",
    multiple=True,
    required=True,
    type=options.FILE,
    metavar="DIR",
    help="A folder of class folders; may be repeated.",
)
@options.out_folder
@options.resume
@options.minutes("the recipe's steps")
@options.threads
@options.device
@options.training_precision
@click.option(
    "--weights",
    metavar="FILE",
    type=options.FILE,
    help="Start from these weights. [default: the included weights]",
)
def _train(
    recipe: str,
    data: tuple[Path, ...],
    out: Path,
    resume: bool,
    minutes: float | None,
    device: str,
    precision: "Precision | None",
    weights: Path | None,
) -> int:
    options.check_minutes(minutes)
    check_new(out, resume)

    import torch

    from transcnn.checkpoints import create_model
    from transcnn.training import loop
    from transcnn.training.batches import Batches
    from transcnn.training.initialisation import INITS, init_branch
    from transcnn.training.recipes import find_recipe
    from transcnn.training.schedule import Length

    chosen = find_recipe(recipe)
    if precision is not None:
        chosen = replace(chosen, precision=precision)
    fresh = torch.Generator().manual_seed(chosen.seed)
    if chosen.start == "scratch":
        model = create_model(chosen.model)
        INITS[chosen.init](model, fresh)
    else:
        model = create_model(chosen.model, weights or "shipped")
    if chosen.start == "backbone":
        init_branch(model, fresh)
    with processes(device) as (rank, count, here):
        cache = out / "pictures"
        targets = None
        with first_alone(rank):
            sources = _open_sources(data, cache, chosen.store_px)
            if chosen.labels is not None:
                targets = _soft_targets(sources, model.config, chosen.labels, cache, here)
        for source in sources if rank == 0 else ():
            _describe(source)
        with Interrupted() as interrupted:
            events = loop.train(
                chosen,
                model,
                Batches(sources, chosen, model.config.input.size, rank, count, targets),
                out,
                length=Length(chosen.steps, minutes),
                resume=resume,
                should_stop=lambda: interrupted.yes,
                device=here,
            )
            end = follow(events, out / "log.csv", resume, quiet=rank != 0)
    return say_end(end, out, quiet=rank != 0)


def _open_sources(data: tuple[Path, ...], cache: Path, store_px: int) -> "list[TrainingSource]":
    from transcnn.training.data import find_training_pictures, open_source

    for folder in data:
        find_training_pictures(folder)  # mistakes are reported before anything slow begins
    show = Preparing("decoding").show
    return [open_source(folder, cache, store_px, show) for folder in data]


def _soft_targets(
    sources: "list[TrainingSource]",
    network: "Network",
    labels: "Labels",
    cache: Path,
    device: "torch.device",
) -> "list[SoftTargets]":
    """The soft targets of each source: from labels, and from a teacher if there is one."""
    from transcnn.training.labels import soft_targets

    show = Preparing("running the teacher on").show
    classes = network.indices or range(network.classes)
    return [soft_targets(source, classes, labels, cache, show, device) for source in sources]


def _describe(source: "TrainingSource") -> None:
    count, side = source.pixels.shape[:2]
    folder = visible(str(source.folder))
    click.echo(f"{folder}: {count} images of {side} x {side} pixels")
    if source.broken:
        click.echo(f"{folder}: {len(source.broken)} files are unreadable and left out:")
    for file, why in source.broken:
        click.echo(f"  {visible(str(file))}: {why}")


def recipe_command(name: str) -> click.Command:
    """The command `train NAME`."""
    assert _train.callback is not None
    about = _ABOUT.get(name, "")
    return click.Command(
        name,
        callback=functools.partial(_train.callback, name),
        params=_train.params,
        help=f"{about}.\n\n{_HELP}",
        short_help=about,
    )
