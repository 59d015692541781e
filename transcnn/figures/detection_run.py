"""A run of a detector as tables for other programs, and crops of its boxes."""

import itertools
from collections.abc import Sequence

from PIL import Image, ImageDraw

from transcnn.analysis.detection.verdicts import Verdict
from transcnn.detection.evaluation.coco import RECALLS, CocoScores
from transcnn.detection.evaluation.judged import JudgedPicture
from transcnn.detection.objects import Annotation, Detection
from transcnn.figures.table import to_csv
from transcnn.pictures.geometry import Box

FOUND, ANNOTATED = "#D55E00", "#56B4E9"  # of Okabe and Ito
_AROUND = 0.3  # of the longer side of the boxes, on each side
_LEAST = 32  # pixels of the image: a smaller part shows nothing of what is around
_DASH, _GAP = 12, 7  # pixels


def draw_crop(
    image: Image.Image, size: tuple[int, int], found: Box | None, annotated: Box | None, side: int
) -> Image.Image:
    """The part of an image with a detection (solid) and an annotated object (dashed), one of both
    at least; its longer side has `side` pixels.

    Boxes are in pixels of an image of `size` (width, height), of which `image` may be a smaller
    copy.
    """
    part = _part(size, [box for box in (found, annotated) if box is not None])
    across, down = image.width / size[0], image.height / size[1]
    corners = (part.left * across, part.top * down, part.right * across, part.bottom * down)
    scale = side / max(part.right - part.left, part.bottom - part.top)
    _, _, width, height = part.xywh
    shape = (max(1, round(width * scale)), max(1, round(height * scale)))
    crop = image.convert("RGB").resize(shape, Image.Resampling.BICUBIC, box=corners)
    draw = ImageDraw.Draw(crop)
    for box, colour, dashed in ((annotated, ANNOTATED, True), (found, FOUND, False)):
        if box is not None:
            left, top = (box.left - part.left) * scale, (box.top - part.top) * scale
            right, bottom = (box.right - part.left) * scale, (box.bottom - part.top) * scale
            edges = (max(left, 1), max(top, 1), min(right, shape[0] - 2), min(bottom, shape[1] - 2))
            _frame(draw, edges, colour, dashed)
    return crop


def _part(size: tuple[int, int], boxes: Sequence[Box]) -> Box:
    """What is shown: the boxes with some of what is around them, on the image."""
    left, top = min(box.left for box in boxes), min(box.top for box in boxes)
    right, bottom = max(box.right for box in boxes), max(box.bottom for box in boxes)
    longer = max(right - left, bottom - top)
    around = max(_AROUND * longer, (_LEAST - longer) / 2)
    return Box(
        max(0.0, left - around),
        max(0.0, top - around),
        min(float(size[0]), right + around),
        min(float(size[1]), bottom + around),
    )


def _frame(
    draw: ImageDraw.ImageDraw, edges: tuple[float, float, float, float], colour: str, dashed: bool
) -> None:
    """A line round a box, dark beneath so that it is seen on any image."""
    left, top, right, bottom = edges
    corners = ((left, top), (right, top), (right, bottom), (left, bottom), (left, top))
    for line, width in (("#14130F", 6), (colour, 3)):
        for start, end in itertools.pairwise(corners):
            for one, other in _dashes(start, end) if dashed else [(start, end)]:
                draw.line([one, other], fill=line, width=width)


def _dashes(
    start: tuple[float, float], end: tuple[float, float]
) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    length = abs(end[0] - start[0]) + abs(end[1] - start[1])  # they run along the axes
    if length <= 0:
        return []

    def at(way: float) -> tuple[float, float]:
        share = min(way, length) / length
        return start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])

    steps = range(0, max(1, round(length)), _DASH + _GAP)
    return [(at(step), at(step + _DASH)) for step in steps]


def verdicts_csv(
    names: Sequence[str],
    pictures: Sequence[JudgedPicture],
    listed: Sequence[Verdict],
    classes: Sequence[str],
) -> str:
    """Every detection and every missed object as a row; `names` are those of the images, boxes are
    in pixels of the upright image."""
    sides = ("left", "top", "width", "height")
    head = ("file", "outcome", "class", "score", *sides)
    there = ("annotated_class", "iou", *(f"annotated_{side}" for side in sides))
    rows = []
    for one in listed:
        picture = pictures[one.picture]
        found = None if one.detection is None else picture.detections[one.detection]
        about = None if one.object is None else picture.objects[one.object]
        rows.append(
            (
                *(names[one.picture], one.outcome),
                *_cells(found, classes, one.score),
                *_cells(about, classes, one.iou),
            )
        )
    return to_csv((*head, *there), rows)


def _cells(
    one: Annotation | Detection | None, classes: Sequence[str], number: float | None
) -> tuple[object, ...]:
    """Class, a number that belongs to it, and the box; empty where there is none."""
    if one is None:
        return ("",) * 6
    return (classes[one.label], "" if number is None else number, *one.box.xywh)


def curves_csv(scores: CocoScores) -> str:
    """The precision of every class at COCO's 101 recalls, at IoU 0.5."""
    rows = [
        (one.name, float(recall), float(precision))
        for one in scores.per_class
        if one.objects
        for recall, precision in zip(RECALLS, one.curve, strict=True)
    ]
    return to_csv(("class", "recall", "precision"), rows)
