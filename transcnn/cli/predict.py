"""`predict`: the most likely classes of images."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from transcnn.cli import options
from transcnn.engines import Engine
from transcnn.errors import PictureError
from transcnn.words.visible import visible

if TYPE_CHECKING:
    from transcnn.pictures.prepare import Resize


@click.command()
@click.argument("images", metavar="IMAGE...", nargs=-1, required=True, type=options.FILE)
@options.model
@options.weights
@click.option("--top", default=5, show_default=True, metavar="N", help="Number of classes to list.")
@options.resize_any
@options.size
@options.threads_for_one_image
@options.on_device
@options.engine
@options.as_json
def predict(
    images: tuple[Path, ...],
    model: str,
    weights: Path | None,
    top: int,
    resize: "Resize",
    size: int | None,
    on: options.On,
    engine: Engine | None,
    as_json: bool,
) -> int:
    """Predict the most likely classes of images, with their probabilities.

    An IMAGE is a file, a folder (all images below it) or a pattern such as 'photos/*.jpg'.
    For a network with only some of the 1000 classes, transcnn_lite0 first estimates whether the
    image shows one of them. An unreadable image does not stop the others; the exit code is then 2.
    """
    from transcnn.analysis.belonging import belonging
    from transcnn.classifier import Classifier
    from transcnn.evaluation.folder import find_images
    from transcnn.pictures import prepare, read_picture

    on = options.with_engine(on, engine)
    classifier = Classifier(model, weights, **on)
    classifier.check_top(top)
    classifier.input_size(size)
    few = classifier.config.indices
    judge = None if few is None else Classifier(**on)
    if engine is not None:
        from transcnn.engine_files import compute_with

        for one in filter(None, (classifier, judge)):
            compute_with(one, engine)
    results: list[dict[str, Any]] = []
    for image in find_images(images):
        result: dict[str, Any] = {"file": str(image)}
        try:
            picture = read_picture(image)
            answers = classifier.predict(picture, top, resize, size).top
            if judge is not None and few is not None:
                pixels, _ = prepare(picture, judge.config.input.size)
                found = belonging(judge, pixels, few)
                result["class_coverage"] = {
                    "probability": found.share,
                    "outside": found.outside,
                    "top1": found.likeliest.name.label,
                }
        except PictureError as error:
            result["error"] = str(error)
        except OSError as error:
            result["error"] = f"{error.strerror}."
        else:
            result["top"] = [
                {
                    "index": answer.name.index,
                    "wnid": answer.name.wnid,
                    "label": answer.name.label,
                    "probability": answer.probability,
                }
                for answer in answers
            ]
        results.append(result)
        if not as_json:
            _print(result)
    if as_json:
        options.print_json({"model": classifier.config.name, "images": results})
    failed = [result for result in results if "error" in result]
    for result in failed:
        click.echo(f"{visible(result['file'])}: {result['error']}", err=True)
    return 2 if failed else 0


def _print(result: dict[str, Any]) -> None:
    click.echo(visible(result["file"]))
    found = result.get("class_coverage")
    if found is not None and found["outside"]:
        click.echo(
            f"  Probably outside this network's classes: transcnn_lite0 predicts {found['top1']} "
            f"and gives these classes {100 * found['probability']:.0f} % in total."
        )
    for answer in result.get("top", []):
        click.echo(f"  {100 * answer['probability']:5.1f} %  {answer['label']}")
