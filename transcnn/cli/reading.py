"""`reading`: where every head reads, on average over a folder of pictures."""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from transcnn.cli import options
from transcnn.cli.progress import progress_bar

if TYPE_CHECKING:
    from transcnn.classifier import Classifier
    from transcnn.evaluation.attention import HeadReading
    from transcnn.pictures.prepare import Resize


@click.command()
@click.argument("folder", metavar="DIR", type=options.FILE)
@options.model
@options.weights
@options.resize
@click.option("--change", default="cutmix:0.4", show_default=True, help="none, gray:S or cutmix:S.")
@click.option(
    "--boxes",
    type=options.FILE,
    help="A JSON file with a box for each picture of DIR: left, top, right, bottom as shares. "
    "Instead of heads, the reading of each block that goes into the boxes.",
)
@click.option("--held-out", is_flag=True, help="The tenth of DIR that training leaves out.")
@options.limit
@options.threads
@options.as_json
def reading(
    folder: Path,
    model: str,
    weights: Path | None,
    resize: str,
    change: str,
    boxes: Path | None,
    held_out: bool,
    limit: int | None,
    threads: int | None,
    as_json: bool,
) -> None:
    """Measure how every head of a network reads the pictures of DIR: how evenly, how differently
    on different pictures, and how much of it goes to the picture's own cells.
    """
    from transcnn import evaluation
    from transcnn.classifier import Classifier
    from transcnn.evaluation.attention import measure_reading
    from transcnn.evaluation.run import prepare_run

    options.use_threads(threads)
    wanted = evaluation.parse_change(change)
    if boxes is not None:
        rows = _boxes(Classifier(model, weights or "shipped"), folder, boxes)
        _print(rows, as_json)
        return
    find = evaluation.find_held_out if held_out else evaluation.find_pictures
    pictures = find(folder, limit)
    classifier = Classifier(model, weights or "shipped")
    with progress_bar() as show:
        run = prepare_run(pictures, classifier.config.input.size, cast("Resize", resize), show)
        evaluation.check_enough(run, "swapped", wanted, folder)
        heads = measure_reading(classifier, run, wanted, show)
    _print([_as_dict(head) for head in heads], as_json)


def _as_dict(head: "HeadReading") -> dict[str, object]:
    values = {name: value for name, value in vars(head).items() if name != "where"}
    return {**vars(head.where), **values}


def _boxes(classifier: "Classifier", folder: Path, file: Path) -> list[dict[str, object]]:
    """Means over the pictures that have a box."""
    from transcnn.evaluation.attention import read_box
    from transcnn.pictures import decode, prepare

    sums: dict[tuple[int, int], list[list[float]]] = {}
    for name, box in _read_boxes(file).items():
        pixels, crop = prepare(
            decode((folder / name).read_bytes()), classifier.config.input.size, "crop"
        )
        for found in read_box(classifier, pixels, crop, box):
            values = [found.all_tokens, found.outside, found.area]
            sums.setdefault((found.stage, found.block), []).append(values)
    rows: list[dict[str, object]] = []
    for (stage, block), all_rows in sums.items():
        # A picture whose box covers everything has no token outside it.
        outside = [row for row in all_rows if not math.isnan(row[1])]
        rows.append(
            {
                "stage": stage,
                "block": block,
                "pictures": len(all_rows),
                "in_box": sum(row[0] for row in all_rows) / len(all_rows),
                "area": sum(row[2] for row in all_rows) / len(all_rows),
                "pictures_with_outside": len(outside),
                "in_box_from_outside": sum(row[1] for row in outside) / max(len(outside), 1),
                "area_of_those": sum(row[2] for row in outside) / max(len(outside), 1),
            }
        )
    return rows


def _read_boxes(file: Path) -> dict[str, tuple[float, float, float, float]]:
    """Boxes by file name; an error in one sentence where the file holds anything else."""
    try:
        given = json.loads(file.read_text(encoding="utf-8"))
        return {
            str(name): (float(left), float(top), float(right), float(bottom))
            for name, (left, top, right, bottom) in given.items()
        }
    except (ValueError, TypeError, AttributeError) as error:
        raise click.ClickException(f"{file}: this is no JSON file of boxes.") from error


def _print(rows: Sequence[dict[str, object]], as_json: bool) -> None:
    """JSON, or a Markdown table."""
    if as_json:
        options.print_json(rows)
        return
    click.echo(f"| {' | '.join(rows[0])} |")
    click.echo("|" + "---:|" * len(rows[0]))
    for row in rows:
        click.echo(f"| {' | '.join(_cell(value) for value in row.values())} |")


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.3f}" if isinstance(value, float) else str(value)
