"""Detections of one image as a COCO file of annotations, which other tools read. No torch here."""

from collections.abc import Sequence
from typing import Any

from transcnn.detection.objects import Detected, Detection


def as_coco(detected: Detected, classes: Sequence[str], file: str) -> dict[str, Any]:
    """The value of the JSON file: one image called `file`, all `classes` as categories, each
    detection as an annotation with its score. Numbers (`id`) begin with 1; boxes are [left, top,
    width, height] in pixels of the upright image, masks run-length encoded."""
    width, height = detected.size
    return {
        "images": [{"id": 1, "file_name": file, "width": width, "height": height}],
        "categories": [{"id": i, "name": name} for i, name in enumerate(classes, 1)],
        "annotations": [
            {"id": number, "image_id": 1, **_annotation(one)}
            for number, one in enumerate(detected.detections, 1)
        ],
    }


def _annotation(one: Detection) -> dict[str, Any]:
    left, top, across, down = one.box.xywh
    found = {
        "category_id": one.label + 1,
        "score": one.score,
        "bbox": [left, top, across, down],
        "area": across * down if one.mask is None else one.mask.area,
        "iscrowd": 0,
    }
    return found if one.mask is None else found | {"segmentation": one.mask.rle}
