"""What a run stores of an annotated image. No torch here: the app reads runs before torch is
loaded."""

from dataclasses import dataclass

from transcnn.detection.objects import Annotation, Detection


@dataclass(frozen=True)
class MeasuredDetections:
    """What was found in one image, of the classes of the run."""

    name: str
    digest: str  # sha256 of the file's bytes
    thumbnail: bytes  # JPEG
    detections: tuple[Detection, ...]  # by descending score


@dataclass(frozen=True)
class DetectedPicture:
    """An image of a run that is done: its annotated objects, and what was found in it. Boxes are in
    pixels of the upright image, labels among the classes of the run."""

    id: int
    name: str
    size: tuple[int, int]  # width and height, upright
    objects: tuple[Annotation, ...]
    detections: tuple[Detection, ...]  # by descending score
