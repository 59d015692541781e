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
    "--check/--no-check",
    default=True,
    show_default=True,
    help="Compare the file's logits with the network's on sample images.",
)
@options.threads
def export(
    model: str | None,
    weights: Path | None,
    kind: str | None,
    out: Path,
    size: int | None,
    dynamic: str,
    check: bool,
) -> None:
    """Write a network to a file that other programs run: ONNX, or torch's exported program.

    The file takes images [batch, 3, height, width], normalised by the mean and scale that it names,
    and gives logits. A file whose logits differ from the network's is deleted.
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
    exporting.export(classifier, out, size, how)
    said = "not compared with the network"
    if check:
        try:
            apart = exporting.check(classifier, out, size, how)
        except BaseException:
            out.unlink()
            raise
        said = f"its logits differ from the network's by at most {apart:.1e} of the largest"
    click.echo(f"{visible(str(out))}: {classifier.config.name}; {said}")
