"""`evaluate_detector`: all that is measured of a detector on a set."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from transcnn.detection.detector import ObjectDetector
from transcnn.detection.evaluation.coco import CocoScores, coco_scores
from transcnn.detection.evaluation.judged import By, JudgedPicture
from transcnn.detection.evaluation.passes import OnProgress, detect_all
from transcnn.detection.evaluation.tide import Errors, find_errors
from transcnn.detection.objects import AnnotatedPicture, DetectionSet
from transcnn.detection.sets.classes import MatchedClasses, common_classes
from transcnn.errors import FolderError
from transcnn.model.interventions import EVERYWHERE, Where, check_intervention

DRAWS = 1000


@dataclass(frozen=True)
class Measured:
    """The scores and errors of one intervention, by boxes or by masks."""

    scores: CocoScores
    errors: Errors


@dataclass(frozen=True)
class DetectionEvaluation:
    """What was measured, by intervention and by "box" or, where both the set and the detector have
    them, "mask". `unreadable` are files with the sentence why; `without_mask` counts the objects
    for whose lack of a mask the detector's masks are not measured."""

    classes: MatchedClasses
    pictures: tuple[AnnotatedPicture, ...]
    measured: dict[str, dict[By, Measured]]
    unreadable: tuple[tuple[Path, str], ...]
    without_mask: int


def evaluate_detector(
    detector: ObjectDetector,
    annotated: DetectionSet,
    attentions: Sequence[str] = ("on",),
    where: Where = EVERYWHERE,
    size: int | None = None,
    draws: int = DRAWS,
    progress: OnProgress = lambda *_: None,
) -> DetectionEvaluation:
    """Measure `detector` on a set under each of the interventions `attentions`.

    `size` is the longer side of the input, `draws` the number of the bootstrap's, in which all
    interventions have the same images. Objects and detections of classes that only one of both has
    are left out. Raises NoCommonClass, ChoiceError for an intervention or a part that does not
    exist, FolderError if no image can be read, or "swapped" has no other image.
    """
    for name in attentions:
        check_intervention(name, where, means=False)
    where.check(detector.backbone)
    detector.size(size)
    classes = common_classes(annotated, detector.config.classes)
    folder = annotated.pictures[0].path.parent
    passes = detect_all(detector, annotated.pictures, attentions, where, size, progress)
    if not passes.pictures:
        raise FolderError(folder=folder, reason="no file can be read")
    if "swapped" in attentions and len(passes.pictures) < 2:
        raise FolderError(folder=folder, reason="swapped needs two readable images or more")
    objects = [classes.objects(one) for one in passes.pictures]
    lacking = sum(one.mask is None for there in objects for one in there)
    without_mask = lacking if detector.config.masks else 0
    masks = detector.config.masks and not lacking
    kinds: tuple[By, ...] = ("box", "mask") if masks else ("box",)
    measured: dict[str, dict[By, Measured]] = {}
    done, of = 0, draws * len(attentions) * len(kinds)

    def resampled(count: int, _: int) -> None:
        progress("resampling", done + count, of)

    for name in attentions:
        judged = [
            JudgedPicture(one.size, there, classes.detections(found))
            for one, there, found in zip(passes.pictures, objects, passes.found[name], strict=True)
        ]
        measured[name] = {}
        for by in kinds:
            scores = coco_scores(judged, classes.names, by, draws, progress=resampled)
            errors = find_errors(judged, len(classes.names), by)
            measured[name][by] = Measured(scores, errors)
            done += draws
    unreadable = tuple((one.path, why) for one, why in passes.unreadable)
    return DetectionEvaluation(classes, passes.pictures, measured, unreadable, without_mask)
