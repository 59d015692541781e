"""Detectors where a command takes any network: `evaluate` and `ablate` on annotated sets."""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from transcnn.cli import options
from transcnn.cli.progress import progress_bar
from transcnn.errors import ChoiceError
from transcnn.extras import need
from transcnn.words.visible import QUOTED, shorten, visible

if TYPE_CHECKING:
    from transcnn.detection.evaluation import DetectionEvaluation
    from transcnn.detection.evaluation.coco import Estimate
    from transcnn.detection.evaluation.evaluate import Measured
    from transcnn.detection.objects import DetectionSet
    from transcnn.model.interventions import Where

split = click.option(
    "--split",
    metavar="NAME",
    help="Of a detector's annotated images: which of several sets, such as val2017.",
)
draws = click.option(
    "--draws",
    metavar="N",
    type=click.IntRange(0, 100_000),
    default=1000,
    show_default=True,
    help="Of a detector: how often images are drawn again for the intervals; 0 for none.",
)

_SHOWN = {
    "AP": "average precision, mean over IoU thresholds 0.50 to 0.95",
    "AP50": "at IoU 0.50",
    "AP75": "at IoU 0.75",
    "AP_small": "objects below 32 x 32 pixels",
    "AP_medium": "objects up to 96 x 96 pixels",
    "AP_large": "larger objects",
    "AR_1": "average recall with 1 detection an image",
    "AR_10": "with 10",
    "AR_100": "with 100",
    "AR_small": "with 100, objects below 32 x 32 pixels",
    "AR_medium": "objects up to 96 x 96 pixels",
    "AR_large": "larger objects",
}


def is_detector(model: str | None, weights: Path | None) -> bool:
    """Whether these name a detector: in the table, or by what the weight file says."""
    from transcnn.detection.presets import list_detectors

    if weights is None:
        return model in list_detectors()
    from transcnn.checkpoints.description import KEY
    from transcnn.checkpoints.files import metadata

    try:
        said = json.loads(metadata(weights).get(KEY, "{}"))
    except (RecursionError, ValueError):  # which is reported where it is opened
        return False
    return isinstance(said, dict) and "detector" in said


def refuse(context: click.Context, *names: str, allowed: str = "nothing for a detector") -> None:
    """Raises ChoiceError where one of these options was given."""
    for name in names:
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            raise ChoiceError(field=name, value=context.params[name], allowed=allowed)


def measure(
    folder: Path,
    model: str | None,
    weights: Path | None,
    attentions: tuple[str, ...],
    where: "Where",
    size: int | None,
    split: str | None,
    limit: int | None,
    draws: int,
    on: options.On,
    as_json: bool,
) -> int:
    """Evaluate a detector and print all of it for one intervention, or compare several with `on`,
    the first of `attentions`."""
    need("detection")

    from transcnn.detection.detector import ObjectDetector
    from transcnn.detection.evaluation import evaluate_detector
    from transcnn.detection.sets import read_set

    detector = ObjectDetector.open(model, weights, **on)
    annotated = read_set(folder, split, limit=limit)
    with progress_bar() as show:
        found = evaluate_detector(detector, annotated, attentions, where, size, draws, show)
    facts = {
        "model": detector.config.name,
        "weights_sha256": detector.weights_sha256,
        "count": len(found.pictures),
        "draws": draws,
    }
    if as_json:
        options.print_json(facts | _as_dict(found, annotated, where))
        return 0
    objects = _objects(found)
    click.echo(
        f"{detector.config.name}: {len(found.pictures)} images, {objects} objects of "
        f"{len(found.classes.names)} classes; in %, {intervals(draws)}"
    )
    if not objects:
        click.echo("No object of a class that the detector knows: nothing can be measured.")
    if len(attentions) == 1:
        _print_one(found, attentions[0], where)
    else:
        _print_table(found)
    _print_left_out(found, annotated)
    return 0


def intervals(draws: int) -> str:
    """What the intervals are made of."""
    return f"95 % intervals by {draws} draws of the images" if draws else "no intervals"


def _objects(found: "DetectionEvaluation") -> int:
    any_case = next(iter(found.measured.values()))["box"]
    return sum(one.objects for one in any_case.scores.per_class)


def _as_dict(
    found: "DetectionEvaluation", annotated: "DetectionSet", where: "Where"
) -> dict[str, Any]:
    first = next(iter(found.measured.values()))
    return {
        "classes": list(found.classes.names),
        "only_in_set": list(found.classes.only_set),
        "only_in_detector": list(found.classes.only_detector),
        "cases": [
            {
                "attention": name,
                "where": str(where),
                **{by: as_dict(one, first[by]) for by, one in measured.items()},
            }
            for name, measured in found.measured.items()
        ],
        "objects_without_mask": found.without_mask,
        "left_out": [str(one) for one in annotated.left_out],
        "unreadable": [{"file": str(file), "error": why} for file, why in found.unreadable],
    }


def as_dict(one: "Measured", first: "Measured") -> dict[str, Any]:
    """Scores and errors by boxes or by masks; `first` is the first case, from which drops count."""
    return {
        **{name: one.scores.number(name)._asdict() for name in _SHOWN},
        "drop": {
            name: one.scores.less_than(first.scores, name)._asdict() for name in ("AP", "AP50")
        },
        "per_class": [
            {
                "label": of_class.name,
                "objects": of_class.objects,
                "AP": of_class.ap,
                "AP50": of_class.ap50,
                "precision": of_class.curve.tolist(),
            }
            for of_class in one.scores.per_class
        ],
        "errors": {kind: vars(found) for kind, found in one.errors.kinds.items()},
    }


def _print_one(found: "DetectionEvaluation", attention: str, where: "Where") -> None:
    part = "" if str(where) == "all" else f" in {where}"
    for by, one in found.measured[attention].items():
        click.echo(f"\nby {by}, attention {attention}{part}")
        print_measured(one)


def print_measured(one: "Measured") -> None:
    """All scores, classes and kinds of error, line by line."""
    for name, help_text in _SHOWN.items():
        click.echo(f"  {_percent(one.scores.number(name)):>22} {name:9}  {help_text}")
    click.echo(f"  {'AP':>6} {'AP50':>6} {'objects':>8}  class")
    for row in one.scores.per_class:
        numbers = f"{_in_percent(row.ap):>6} {_in_percent(row.ap50):>6} {row.objects:8}"
        click.echo(f"  {numbers}  {visible(row.name)}")
    click.echo(f"  {'cost':>6} {'count':>8}  kind of error (cost: percentage points of AP50)")
    for kind, found in one.errors.kinds.items():
        click.echo(f"  {_in_percent(found.cost):>6} {found.count:8}  {kind}")


def _print_table(found: "DetectionEvaluation") -> None:
    """A Markdown table: a row for each intervention; drops are paired differences from `on`."""
    kinds = list(next(iter(found.measured.values())))
    head = " | ".join(f"{name} by {by} | drop" for by in kinds for name in ("AP", "AP50"))
    click.echo(f"| attention | {head} |")
    click.echo("|---|" + "---:|" * (4 * len(kinds)))
    first = next(iter(found.measured.values()))
    for attention, measured in found.measured.items():
        cells = []
        for by in kinds:
            for name in ("AP", "AP50"):
                scores = measured[by].scores
                cells.append(_percent(scores.number(name)))
                drop = scores.less_than(first[by].scores, name)
                cells.append("" if measured is first else _percent(drop))
        click.echo(f"| {attention} | {' | '.join(cells)} |")


def _percent(estimate: "Estimate") -> str:
    value, low, high = map(_in_percent, estimate)
    return value if math.isnan(estimate.low) else f"{value} ({low} to {high})"


def _in_percent(value: float) -> str:
    return "n/a" if math.isnan(value) else f"{100 * value:.1f}"


def print_only(of_set: Sequence[str], of_detector: Sequence[str]) -> None:
    """The classes that only the set or only the detector has."""
    for only, what in (
        (of_set, "classes of the set that the detector does not know"),
        (of_detector, "classes of the detector that the set does not have"),
    ):
        if only:
            names = shorten(visible(", ".join(only)), QUOTED)
            click.echo(f"left out, {len(only)} {what}: {names}")


def _print_left_out(found: "DetectionEvaluation", annotated: "DetectionSet") -> None:
    print_only(found.classes.only_set, found.classes.only_detector)
    if found.without_mask:
        click.echo(f"masks are not measured: {found.without_mask} objects have none")
    for one in annotated.left_out:
        click.echo(f"{one}")
    for file, why in found.unreadable:
        click.echo(f"unreadable: {visible(str(file))}: {why}")
