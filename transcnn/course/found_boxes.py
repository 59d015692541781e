"""What a detector finds in an image, where its best box comes from, and what the box needs.

The detector is one and the same whatever network the learner looks at. It is looked for once in
each image, and what came of it is then kept.
"""

import functools
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from transcnn.analysis.detection.differences import Difference, compare_detections
from transcnn.analysis.detection.inside import (
    Inside,
    attention_inside,
    centre_token,
    tokens_across,
)
from transcnn.detection.objects import Detection
from transcnn.detection.prepare import prepare
from transcnn.pictures import Crop, Picture, take_picture
from transcnn.pictures.changes import Pixels
from transcnn.pictures.samples import find_sample, sample_name
from transcnn.trace.trace import Trace

if TYPE_CHECKING:
    from transcnn.detection.candidates import Candidate, Candidates
    from transcnn.detection.detector import ObjectDetector

SeeWhole = Callable[[int, int], tuple[Pixels, Crop]]
"""The whole image within a shorter and a longer side: pixels [rows, columns, 3], and where they lie
on it."""

DETECTOR = "retinanet_transcnn_lite0"
THRESHOLD = 0.5  # the lowest score of a box that is shown, as on the page Detect
ABLATIONS = ("off", "uniform")
STAND_IN = "beagle"  # the sample in place of an image in which nothing is found
_STAGE, _BLOCK = 2, 2  # the H-MHSA that the course looks at
_PICTURES = 32  # of which the boxes are kept, about half a megabyte each


@dataclass(frozen=True, eq=False)
class CentreAttention:
    """What the token at the centre of a box attends to on the last level of a block, mean of the
    heads.

    `multiples` [rows, columns] are those of uniform attention, `own` is the merged token that holds
    the query: row, column. `whole` is how many tokens the input has, where the last are cut.
    """

    stage: int
    block: int
    multiples: NDArray[np.float64]
    own: tuple[int, int]
    whole: tuple[float, float]
    inside: Inside


@dataclass(frozen=True, eq=False)
class FoundBoxes:
    """What the detector finds in the image `picture` (its name in the fixed tests).

    `pixels` [rows, columns, 3] are its input, which `crop` places on the image. `boxes` have at
    least the score `THRESHOLD`, the best one first, which all else is about; `kept` counts those of
    any score. `after` has the boxes under each of the `ABLATIONS`.
    """

    picture: str
    pixels: Pixels
    crop: Crop
    classes: tuple[str, ...]
    boxes: tuple[Detection, ...]
    kept: int
    candidates: "Candidates"
    attention: CentreAttention
    after: Mapping[str, tuple[Detection, ...]]

    @property
    def best(self) -> Detection:
        """The box with the highest score."""
        return self.boxes[0]

    @property
    def source(self) -> "Candidate":
        """The anchor of the best box, and the token that has it."""
        return self.candidates.source(self.best)

    def changes(self, ablation: str) -> tuple[Difference, ...]:
        """What becomes of each box, and what appears."""
        return compare_detections(self.boxes, self.after[ablation])


def see_whole(picture: Picture) -> SeeWhole:
    """Of an image that is read once it is asked for."""
    return lambda shorter, longer: prepare(take_picture(picture), shorter, longer)


class BoxFinder:
    """Looks for boxes by the detector that `open_detector` opens; the images that were asked about
    last are not looked at again. Threads may share one.
    """

    def __init__(self, open_detector: "Callable[[], ObjectDetector]") -> None:
        self._open = open_detector
        self._found: dict[str, FoundBoxes | None] = {}
        self._lock = threading.Lock()

    def find(self, picture: str, see: SeeWhole) -> FoundBoxes | None:
        """What is found in the image called `picture`, which `see` gives; None where nothing is."""
        with self._lock:
            if picture in self._found:
                self._found[picture] = found = self._found.pop(picture)  # the last one again
                return found
        found = _look(self._open(), picture, see)
        with self._lock:
            self._found[picture] = found
            while len(self._found) > _PICTURES:
                del self._found[next(iter(self._found))]
        return found

    def in_sample(self) -> FoundBoxes:
        """What is found in the sample that stands in for other images."""
        sample = find_sample(STAND_IN)
        assert sample is not None
        found = self.find(sample_name(sample.name), see_whole(sample.path))
        assert found is not None
        return found


@functools.cache
def open_detector() -> "ObjectDetector":
    """The detector of the course, for who has none open."""
    from transcnn.detection.detector import ObjectDetector

    return ObjectDetector.open(DETECTOR, device="cpu")


def _look(detector: "ObjectDetector", picture: str, see: SeeWhole) -> FoundBoxes | None:
    from transcnn.detection.candidates import find_candidates

    pixels, crop = see(*detector.size())
    run = detector.trace_pixels(pixels, crop)
    boxes = run.detected.above(THRESHOLD).detections
    if not boxes:
        return None
    after = {
        name: detector.detect_pixels(pixels, crop, detector.intervention(name))
        for name in ABLATIONS
    }
    return FoundBoxes(
        picture=picture,
        pixels=pixels,
        crop=crop,
        classes=detector.config.classes,
        boxes=boxes,
        kept=len(run.detected.detections),
        candidates=find_candidates(detector, pixels, crop),
        attention=_attention(run.trace, boxes[0]),
        after={name: found.above(THRESHOLD).detections for name, found in after.items()},
    )


def _attention(trace: Trace, one: Detection) -> CentreAttention:
    block = trace.block(_STAGE, _BLOCK)
    reading = trace.read(_STAGE, _BLOCK, centre_token(block, trace.crop, one.box))[-1]
    return CentreAttention(
        _STAGE,
        _BLOCK,
        reading.multiple.mean(0, dtype=np.float64),
        reading.own,
        tokens_across(block, trace.crop, reading.level),
        attention_inside(reading, one.box),
    )
