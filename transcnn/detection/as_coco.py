"""Detections as a COCO file of annotations, which other tools read. No torch here."""

from collections.abc import Sequence
from typing import Any

from transcnn.detection.objects import Detected, Detection


def as_coco(detected: Detected, classes: Sequence[str], file: str) -> dict[str, Any]:
    """The value of the JSON file of one image called `file`, as `all_as_coco` has several."""
    return all_as_coco([(file, detected)], classes)


def all_as_coco(found: Sequence[tuple[str, Detected]], classes: Sequence[str]) -> dict[str, Any]:
    """The value of the JSON file: images by their names, all `classes` as categories, each
    detection as an annotation with its score. Numbers (`id`) begin with 1; boxes are [left, top,
    width, height] in pixels of the upright image, masks run-length encoded."""
    every = [(i, one) for i, (_, detected) in enumerate(found, 1) for one in detected.detections]
    return {
        "images": [
            {"id": i, "file_name": file, "width": detected.size[0], "height": detected.size[1]}
            for i, (file, detected) in enumerate(found, 1)
        ],
        "categories": [{"id": i, "name": name} for i, name in enumerate(classes, 1)],
        "annotations": [
            {"id": number, "image_id": image, **_annotation(one)}
            for number, (image, one) in enumerate(every, 1)
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
