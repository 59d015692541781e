"""`evaluate`: accuracy on a folder of labelled images, or a detector's on annotated ones."""

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from transcnn.cli import detectors, options
from transcnn.cli.evaluate_run import evaluate_run
from transcnn.cli.progress import progress_bar
from transcnn.engines import Engine
from transcnn.errors import ChoiceError
from transcnn.model.interventions import INTERVENTIONS, Where
from transcnn.words.visible import visible

if TYPE_CHECKING:
    from transcnn.evaluation import Evaluation
    from transcnn.pictures.prepare import Resize


@click.command()
@click.argument("folder", metavar="DIR", type=options.FILE)
@options.model
@options.weights
@options.resize_any
@options.size
@click.option(
    "--attention",
    type=click.Choice(INTERVENTIONS),
    default="on",
    show_default=True,
    help="Intervention on every H-MHSA; `ablate --help` says what each is.",
)
@click.option("--change", metavar="CHANGE", default="none", show_default=True, help=options.CHANGE)
@click.option("--stage", type=int, metavar="S", help="Intervene only in this stage, from 0.")
@click.option(
    "--block", type=int, metavar="B", help="Intervene only in this block of each stage, from 0."
)
@click.option(
    "--level", type=int, metavar="L", help="Intervene only at this level of each block, from 0."
)
@click.option(
    "--head", type=int, metavar="H", help="Intervene only in this head of each level, from 0."
)
@options.limit
@options.threads
@options.on_device
@options.engine
@detectors.split
@detectors.draws
@click.option("--store", hidden=True)  # what is now `evaluate-run`
@options.as_json
@click.pass_context
def evaluate(
    context: click.Context,
    folder: Path,
    model: str,
    weights: Path | None,
    resize: str,
    size: int | None,
    attention: str,
    change: str,
    stage: int | None,
    block: int | None,
    level: int | None,
    head: int | None,
    limit: int | None,
    on: options.On,
    engine: Engine | None,
    split: str | None,
    draws: int,
    store: str | None,
    as_json: bool,
) -> int:
    """Measure the accuracy on DIR, with original attention or under an intervention.

    DIR holds sub-folders named by WNID, index or name of a class. `ablate` compares all
    interventions on the same images; `evaluate-run` stores every prediction.

    With a detector, DIR has objects with boxes, and may have masks: a COCO file (JSON) or a folder
    with one, or a folder of Pascal VOC. The numbers are COCO's twelve, with 95 % intervals over
    images, average precision by class, and what each kind of error costs (TIDE). --size is then the
    longer side of the images, and --resize, --change and --engine do not apply.
    """
    detector = detectors.is_detector(model, weights)
    if detector:
        detectors.refuse(context, "resize", "change", "engine")
    else:
        detectors.refuse(context, "split", "draws", allowed="values for a detector only")
    if store is not None:
        cases = (attention, change, engine, stage, block, level, head, size)
        if cases != ("on", "none", *(None,) * 6):
            lacking = "--attention, --change, --engine, --size and parts"
            allowed = f"runs without {lacking}: a run has all cases"
            raise ChoiceError(field="store", value=store, allowed=allowed)
        given = dict(model=model, weights=weights, resize=resize, limit=limit, as_json=as_json)
        given |= dict(split=split, draws=draws)
        given |= dict(device=on["device"], precision=on["dtype"])
        code: int = context.invoke(evaluate_run, folder=folder, run=store, **given)
        return code

    if detector:
        part = Where(stage, block, level, head)
        return detectors.measure(
            *(folder, model, weights, (attention,), part, size, split, limit, draws, on, as_json)
        )

    if engine is not None and attention != "on":
        raise ChoiceError(field="engine", value=engine, allowed="torch where attention is changed")
    from transcnn import evaluation
    from transcnn.classifier import Classifier

    where = Where(stage, block, level, head)
    wanted = evaluation.parse_change(change)
    classifier = Classifier(model, weights, **options.with_engine(on, engine))
    pictures = evaluation.find_pictures(folder, limit, classifier.classes)
    if engine is not None:
        from transcnn.engine_files import compute_with

        compute_with(classifier, engine)
    with progress_bar() as show:
        result = evaluation.evaluate(
            classifier, pictures, cast("Resize", resize), attention, wanted, show, where, size
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
        "top1_among_folder_classes": result.top1_among,
        "per_class": {
            score.label.wnid or score.label.label: {
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
        f"{result.count} images: top-1 {100 * result.top1:.1f} %, "
        f"top-5 {100 * result.top5:.1f} %, "
        f"among the folder's {len(result.per_class)} classes {100 * result.top1_among:.1f} %"
    )
    for score in result.per_class:
        click.echo(f"  {score.top1:>5} of {score.count:<5} {score.label.label}")
    for file, why in result.unreadable:
        click.echo(f"unreadable: {visible(str(file))}: {why}")
