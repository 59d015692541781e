"""`predict`: what a network recognises."""

from pathlib import Path
from typing import Any

import click

from transcnn.cli import options
from transcnn.errors import PictureError


@click.command()
@click.argument("images", metavar="IMAGE...", nargs=-1, required=True, type=options.FILE)
@options.model
@options.weights
@click.option("--top", default=5, show_default=True, help="How many classes.")
@options.as_json
def predict(
    images: tuple[Path, ...], model: str, weights: Path | None, top: int, as_json: bool
) -> int:
    """Say what is on pictures: the likeliest classes with their probabilities."""
    from transcnn.classifier import Classifier

    classifier = Classifier(model, weights or "shipped")
    classifier.check_top(top)
    results: list[dict[str, Any]] = []
    for image in images:
        result: dict[str, Any] = {"file": str(image)}
        try:
            answers = classifier.predict(image, top).top
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
        options.print_json({"model": model, "images": results})
    failed = [result for result in results if "error" in result]
    for result in failed:
        click.echo(f"{result['file']}: {result['error']}", err=True)
    return 2 if failed else 0


def _print(result: dict[str, Any]) -> None:
    click.echo(result["file"])
    for answer in result.get("top", []):
        click.echo(f"  {100 * answer['probability']:5.1f} %  {answer['label']}")
