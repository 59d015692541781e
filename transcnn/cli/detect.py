"""`detect`: the objects in images, with their boxes and masks."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from transcnn.cli import options
from transcnn.errors import ChoiceError, PictureError
from transcnn.extras import need
from transcnn.files import write_file
from transcnn.model.interventions import INTERVENTIONS, KINDS
from transcnn.words.visible import visible

if TYPE_CHECKING:
    from transcnn.detection.detector import ObjectDetector
    from transcnn.detection.objects import Detected, Detection
    from transcnn.pictures import DecodedPicture


_NEEDING = {kind.name for kind in KINDS if kind.needs_other or kind.needs_means}


def _check_attention(_context: click.Context, _option: click.Parameter, given: str) -> str:
    """Raises ChoiceError for what needs another image of the same size, or stored averages."""
    if given in _NEEDING:
        possible = ", ".join(name for name in INTERVENTIONS if name not in _NEEDING)
        allowed = f"{possible} for a detector and a single image"
        raise ChoiceError(field="attention", value=given, allowed=allowed)
    return given


@click.command()
@click.argument("images", metavar="IMAGE...", nargs=-1, required=True, type=options.FILE)
@click.option(
    "--model",
    metavar="NAME",
    help="The detector; `models` lists them. [default: the one of --weights, else "
    "retinanet_transcnn_lite0]",
)
@click.option(
    "--weights",
    metavar="FILE",
    type=options.FILE,
    help="A weight file of a detector. [default: the included weights]",
)
@click.option(
    "--attention",
    type=click.Choice(INTERVENTIONS),
    callback=_check_attention,
    default="on",
    show_default=True,
    help="What every H-MHSA does; `ablate --help` says what each is; swapped and mean need more "
    "than a single image.",
)
@click.option(
    "--threshold",
    type=click.FloatRange(0, 1),
    default=0.5,
    show_default=True,
    metavar="S",
    help="The lowest score that is shown, 0 to 1. Networks give none below 0.05.",
)
@click.option(
    "--size",
    metavar="PX",
    type=int,
    help="Longer side that images are resized to. [default: that the network was trained with]",
)
@click.option(
    "--out",
    metavar="FILE",
    type=options.FILE,
    help="Also draw what is found on the image (.png, .svg); for one image.",
)
@options.threads_for_one_image
@options.on_device
@options.as_json
def detect(
    images: tuple[Path, ...],
    model: str | None,
    weights: Path | None,
    attention: str,
    threshold: float,
    size: int | None,
    out: Path | None,
    on: options.On,
    as_json: bool,
) -> int:
    """Find objects in images: their classes, scores and boxes, and masks where the detector is a
    Mask R-CNN.

    An IMAGE is a file, a folder (all images below it) or a pattern such as 'photos/*.jpg'. Boxes
    are in pixels of the image, turned upright as its EXIF says; the whole image is seen. An
    unreadable image does not stop the others; the exit code is then 2.
    """
    ending = options.ending(out, (".png", ".svg"))
    need("detection")

    from transcnn.detection.detector import ObjectDetector
    from transcnn.evaluation.folder import find_images
    from transcnn.pictures import read_picture

    files = find_images(images)
    if out is not None and len(files) > 1:
        raise ChoiceError(field="out", value=str(out), allowed=f"one image ({len(files)} given)")
    detector = ObjectDetector.open(model, weights, **on)
    intervention = detector.intervention(attention)
    detector.size(size)
    results: list[dict[str, Any]] = []
    for file in files:
        result: dict[str, Any] = {"file": str(file)}
        try:
            picture = read_picture(file)
            detected = detector.detect(picture, intervention, size)
        except PictureError as error:
            result["error"] = str(error)
        except OSError as error:
            result["error"] = f"{error.strerror}."
        else:
            shown = detected.above(threshold)
            result |= _as_dict(shown, detector.config.classes)
            if out is not None:
                _draw(out, ending, detector, picture, shown, threshold)
        results.append(result)
        if not as_json:
            _print(result, threshold)
    if as_json:
        options.print_json({"model": detector.config.name, "images": results})
    failed = [result for result in results if "error" in result]
    for result in failed:
        click.echo(f"{visible(result['file'])}: {result['error']}", err=True)
    return 2 if failed else 0


def _draw(
    out: Path,
    ending: str | None,
    detector: "ObjectDetector",
    picture: "DecodedPicture",
    detected: "Detected",
    threshold: float,
) -> None:
    from transcnn.figures.detections import draw_detections
    from transcnn.words import DEFAULT
    from transcnn.words.translator import translator

    t, names, model = translator(DEFAULT), detector.config.classes, detector.config.name
    drawing = draw_detections(t, picture, detected, names, model=model, threshold=threshold)
    write_file(out, drawing.png if ending == ".png" else drawing.svg)


def _as_dict(detected: "Detected", classes: tuple[str, ...]) -> dict[str, Any]:
    """The documented keys."""
    width, height = detected.size
    found = [_detection(one, classes) for one in detected.detections]
    return {"width": width, "height": height, "detections": found}


def _detection(one: "Detection", classes: tuple[str, ...]) -> dict[str, Any]:
    mask = {} if one.mask is None else {"mask": one.mask.rle}
    return {"label": classes[one.label], "score": one.score, "box": list(one.box.xywh), **mask}


def _print(result: dict[str, Any], threshold: float) -> None:
    click.echo(visible(result["file"]))
    for one in result.get("detections", []):
        left, top, width, height = (round(value) for value in one["box"])
        click.echo(
            f"  {one['score']:.2f}  {visible(one['label'])}: "
            f"{width} x {height} pixels at left {left}, top {top}"
        )
    if result.get("detections") == []:
        click.echo(f"  No object has a score of at least {threshold:g}.")
