"""A detector on all images of a stored run, batch by batch, as events."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from transcnn.detection.detector import ObjectDetector
from transcnn.detection.objects import AnnotatedPicture, DetectionSet
from transcnn.detection.sets.classes import MatchedClasses, common_classes, match_classes
from transcnn.runs.detection.measured import MeasuredDetections
from transcnn.runs.detection.store import (
    DetectionSettings,
    DetectionStore,
    begin_detections,
    pictures_digest,
)
from transcnn.runs.measure import decode_item, thumbnail
from transcnn.runs.measured import Broken
from transcnn.runs.run import Done, compute_run

BATCH = 4  # images
THUMB = 320  # pixels of the longer side: boxes can be seen where the file is gone


def begin_detection_run(
    path: Path, detector: ObjectDetector, annotated: DetectionSet
) -> DetectionStore:
    """The run of these images at `path`, new or to be resumed.

    Objects and detections of classes that only the set or only the detector has are left out.
    Raises NoCommonClass, and OtherRun if the run has other images or another detector.
    """
    classes = common_classes(annotated, detector.config.classes)
    pictures = tuple(
        replace(one, name=stored_name(one), objects=tuple(classes.objects(one)))
        for one in annotated.pictures
    )
    settings = DetectionSettings(
        detector.config.name,
        detector.weights_sha256,
        pictures_digest(pictures),
        classes.names,
        classes.only_set,
        classes.only_detector,
    )
    return begin_detections(path, settings, replace(annotated, pictures=pictures))


def stored_name(picture: AnnotatedPicture) -> str:
    """What an image is called in its run: its name may hold what is no text."""
    return picture.name.encode(errors="surrogateescape").decode(errors="backslashreplace")


def detect_run(
    store: DetectionStore | None,
    detector: ObjectDetector,
    items: Sequence[AnnotatedPicture],
    classes: Sequence[str],
    workers: int,
    should_stop: Callable[[], bool] = lambda: False,
    batch: int = BATCH,
) -> Iterator[Done]:
    """Find the objects in `items`, the remaining images of `store`'s run, as `compute_run` does;
    `classes` are those of the run."""
    matched = match_classes(classes, detector.config.classes)

    def detect(some: Sequence[AnnotatedPicture]) -> list[MeasuredDetections | Broken]:
        return [_detect(detector, matched, one) for one in some]

    return compute_run(store, items, detect, workers, should_stop, batch)


def _detect(
    detector: ObjectDetector, classes: MatchedClasses, item: AnnotatedPicture
) -> MeasuredDetections | Broken:
    picture = decode_item(item.name, item.path)
    if isinstance(picture, Broken):
        return picture
    found = classes.detections(detector.detect(picture))
    found.sort(key=lambda one: -one.score)
    small = thumbnail(picture.image, THUMB)
    return MeasuredDetections(item.name, picture.digest, small, tuple(found))
