"""`faithfulness`: attribution methods against their baselines over a folder of images."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from transcnn.cli import options
from transcnn.cli.progress import progress_bar
from transcnn.cli.scores import spaced
from transcnn.explain.names import BASELINES, METHODS, SCORES
from transcnn.extras import need

if TYPE_CHECKING:
    from transcnn.explain.over_images import Average
    from transcnn.pictures.prepare import Resize

_USUAL = tuple(name for name, method in METHODS.items() if method.over_images is not None)


@click.command()
@click.argument("folder", metavar="DIR", type=options.FILE)
@options.model
@options.weights
@options.resize
@options.size
@click.option(
    "--method",
    "methods",
    type=click.Choice(tuple(METHODS)),
    multiple=True,
    default=_USUAL,
    help=f"Only this method; may be repeated. [default: {', '.join(_USUAL)}]",
)
@click.option(
    "--out",
    type=options.FILE,
    default=Path("faithfulness.jsonl"),
    show_default=True,
    metavar="FILE",
    help="Keeps a line for each image; the same command resumes.",
)
@options.limit
@options.threads
@options.on_device
@options.as_json
def faithfulness(
    folder: Path,
    model: str,
    weights: Path | None,
    resize: str,
    size: int | None,
    methods: tuple[str, ...],
    out: Path,
    limit: int | None,
    on: options.On,
    as_json: bool,
) -> None:
    """Score attribution methods on the images of DIR against baselines that do not use the network.

    The top-1 class of each image is explained. Prints Markdown tables: the scores with 95 %
    intervals over images, in how many of the four voting scores a method beats each baseline with
    the verdict, and how many single images have which verdict.
    """
    need("explain")

    from transcnn.classifier import Classifier
    from transcnn.errors import FolderError
    from transcnn.evaluation import find_pictures
    from transcnn.evaluation.prepared import prepare_pictures
    from transcnn.explain.method import settings_of
    from transcnn.explain.methods import make_method
    from transcnn.explain.over_images import average, measure

    chosen = [
        make_method(name, **(METHODS[name].over_images or {})) for name in dict.fromkeys(methods)
    ]
    classifier = Classifier(model, weights, **on)
    found = find_pictures(folder, limit, classifier.classes)
    with progress_bar() as show:
        run = prepare_pictures(found, classifier.input_size(size), cast("Resize", resize), show)
        if len(run) < 2:
            raise FolderError(folder=folder, reason="intervals need two readable images or more")
        settings = {"resize": resize} | ({} if size is None else {"size": size})
        for lines in measure(classifier, run, chosen, out, settings):
            show("measuring", len(lines), len(run))
    averages = [average(lines, method.name) for method in chosen]
    if as_json:
        options.print_json(
            {
                "model": classifier.config.name,
                "weights_sha256": classifier.weights_sha256,
                "count": len(run),
                "methods": [
                    {"method": method.name, "settings": settings_of(method), **_as_dict(one)}
                    for method, one in zip(chosen, averages, strict=True)
                ],
                "unreadable": [{"file": str(file), "error": why} for file, why in run.unreadable],
            }
        )
        return
    click.echo(
        f"{classifier.config.name}, {len(run)} images, means with 95 % intervals over images"
    )
    for line in _table(averages):
        click.echo(line)


def _as_dict(one: "Average") -> dict[str, object]:
    return {
        "verdict": one.verdict.word,
        "wins": dict(one.verdict.wins),
        "single_images": dict(one.single),
        "scores": {score: vars(value) for score, value in one.scores.items()},
        "baselines": {
            name: {score: vars(value) for score, value in baseline.items()}
            for name, baseline in one.baselines.items()
        },
    }


def _table(averages: "Sequence[Average]") -> list[str]:
    """Three Markdown tables: the scores of each method; in how many of the four voting scores it
    beats each baseline, and the verdict; how many single images have which verdict."""
    from transcnn.reports.tables import table_lines

    scores = [["method", *SCORES]]
    wins = [["beats", *BASELINES, "verdict"]]
    single = [["single images", *map(spaced, averages[0].single)]]
    for one in averages:
        scores.append([one.method, *(_plain(one, score) for score in SCORES)])
        beaten = (str(one.verdict.wins[name]) for name in BASELINES)
        wins.append([one.method, *beaten, spaced(one.verdict.word)])
        single.append([one.method, *map(str, one.single.values())])
    return [*table_lines(scores), "", *table_lines(wins), "", *table_lines(single)]


def _plain(one: "Average", score: str) -> str:
    interval = one.scores[score]
    return f"{interval.value:.2f} ± {(interval.high - interval.low) / 2:.2f}"
