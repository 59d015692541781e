"""An annotated image as its annotations have it, before it is brought onto its file."""

from dataclasses import dataclass
from pathlib import Path

from transcnn.pictures.geometry import Box


@dataclass(frozen=True)
class GivenObject:
    """An object in the pixels that its annotations were made on; nothing of it is checked."""

    label: int
    box: Box | None  # None where it is not four numbers
    segmentation: object = None  # of COCO: polygons or run lengths
    crowd: bool = False


@dataclass(frozen=True)
class GivenPicture:
    """An image and its objects."""

    name: str
    path: Path
    size: tuple[int, int] | None  # width and height, where they are said
    objects: tuple[GivenObject, ...]


@dataclass(frozen=True)
class GivenSet:
    """The images of a set by name, and its classes."""

    classes: tuple[str, ...]
    pictures: list[GivenPicture]
