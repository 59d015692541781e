"""`evaluate`: accuracy on a labelled folder."""

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from transcnn.cli import options
from transcnn.cli.progress import progress_bar
from transcnn.cli.store import store_run
from transcnn.errors import ChoiceError
from transcnn.model.interventions import INTERVENTIONS

if TYPE_CHECKING:
    from transcnn.evaluation import Evaluation
    from transcnn.pictures.prepare import Resize


@click.command()
@click.argument("folder", metavar="DIR", type=options.FILE)
@options.model
@options.weights
@options.resize
@click.option(
    "--attention",
    type=click.Choice(INTERVENTIONS),
    default="on",
    show_default=True,
    help="What H-MHSAs do.",
)
@click.option(
    "--change", default="none", show_default=True, help="none, gray:S or cutmix:S, S a share."
)
@click.option("--stage", type=int, help="Only its H-MHSAs do so, the others as trained; from 0.")
@click.option("--block", type=int, help="Only this block of each stage.")
@click.option("--level", type=int, help="Only this level of each block.")
@click.option("--head", type=int, help="Only this head of each level.")
@options.limit
@click.option(
    "--store",
    metavar="RUN",
    help="Keep every answer: a name, or a path that ends in .sqlite. The same command goes on.",
)
@options.as_json
def evaluate(
    folder: Path,
    model: str,
    weights: Path | None,
    resize: str,
    attention: str,
    change: str,
    stage: int | None,
    block: int | None,
    level: int | None,
    head: int | None,
    limit: int | None,
    store: str | None,
    as_json: bool,
) -> int:
    """Measure how often a network is right on DIR, with its attention as trained or changed.

    The sub-folders of DIR are named by WNID, index or name of a class. With --store, DIR may also
    be a CSV file with the columns file and label (and source, tags), each picture is answered in
    every case that the error board knows, and torchrun may share the work.
    """
    if store is not None:
        if (attention, change, stage, block, level, head) != ("on", "none", *(None,) * 4):
            allowed = "runs without --attention, --change and parts: a run has all cases"
            raise ChoiceError(field="store", value=store, allowed=allowed)
        return store_run(folder, store, model, weights, cast("Resize", resize), limit, as_json)

    from transcnn import evaluation
    from transcnn.classifier import Classifier
    from transcnn.model.interventions import Where

    where = Where(stage, block, level, head)
    wanted = evaluation.parse_change(change)
    pictures = evaluation.find_pictures(folder, limit)
    classifier = Classifier(model, weights or "shipped")
    with progress_bar() as show:
        result = evaluation.evaluate(
            classifier, pictures, cast("Resize", resize), attention, wanted, show, where
        )
    if as_json:
        options.print_json(_as_dict(result))
    else:
        _print(result)
    return 0


def _as_dict(result: "Evaluation") -> dict[str, object]:
    return {
        "model": result.model,
        "attention": result.attention,
        "where": str(result.where),
        "change": str(result.change),
        "count": result.count,
        "top1": result.top1,
        "top5": result.top5,
        "top1_among": result.top1_among,
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
    where = "" if str(result.where) == "all" else f" in {result.where}"
    click.echo(f"{result.model}, attention {result.attention}{where}, change {result.change}")
    click.echo(
        f"{result.count} pictures: top-1 {100 * result.top1:.1f} %, "
        f"top-5 {100 * result.top5:.1f} %, "
        f"among the folder's {len(result.per_class)} classes {100 * result.top1_among:.1f} %"
    )
    for score in result.per_class:
        click.echo(f"  {score.top1:>5} of {score.count:<5} {score.label.label}")
    for file, why in result.unreadable:
        click.echo(f"not read: {file}: {why}")
