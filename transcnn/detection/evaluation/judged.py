"""What is compared: the objects of one image, and what was found there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from transcnn.detection.objects import Annotation, Detection
from transcnn.pictures.geometry import Box

By = Literal["box", "mask"]
"""Whether objects overlap by their boxes or by their masks."""


@dataclass(frozen=True)
class JudgedPicture:
    """The objects and detections of one image; their labels are among the same classes."""

    size: tuple[int, int]  # width and height
    objects: Sequence[Annotation]
    detections: Sequence[Detection]


def shape(one: Annotation | Detection, by: By) -> Any:
    """Box or mask as COCO's tools take them."""
    return corner_and_sides(one.box) if by == "box" or one.mask is None else one.mask.rle


def corner_and_sides(box: Box) -> list[float]:
    """[left, top, width, height], COCO's form of a box."""
    return [float(box.left), float(box.top), box.right - box.left, box.bottom - box.top]


def area(one: Annotation | Detection, by: By = "mask") -> float:
    """In pixels: of the mask where there is one and it counts, else of the box."""
    if by == "mask" and one.mask is not None:
        return float(one.mask.area)
    _, _, width, height = corner_and_sides(one.box)
    return width * height
