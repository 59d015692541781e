"""`attention-stats`: statistics of the attention of every head over a folder of images."""

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
    from transcnn.evaluation.attention import HeadStatistics
    from transcnn.pictures.prepare import Resize


@click.command("attention-stats")
@click.argument("folder", metavar="DIR", type=options.FILE)
@options.model
@options.weights
@options.resize
@options.size
@click.option(
    "--change", metavar="CHANGE", default="cutmix:0.4", show_default=True, help=options.CHANGE
)
@click.option(
    "--boxes",
    type=options.FILE,
    metavar="FILE.json",
    help="Instead of heads, measure the attention of each block that falls into a box of each "
    "image: {file name: [left, top, right, bottom]} as fractions of the image.",
)
@click.option("--held-out", is_flag=True, help="Use the tenth of DIR that training leaves out.")
@options.limit
@options.threads
@options.on_device
@options.as_json
def attention_stats(
    folder: Path,
    model: str,
    weights: Path | None,
    resize: str,
    size: int | None,
    change: str,
    boxes: Path | None,
    held_out: bool,
    limit: int | None,
    on: options.On,
    as_json: bool,
) -> None:
    """Measure the attention of every head on the images of DIR, averaged over images and queries.

    The columns: `entropy` relative to that of uniform attention; total-variation distances
    `from_uniform`, `from_next_image` (the attention on another image) and `from_jittered` (on a
    slightly shifted, brighter copy). At the last level of each block, on changed images: the
    attention that stays `on_image`, also by where the query is (`on_image_from_image`,
    `on_image_from_changed`), and the unchanged fraction of the area, `image_area`.
    """
    from transcnn import evaluation
    from transcnn.classifier import Classifier
    from transcnn.evaluation.attention import measure_heads
    from transcnn.evaluation.prepared import prepare_pictures

    wanted = evaluation.parse_change(change)
    if boxes is not None:
        rows = _boxes(Classifier(model, weights, **on), folder, boxes, size)
        _print(rows, as_json)
        return
    classifier = Classifier(model, weights, **on)
    pictures: Sequence[evaluation.PictureFile] = (
        evaluation.find_held_out(folder, limit)
        if held_out
        else evaluation.find_pictures(folder, limit, classifier.classes)
    )
    with progress_bar() as show:
        run = prepare_pictures(pictures, classifier.input_size(size), cast("Resize", resize), show)
        evaluation.check_enough(run, "swapped", wanted, folder)
        heads = measure_heads(classifier, run, wanted, show)
    _print([_as_dict(head) for head in heads], as_json)


def _as_dict(head: "HeadStatistics") -> dict[str, object]:
    return {
        **vars(head.where),
        "entropy": head.entropy,
        "from_uniform": head.off_uniform,
        "from_next_image": head.other_picture,
        "from_jittered": head.jittered,
        "on_image": head.own,
        "on_image_from_image": head.own_from_own,
        "on_image_from_changed": head.own_from_patches,
        "image_area": head.area,
    }


def _boxes(
    classifier: "Classifier", folder: Path, file: Path, size: int | None
) -> list[dict[str, object]]:
    """Means over the images that have a box."""
    from transcnn.evaluation.attention import attention_in_box

    sums: dict[tuple[int, int], list[list[float]]] = {}
    for name, box in _read_boxes(file).items():
        pixels, crop = classifier.prepare(folder / name, size=size)
        for found in attention_in_box(classifier, pixels, crop, box):
            values = [found.all_tokens, found.outside, found.area]
            sums.setdefault((found.stage, found.block), []).append(values)
    rows: list[dict[str, object]] = []
    for (stage, block), all_rows in sums.items():
        # A box that covers the whole image has no token outside it.
        outside = [row for row in all_rows if not math.isnan(row[1])]
        rows.append(
            {
                "stage": stage,
                "block": block,
                "images": len(all_rows),
                "in_box": sum(row[0] for row in all_rows) / len(all_rows),
                "area": sum(row[2] for row in all_rows) / len(all_rows),
                "images_with_outside": len(outside),
                "in_box_from_outside": sum(row[1] for row in outside) / max(len(outside), 1),
                "area_of_those": sum(row[2] for row in outside) / max(len(outside), 1),
            }
        )
    return rows


def _read_boxes(file: Path) -> dict[str, tuple[float, float, float, float]]:
    """Boxes by file name. Raises ClickException where the file holds anything else."""
    from transcnn.evaluation.tables import read_text

    try:
        given = json.loads(read_text(file))
        return {
            str(name): (float(left), float(top), float(right), float(bottom))
            for name, (left, top, right, bottom) in given.items()
        }
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise click.ClickException(f"{file}: this is not a JSON file of boxes.") from error


def _print(rows: Sequence[dict[str, object]], as_json: bool) -> None:
    """JSON, or a Markdown table."""
    if as_json:
        options.print_json(rows)
        return
    indices = ("stage", "block", "level", "head")
    heads = [f"{key} (0-based)" if key in indices else key for key in rows[0]]
    click.echo(f"| {' | '.join(heads)} |")
    click.echo("|" + "---:|" * len(rows[0]))
    for row in rows:
        click.echo(f"| {' | '.join(_cell(value) for value in row.values())} |")


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.3f}" if isinstance(value, float) else str(value)
