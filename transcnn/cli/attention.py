"""`attention`: what one token attends to, at every level of a block."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from transcnn.cli import options
from transcnn.files import replacing, write_file

if TYPE_CHECKING:
    from transcnn.pictures.prepare import Resize


@click.command()
@click.argument("image", metavar="IMAGE", type=options.FILE)
@click.option("--stage", type=int, required=True, metavar="S", help="Stage, from 0.")
@click.option(
    "--block", type=int, required=True, metavar="B", help="Block with H-MHSA in the stage, from 0."
)
@click.option(
    "--token",
    metavar="Y,X",
    required=True,
    help="Query token: row, column on the block's map, from 0.",
)
@options.model
@options.weights
@click.option(
    "--out",
    metavar="FILE",
    type=options.FILE,
    help="Also write a figure (.png, .svg) or the attention weights (.npz).",
)
@options.resize_any
@options.size
@options.threads_for_one_image
@options.on_device
@options.as_json
def attention(
    image: Path,
    stage: int,
    block: int,
    token: str,
    model: str,
    weights: Path | None,
    out: Path | None,
    resize: "Resize",
    size: int | None,
    on: options.On,
    as_json: bool,
) -> None:
    """Show what one token attends to, at every level of its block.

    For each level, prints the token with the strongest weight (mean over heads) as a multiple of
    uniform attention, and on how few tokens half of the attention falls. Above the first level,
    tokens are merged tokens: the query is the one that contains the chosen token. The text counts
    from 1, as figures do.
    """
    query = options.parse_token(token)
    ending = options.ending(out, (".png", ".svg", ".npz"))

    import numpy as np

    from transcnn.analysis.attention_row import row_facts
    from transcnn.classifier import Classifier
    from transcnn.figures import sheet
    from transcnn.figures.attention import attention_sheet, level_name
    from transcnn.figures.scale import format_multiple
    from transcnn.words import DEFAULT
    from transcnn.words.translator import translator

    t, classifier = translator(DEFAULT), Classifier(model, weights, **on)
    pixels, crop = classifier.prepare(image, resize, size)
    trace = classifier.trace_pixels(pixels, crop)
    readings = trace.read(stage, block, query)
    chosen = trace.block(stage, block)
    sides = [trace.crop.sides[0] / level.size[0] for level in chosen.levels]
    facts = [row_facts(r, side) for r, side in zip(readings, sides, strict=True)]
    if out is not None and ending == ".npz":
        arrays = {f"weights_{r.level}": r.probability for r in readings}
        areas = {f"areas_{r.level}": np.array(r.areas) for r in readings}
        # To a path, numpy would append .npz to a name in .NPZ.
        with (
            replacing(out) as part,
            part.open("wb") as file,
        ):
            np.savez(file, token=np.array(query), **arrays, **areas)  # type: ignore[arg-type]
    elif out is not None:
        figure = attention_sheet(t, trace, pixels, stage, block, query)
        write_file(out, sheet.png(figure) if ending == ".png" else sheet.svg(figure))
    if as_json:
        options.print_json(
            {
                "model": trace.model,
                "stage": stage,
                "block": block,
                "token": list(query),
                "levels": [
                    {
                        "level": reading.level,
                        "grid": level.grid,
                        "weights": reading.probability.tolist(),
                        "uniform": reading.uniform,
                    }
                    for reading, level in zip(readings, chosen.levels, strict=True)
                ],
            }
        )
        return
    for reading, fact in zip(readings, facts, strict=True):
        row, column = np.add(reading.grid_origin, fact.strongest) + 1
        click.echo(
            f"{level_name(t, reading.level, len(facts))}: strongest weight on row {row}, "
            f"column {column}, "
            f"{format_multiple(float(fact.multiple.max()))} uniform; "
            f"half of the attention falls on {fact.half} of {fact.tokens} tokens"
        )
