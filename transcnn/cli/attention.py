"""`attention`: where one token of one block read."""

from pathlib import Path

import click

from transcnn.cli import options


@click.command()
@click.argument("image", metavar="IMAGE", type=options.FILE)
@click.option("--stage", type=int, required=True, help="Stage, from 0.")
@click.option("--block", type=int, required=True, help="Block with H-MHSA in the stage, from 0.")
@click.option("--token", metavar="Y,X", required=True, help="Row, column on the block's map.")
@options.model
@options.weights
@click.option("--out", type=options.FILE, help="Write a figure (.png, .svg) or numbers (.npz).")
@options.as_json
def attention(
    image: Path,
    stage: int,
    block: int,
    token: str,
    model: str,
    weights: Path | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Show where a token read, at every level of its block."""
    place = options.parse_token(token)
    ending = options.ending(out, (".png", ".svg", ".npz"))

    import numpy as np

    from transcnn.analysis.attention_row import reading_facts
    from transcnn.classifier import Classifier
    from transcnn.figures import sheet
    from transcnn.figures.attention import attention_sheet
    from transcnn.figures.scale import format_multiple
    from transcnn.pictures import decode, prepare
    from transcnn.words import DEFAULT
    from transcnn.words.translator import translator

    classifier = Classifier(model, weights or "shipped")
    pixels, crop = prepare(decode(image.read_bytes()), classifier.config.input.size)
    trace = classifier.trace_pixels(pixels, crop)
    readings = trace.read(stage, block, place)
    chosen = trace.block(stage, block)
    sides = [trace.crop.size / level.size[0] for level in chosen.levels]
    facts = [reading_facts(r, side) for r, side in zip(readings, sides, strict=True)]
    if out is not None and ending == ".npz":
        arrays = {f"weights_{r.level}": r.probability for r in readings}
        areas = {f"areas_{r.level}": np.array(r.areas) for r in readings}
        with out.open("wb") as file:  # to a name, numpy would add .npz where it says .NPZ
            np.savez(file, token=np.array(place), **arrays, **areas)  # type: ignore[arg-type]
    elif out is not None:
        figure = attention_sheet(translator(DEFAULT), trace, pixels, stage, block, place)
        out.write_bytes(sheet.png(figure) if ending == ".png" else sheet.svg(figure).encode())
    if as_json:
        options.print_json(
            {
                "model": trace.model,
                "stage": stage,
                "block": block,
                "token": list(place),
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
        row, column = fact.strongest
        click.echo(
            f"level {reading.level}: reads most from row {reading.grid_origin[0] + row}, column "
            f"{reading.grid_origin[1] + column}: {format_multiple(float(fact.multiple.max()))} "
            f"an even share; {fact.half} of {fact.places} places give half of it"
        )
