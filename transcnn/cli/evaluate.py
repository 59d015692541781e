"""`evaluate`: accuracy on a labelled folder."""

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from transcnn.cli import options

if TYPE_CHECKING:
    from transcnn.evaluation import Evaluation
    from transcnn.pictures.prepare import Resize

_SWITCHES = ("on", "off", "uniform", "identity", "swapped")


@click.command()
@click.argument("folder", metavar="DIR", type=options.FILE)
@options.model
@options.weights
@click.option("--resize", type=click.Choice(["crop", "squash"]), default="crop", show_default=True)
@click.option(
    "--attention",
    type=click.Choice(_SWITCHES),
    default="on",
    show_default=True,
    help="What all H-MHSAs do.",
)
@click.option(
    "--change", default="none", show_default=True, help="none, gray:S or cutmix:S, S a share."
)
@click.option("--limit", type=int, help="Only so many pictures, evenly spaced.")
@options.as_json
def evaluate(
    folder: Path,
    model: str,
    weights: Path | None,
    resize: str,
    attention: str,
    change: str,
    limit: int | None,
    as_json: bool,
) -> None:
    """Measure how often a network is right on DIR, with its attention as trained or changed.

    The sub-folders of DIR are named by WNID, index or name of a class.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TimeRemainingColumn

    from transcnn import evaluation
    from transcnn.classifier import Classifier

    wanted = evaluation.parse_change(change)
    pictures = evaluation.find_pictures(folder, limit)
    classifier = Classifier(model, weights or "shipped")
    columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    quiet = not console.is_terminal  # rich would leave an empty line in a file
    with Progress(*columns, console=console, transient=True, disable=quiet) as bar:
        tasks: dict[str, TaskID] = {}

        def show(what: str, done: int, of: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=of)
            bar.update(tasks[what], completed=done)

        result = evaluation.evaluate(
            classifier, pictures, cast("Resize", resize), attention, wanted, show
        )
    if as_json:
        options.print_json(_as_dict(result))
    else:
        _print(result)


def _as_dict(result: "Evaluation") -> dict[str, object]:
    return {
        "model": result.model,
        "attention": result.attention,
        "change": str(result.change),
        "count": result.count,
        "top1": result.top1,
        "top5": result.top5,
        "per_class": {
            score.label.wnid: {
                "index": score.label.index,
                "label": score.label.label,
                "count": score.count,
                "top1": score.top1 / score.count,
                "top5": score.top5 / score.count,
            }
            for score in result.per_class
        },
        "unreadable": [{"file": str(file), "error": why} for file, why in result.unreadable],
    }


def _print(result: "Evaluation") -> None:
    click.echo(f"{result.model}, attention {result.attention}, change {result.change}")
    click.echo(
        f"{result.count} pictures: top-1 {100 * result.top1:.1f} %, top-5 {100 * result.top5:.1f} %"
    )
    for score in result.per_class:
        click.echo(f"  {score.top1:>5} of {score.count:<5} {score.label.label}")
    for file, why in result.unreadable:
        click.echo(f"not read: {file}: {why}")
