"""`ablate`: how much accuracy depends on attention, all interventions on the same images."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from transcnn.cli import detectors, options
from transcnn.cli.progress import progress_bar
from transcnn.model.interventions import (
    EVERYWHERE,
    INTERVENTIONS,
    KINDS,
    possible_interventions,
)

if TYPE_CHECKING:
    from transcnn.analysis.intervals import Interval
    from transcnn.evaluation import Change
    from transcnn.evaluation.ablation import Ablation, Condition
    from transcnn.model.interventions import Where
    from transcnn.pictures.prepare import Resize

_EACH = ("stage", "block", "level", "head")


_NAME = max(map(len, INTERVENTIONS))
_KINDS = "\n".join(f"{kind.name:{_NAME}}  {kind.help}" for kind in KINDS)
_HELP = f"""Measure the top-1 accuracy on DIR with original and with ablated attention.

DIR holds sub-folders named by WNID, index or name of a class. The result is a Markdown table with
95 % intervals; drops are paired differences on the same images. Under each intervention, every
H-MHSA

\b
{_KINDS}

With a detector, DIR is what `evaluate` takes for detectors, and the table has average precisions;
`mean` is not possible, and --resize, --change, --each and --held-out do not apply.
"""


@click.command(help=_HELP)
@click.argument("folder", metavar="DIR", type=options.FILE)
@options.model
@options.weights
@options.resize
@options.size
@click.option(
    "--change",
    "changes",
    multiple=True,
    default=("none", "cutmix:0.4"),
    show_default=True,
    metavar="CHANGE",
    help=f"{options.CHANGE} May be repeated.",
)
@click.option(
    "--attention",
    "interventions",
    multiple=True,
    type=click.Choice(INTERVENTIONS),
    help="Only this intervention, beside `on`; may be repeated. [default: all possible ones]",
)
@click.option(
    "--each",
    multiple=True,
    type=click.Choice(_EACH),
    help="Instead of interventions on the whole network, give each single stage, block, level or "
    "head uniform attention in turn; may be repeated.",
)
@click.option(
    "--held-out",
    is_flag=True,
    help="Use the tenth of DIR that training leaves out. DIR needs no class names: the true label "
    "is what the backbone predicts for the unchanged image.",
)
@detectors.split
@detectors.draws
@options.limit
@options.threads
@options.on_device
@options.as_json
@click.pass_context
def ablate(
    context: click.Context,
    folder: Path,
    model: str,
    weights: Path | None,
    resize: str,
    size: int | None,
    changes: tuple[str, ...],
    interventions: tuple[str, ...],
    each: tuple[str, ...],
    held_out: bool,
    split: str | None,
    draws: int,
    limit: int | None,
    on: options.On,
    as_json: bool,
) -> int:
    if detectors.is_detector(model, weights):
        detectors.refuse(context, "resize", "changes", "each", "held_out")
        names = interventions or possible_interventions(means=False)
        wanted_cases = tuple(dict.fromkeys(("on", *names)))
        return detectors.measure(
            *(
                folder,
                model,
                weights,
                wanted_cases,
                EVERYWHERE,
                size,
                split,
                limit,
                draws,
                on,
                as_json,
            )
        )
    detectors.refuse(context, "split", "draws", allowed="values for a detector only")

    from transcnn import evaluation
    from transcnn.classifier import Classifier
    from transcnn.evaluation import ablation
    from transcnn.evaluation.prepared import prepare_pictures

    wanted = [evaluation.parse_change(change) for change in changes]
    classifier = Classifier(model, weights, **on)
    labelled = [] if held_out else evaluation.find_pictures(folder, limit, classifier.classes)
    pictures = labelled or evaluation.find_held_out(folder, limit)
    if each:
        cases = ablation.part_cases(_parts(classifier.config, each), wanted)
    else:
        cases = ablation.intervention_cases(classifier, wanted, interventions)
    with progress_bar() as show:
        run = prepare_pictures(pictures, classifier.input_size(size), cast("Resize", resize), show)
        if held_out:
            labels = ablation.backbone_predictions(classifier, run, show)
        else:
            labels = classifier.outputs_of([labelled[i].label.index for i in run.indices])
        for case in cases:
            evaluation.check_enough(run, case.attention, case.change, folder)
        found = ablation.ablate(classifier, run, labels, cases, show)
    if as_json:
        options.print_json(
            {
                "model": classifier.config.name,
                "weights_sha256": classifier.weights_sha256,
                "labels": "backbone" if held_out else "folder",
                "count": len(run),
                "cases": [_as_dict(found, case) for case in found.correct],
                "unreadable": [{"file": str(file), "error": why} for file, why in run.unreadable],
            }
        )
    else:
        named = f"{classifier.config.name}, {len(run)} images"
        click.echo(f"{named}: top-1 in %, drop from `on` in percentage points")
        for line in _table(found, wanted):
            click.echo(line)
    return 0


def _parts(network: Any, each: tuple[str, ...]) -> "list[Where]":
    """All stages, blocks, levels or heads of the network, as `each` names them."""
    from transcnn.model.interventions import split

    names = {
        "stage": ("stage",),
        "block": ("stage", "block"),
        "level": ("stage", "block", "level"),
        "head": ("stage", "block", "level", "head"),
    }
    return [part for name in dict.fromkeys(each) for part in split(network, *names[name])]


def _as_dict(found: "Ablation", case: "Condition") -> dict[str, object]:
    return {
        "attention": case.attention,
        "where": str(case.where),
        "change": str(case.change),
        "top1": vars(found.share(case)),
        "drop": vars(found.loss(case)),
    }


def _table(found: "Ablation", changes: "Sequence[Change]") -> list[str]:
    """A Markdown table: a row for each intervention or part, two columns for each change."""
    head = " | ".join(f"{change} | drop" for change in changes)
    title = (
        "attention" if all(str(case.where) == "all" for case in found.correct) else "part (0-based)"
    )
    lines = [f"| {title} | {head} |", "|---|" + "---:|" * 2 * len(changes)]
    for key in dict.fromkeys((case.attention, case.where) for case in found.correct):
        cells = []
        for change in changes:
            case = next(
                c for c in found.correct if (c.attention, c.where, c.change) == (*key, change)
            )
            on = case.attention == "on"
            cells.append(_percent(found.share(case)))
            cells.append("" if on else _percent(found.loss(case)))
        name = key[0] if str(key[1]) == "all" else f"{key[0]}: {key[1]}"
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


def _percent(interval: "Interval") -> str:
    half = (interval.high - interval.low) / 2
    return f"{100 * interval.value:.1f} ± {100 * half:.1f}"
