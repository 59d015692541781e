"""`ablate`: what right answers owe to attention, all switches on the same pictures."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from transcnn.cli import options
from transcnn.cli.progress import progress_bar
from transcnn.model.interventions import INTERVENTIONS

if TYPE_CHECKING:
    from transcnn.analysis.intervals import Interval
    from transcnn.evaluation import Change
    from transcnn.evaluation.ablation import Ablation, Case
    from transcnn.model.interventions import Where
    from transcnn.pictures.prepare import Resize

_EACH = ("stage", "block", "level", "head")


@click.command()
@click.argument("folder", metavar="DIR", type=options.FILE)
@options.model
@options.weights
@options.resize
@click.option(
    "--change",
    "changes",
    multiple=True,
    default=("none", "cutmix:0.4"),
    show_default=True,
    help="none, gray:S or cutmix:S; may be given several times.",
)
@click.option(
    "--attention",
    "interventions",
    multiple=True,
    type=click.Choice(INTERVENTIONS),
    help="Only these switches, and on; may be given several times. Without it, all.",
)
@click.option(
    "--each",
    multiple=True,
    type=click.Choice(_EACH),
    help="Not the switches, but each such part by itself made uniform; may be given several times.",
)
@click.option(
    "--held-out",
    is_flag=True,
    help="Measure on the tenth of DIR that training leaves out; right is what the bare body "
    "answers on the unchanged picture.",
)
@options.limit
@options.threads
@options.as_json
def ablate(
    folder: Path,
    model: str,
    weights: Path | None,
    resize: str,
    changes: tuple[str, ...],
    interventions: tuple[str, ...],
    each: tuple[str, ...],
    held_out: bool,
    limit: int | None,
    threads: int | None,
    as_json: bool,
) -> None:
    """Measure how often a network is right on DIR with its attention as trained and with every
    switch, or with single parts made uniform: a table with 95 % intervals.
    """
    from transcnn import evaluation
    from transcnn.classifier import Classifier
    from transcnn.evaluation import ablation
    from transcnn.evaluation.run import prepare_run

    options.use_threads(threads)
    wanted = [evaluation.parse_change(change) for change in changes]
    labelled = [] if held_out else evaluation.find_pictures(folder, limit)
    pictures = labelled or evaluation.find_held_out(folder, limit)
    classifier = Classifier(model, weights or "shipped")
    if each:
        cases = ablation.part_cases(_parts(classifier.config, each), wanted)
    else:
        cases = ablation.intervention_cases(classifier, wanted, interventions)
    with progress_bar() as show:
        run = prepare_run(pictures, classifier.config.input.size, cast("Resize", resize), show)
        if held_out:
            labels = ablation.body_answers(classifier, run, show)
        else:
            labels = classifier.places_of([labelled[i].label.index for i in run.places])
        for case in cases:
            evaluation.check_enough(run, case.attention, case.change, folder)
        found = ablation.ablate(classifier, run, labels, cases, show)
    if as_json:
        options.print_json(
            {
                "model": model,
                "weights_sha256": classifier.weights_sha256,
                "labels": "body" if held_out else "folder",
                "count": len(run),
                "cases": [_as_dict(found, case) for case in found.right],
                "unreadable": [{"file": str(file), "error": why} for file, why in run.unreadable],
            }
        )
    else:
        click.echo(f"{model}, {len(run)} pictures, top-1 in %, loss against attention on")
        for line in _table(found, wanted):
            click.echo(line)


def _parts(network: Any, each: tuple[str, ...]) -> "list[Where]":
    """The parts named by `each`; a block is one of its stage, a level and a head of their block."""
    from transcnn.model.interventions import split

    names = {
        "stage": ("stage",),
        "block": ("stage", "block"),
        "level": ("stage", "block", "level"),
        "head": ("stage", "block", "level", "head"),
    }
    return [part for name in dict.fromkeys(each) for part in split(network, *names[name])]


def _as_dict(found: "Ablation", case: "Case") -> dict[str, object]:
    return {
        "attention": case.attention,
        "where": str(case.where),
        "change": str(case.change),
        "top1": vars(found.share(case)),
        "loss": vars(found.loss(case)),
    }


def _table(found: "Ablation", changes: "Sequence[Change]") -> list[str]:
    """A Markdown table: a row for each switch or part, two columns for each change."""
    head = " | ".join(f"{change} | loss" for change in changes)
    lines = [f"| attention | {head} |", "|---|" + "---:|" * 2 * len(changes)]
    for key in dict.fromkeys((case.attention, case.where) for case in found.right):
        cells = []
        for change in changes:
            case = next(
                c for c in found.right if (c.attention, c.where, c.change) == (*key, change)
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
