"""`export`: a network as a file for other programs."""

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from transcnn.cli import options
from transcnn.errors import ChoiceError
from transcnn.extras import need
from transcnn.words.visible import visible

if TYPE_CHECKING:
    from transcnn.export import Dynamic


@click.command()
@options.model
@options.weights
@click.option(
    "--format",
    "kind",
    type=click.Choice(["onnx", "pt2"]),
    help="ONNX, or torch's exported program. [default: by the ending of --out]",
)
@click.option("--out", metavar="FILE", type=options.FILE, required=True, help="File to write.")
@click.option(
    "--size", type=int, metavar="P", help="Side of the images. [default: the network's own]"
)
@click.option(
    "--dynamic",
    type=click.Choice(["none", "batch", "size"]),
    default="batch",
    show_default=True,
    help="What may vary: nothing, the number of images, or their height and width, too.",
)
@click.option(
    "--attention", is_flag=True, help="The attention matrices of every level are outputs, too."
)
@click.option(
    "--check/--no-check",
    default=True,
    show_default=True,
    help="Compare what the file gives with what the network gives on sample images.",
)
@options.threads
def export(
    model: str | None,
    weights: Path | None,
    kind: str | None,
    out: Path,
    size: int | None,
    dynamic: str,
    attention: bool,
    check: bool,
) -> None:
    """Write a network to a file that other programs run: ONNX, or torch's exported program.

    The file takes images [batch, 3, height, width], normalised by the mean and scale that it names,
    and gives logits. An ONNX file is run by onnxruntime and, where it is installed, by OpenVINO. A
    file whose outputs differ from the network's is deleted; where they differ only in OpenVINO, it
    is kept, and a sentence says so.
    """
    ending = options.ending(out, (".onnx", ".pt2") if kind is None else (f".{kind}",))
    if ending == ".onnx":
        need("export")

    from transcnn import export as exporting
    from transcnn.classifier import Classifier

    classifier = Classifier(model, weights, device="cpu")
    size = classifier.config.input.size if size is None else size
    least = exporting.SIDES[0] + 3 if dynamic == "size" else 32
    if not least <= size <= 1024:
        raise ChoiceError(field="size", value=size, allowed=f"{least} to 1024")
    how = cast("Dynamic", dynamic)
    exporting.export(classifier, out, size, how, attention)
    name, said = classifier.config.name, visible(str(out))
    if not check:
        click.echo(f"{said}: {name}; not compared with the network")
        return
    try:
        first, *others = exporting.check(classifier, out, size, how, attention)
    except BaseException:
        out.unlink()
        raise
    for one in (first, *others):
        if one.agrees:
            click.echo(
                f"{said}: {name}; in {one.engine} its outputs differ from the network's by at most "
                f"{one.apart:.1e} of the largest"
            )
        else:
            advice = " (try --dynamic batch)" if dynamic == "none" else ""
            click.echo(
                f"{said}: {one.engine} computes it wrongly, {one.apart:.1e} of the largest away "
                f"from the network{advice}; {first.engine} does not, so the file was kept.",
                err=True,
            )
