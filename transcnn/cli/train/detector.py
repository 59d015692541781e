"""`train detector`: a network that finds objects, from annotated images."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from transcnn.cli import options
from transcnn.cli.interrupted import Interrupted
from transcnn.cli.processes import first_alone, processes
from transcnn.cli.train.log import Preparing, check_new, follow, say_end
from transcnn.errors import ChoiceError
from transcnn.words.visible import visible

if TYPE_CHECKING:
    from transcnn.detection.config import Detector
    from transcnn.detection.objects import DetectionSet
    from transcnn.devices import Precision
    from transcnn.training.detection.source import AnnotatedSource

_PASSES = 20  # over the images, unless minutes are given
_LISTED = 10  # of what was left out


@click.command(short_help="Train a detector on annotated images, COCO's or Pascal VOC's")
@click.option(
    "--data",
    multiple=True,
    required=True,
    type=options.FILE,
    metavar="SET",
    help="A COCO file, or a folder of COCO or Pascal VOC; may be repeated.",
)
@click.option(
    "--masks",
    multiple=True,
    type=options.FILE,
    metavar="SET",
    help="A set from which only masks are learned, whatever its classes; may be repeated.",
)
@click.option(
    "--model",
    default="retinanet_transcnn_lite0",
    show_default=True,
    metavar="NAME",
    help="The detector, on the included weights of its backbone.",
)
@click.option(
    "--weights",
    metavar="FILE",
    type=options.FILE,
    help="Start from the weights of a detector, as far as they fit.",
)
@click.option(
    "--attention",
    type=click.Choice(("on", "off")),
    default="on",
    show_default=True,
    help="off: train on the backbone without H-MHSA, to compare with.",
)
@options.out_folder
@options.resume
@options.minutes(f"about {_PASSES} passes over the images")
@options.threads
@options.device
@options.training_precision
def detector(
    data: tuple[Path, ...],
    masks: tuple[Path, ...],
    model: str,
    weights: Path | None,
    attention: str,
    out: Path,
    resume: bool,
    minutes: float | None,
    device: str,
    precision: "Precision | None",
) -> int:
    """Train a detector: RetinaNet, or Mask R-CNN where objects have masks.

    Its classes are those of the sets in --data, in which every object of every class is annotated;
    what is not, it learns to leave out. A set whose objects all have masks teaches masks, too. What
    cannot be used is left out and listed. The command writes checkpoint.pt, log.csv,
    weights.safetensors and the decoded images to --out; `evaluate` measures the weights on another
    set, `detect` uses them.
    """
    from transcnn.extras import need

    need("detection")
    options.check_minutes(minutes)
    check_new(out, resume)

    from transcnn.checkpoints.catalogue import shipped_names
    from transcnn.detection.presets import detector as find_detector
    from transcnn.detection.presets import list_detectors
    from transcnn.detection.sets import read_set
    from transcnn.training import loop
    from transcnn.training.detection.batches import DetectionBatches
    from transcnn.training.detection.prepare import joined_classes, start, with_classes
    from transcnn.training.detection.state import DetectorTraining
    from transcnn.training.recipes.detector import DETECTOR
    from transcnn.training.schedule import Length

    chosen = find_detector(model)
    if chosen.backbone not in shipped_names():
        trained = [
            name for name in list_detectors() if find_detector(name).backbone in shipped_names()
        ]
        allowed = f"those whose backbone is trained: {', '.join(trained)}"
        raise ChoiceError(field="model", value=model, allowed=allowed)
    if masks and not chosen.masks:
        raise ChoiceError(field="model", value=model, allowed="Mask R-CNN, where there are --masks")
    given = [read_set(path) for path in data]
    classes = joined_classes(given)
    chosen = chosen.with_classes(classes)
    sets = [with_classes(one, classes) for one in given]
    recipe = replace(DETECTOR, attention=attention)
    if precision is not None:
        recipe = replace(recipe, precision=precision)
    with processes(device) as (rank, count, here):
        with first_alone(rank):
            sources = _open(chosen, sets, [read_set(one) for one in masks], out, recipe.store_px)
        images = sum(map(len, sources))
        recipe = replace(recipe, steps=max(1, _PASSES * images // recipe.batch))
        if rank == 0:
            _describe(classes, sources)
        begun = start(chosen, weights, recipe.seed)
        if rank == 0 and begun.new:
            click.echo(f"{len(begun.new)} of its tensors do not fit the classes and begin anew.")
        first = 1 if chosen.masks else 0
        batches = DetectionBatches(sources, recipe, chosen.longer, first, rank, count)
        about = {"trained_on": {"images": images, "attention": attention}}
        state = DetectorTraining(recipe, chosen, begun.network, batches, out, here, about)
        with Interrupted() as interrupted:
            events = loop.run(
                state,
                length=Length(recipe.steps, minutes),
                resume=resume,
                should_stop=lambda: interrupted.yes,
            )
            end = follow(events, out / "log.csv", resume, quiet=rank != 0)
    return say_end(end, out, quiet=rank != 0)


def _open(
    chosen: "Detector",
    sets: "list[DetectionSet]",
    only_masks: "list[DetectionSet]",
    out: Path,
    store_px: int,
) -> "list[AnnotatedSource]":
    """The images of all sets, decoded."""
    from transcnn.training.detection.prepare import has_masks, without_classes
    from transcnn.training.detection.source import open_annotated

    decoding = Preparing("decoding")
    cache = out / "pictures"

    def show(done: int, of: int) -> None:
        decoding.show(cache, done, of)

    teaching = [has_masks(one) and chosen.masks for one in sets]
    if chosen.masks and not any(teaching) and not only_masks:
        allowed = "a set in which every object has a mask, here or by --masks"
        raise ChoiceError(field="data", value="no masks", allowed=allowed)
    opened = [
        open_annotated(one, cache, store_px, show, masks=masks)
        for one, masks in zip(sets, teaching, strict=True)
    ]
    return opened + [
        open_annotated(without_classes(one), cache, store_px, show, boxes=False, masks=True)
        for one in only_masks
    ]


def _describe(classes: tuple[str, ...], sources: "list[AnnotatedSource]") -> None:
    click.echo(f"{len(classes)} classes: {visible(', '.join(classes))}")
    for source in sources:
        objects = sum(len(picture.objects) for picture in source.pictures)
        learned = " and ".join(
            what for what, yes in (("boxes", source.boxes), ("masks", source.masks)) if yes
        )
        click.echo(f"{len(source)} images with {objects} objects, to learn {learned} from")
        for why in source.left_out[:_LISTED]:
            click.echo(f"  left out: {visible(str(why))}", err=True)
        if len(source.left_out) > _LISTED:
            click.echo(f"  and {len(source.left_out) - _LISTED} more", err=True)
