"""The kinds of error of a detector, after TIDE (Bolya et al. 2020, "TIDE: A General Toolbox for
Identifying Object Detection Errors", ECCV).

A detection is correct if it has the class of an object that no detection of a higher score has
taken, and at least the IoU 0.5 with it. Each other detection has one kind of error; `near` and
`apart` are IoUs of at least 0.5, and of less than 0.1, with the object that it overlaps most:

    localisation     the right class, but between apart and near
    classification   near to an object of another class
    duplicate        near to an object of its class that another detection has taken
    background       apart from every object
    both             all else: another class, and between apart and near

An object is missed if no detection is correct about it, nor wrong in class or localisation only.
What a kind costs is the AP50 gained where it alone is mended: a wrong class or place is set right,
once an object; a duplicate, background or both is taken away; what was missed is not asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from faster_coco_eval.core import mask as library
from numpy.typing import NDArray

from transcnn.detection.evaluation.judged import By, JudgedPicture, shape
from transcnn.detection.kinds import KINDS, Kind

NEAR, APART = 0.5, 0.1
_RECALLS = np.linspace(0, 1, 101)


@dataclass(frozen=True)
class JudgedDetection:
    """What became of one detection: `error` is None if it is correct.

    `object` is the index of the object that it found, or overlaps most in the way its error says;
    None for background and both.
    """

    picture: int
    detection: int
    label: int
    score: float
    error: Kind | None
    object: int | None


@dataclass(frozen=True)
class MissedObject:
    """An object that no detection is about."""

    picture: int
    object: int
    label: int


@dataclass(frozen=True)
class KindOfError:
    """How often it occurs, and the AP50 (fraction of 1) that is gained where it is mended."""

    count: int
    cost: float


@dataclass(frozen=True)
class Errors:
    """Every detection but those in crowds, and the objects that were missed."""

    ap50: float
    kinds: dict[Kind, KindOfError]
    detections: tuple[JudgedDetection, ...]
    missed: tuple[MissedObject, ...]


def find_errors(pictures: Sequence[JudgedPicture], classes: int, by: By = "box") -> Errors:
    """The errors of the detections in `pictures`, whose labels are below `classes`."""
    judged: list[JudgedDetection] = []
    missed: list[MissedObject] = []
    wanted = np.zeros(classes, dtype=np.int64)
    for i, picture in enumerate(pictures):
        here = _judged(i, picture, by)
        known = {one.object for one in here if one.error in (None, *_MENDED)}
        judged += here
        for k, one in enumerate(picture.objects):
            if not one.crowd:
                wanted[one.label] += 1
                if k not in known:
                    missed.append(MissedObject(i, k, one.label))
    ap50 = _average(judged, wanted)
    kinds: dict[Kind, KindOfError] = {}
    for kind in KINDS:
        if kind == "missed":
            lost = np.bincount([one.label for one in missed], minlength=classes)
            kinds[kind] = KindOfError(len(missed), _average(judged, wanted, lost) - ap50)
        else:
            count = sum(one.error == kind for one in judged)
            gained = _average(_mended(judged, kind, pictures), wanted) - ap50
            kinds[kind] = KindOfError(count, gained)
    return Errors(ap50, kinds, tuple(judged), tuple(missed))


_MENDED = ("classification", "localisation")  # by setting them right; others are taken away


def _judged(number: int, picture: JudgedPicture, by: By) -> list[JudgedDetection]:
    """The detections of one image by descending score, without those in a crowd."""
    order = sorted(range(len(picture.detections)), key=lambda i: -picture.detections[i].score)
    there = [i for i, one in enumerate(picture.objects) if not one.crowd]
    crowds = [one for one in picture.objects if one.crowd]
    objects = [picture.objects[i] for i in there]
    labels = np.array([one.label for one in objects], dtype=np.int64)
    taken = np.zeros(len(objects), dtype=bool)
    overlaps = _overlaps(picture, objects, by, crowd=False)
    in_crowds = _overlaps(picture, crowds, by, crowd=True)
    correct: dict[int, int] = {}
    for i in order:
        one = picture.detections[i]
        free = np.where((labels == one.label) & ~taken, overlaps[i], -1.0)
        best = _last_best(free)
        if best is not None and free[best] >= NEAR:
            taken[best] = True
            correct[i] = best
    judged = []
    for i in order:
        one = picture.detections[i]
        error: Kind | None = None
        about: int | None = correct.get(i)
        if about is None and any(
            overlap >= NEAR and crowd.label == one.label
            for overlap, crowd in zip(in_crowds[i], crowds, strict=True)
        ):
            continue
        if about is None:
            error, about = _error(overlaps[i], labels == one.label)
        index = None if about is None else there[about]
        judged.append(JudgedDetection(number, i, one.label, one.score, error, index))
    return judged


def _error(overlaps: NDArray[np.float64], same: NDArray[np.bool_]) -> tuple[Kind, int | None]:
    """The kind of a detection that is not correct, and the object that it is about."""
    of_class, of_others = np.where(same, overlaps, 0.0), np.where(same, 0.0, overlaps)
    best, other = _last_best(of_class), _last_best(of_others)
    if best is None or other is None:
        return "background", None
    if APART <= of_class[best] < NEAR:
        return "localisation", best
    if of_others[other] >= NEAR:
        return "classification", other
    if of_class[best] >= NEAR:
        return "duplicate", best
    return ("background" if overlaps.max() < APART else "both"), None


def _last_best(values: NDArray[np.float64]) -> int | None:
    """The index of the largest value; of equal ones the last, as COCO's tools have it."""
    return None if not values.size else len(values) - 1 - int(values[::-1].argmax())


def _overlaps(
    picture: JudgedPicture, objects: Sequence[object], by: By, crowd: bool
) -> NDArray[np.float64]:
    """IoU [detections, objects]; with a crowd the share of the detection that is in it."""
    if not objects or not picture.detections:
        return np.zeros((len(picture.detections), len(objects)))
    found = [shape(one, by) for one in picture.detections]
    there = [shape(one, by) for one in objects]  # type: ignore[arg-type]
    return np.asarray(library.iou(found, there, [int(crowd)] * len(there)), dtype=np.float64)


def _mended(
    judged: Sequence[JudgedDetection], kind: Kind, pictures: Sequence[JudgedPicture]
) -> list[JudgedDetection]:
    """The detections without the errors of one kind. They come by descending score in each image,
    so that of several about one object the best is the first."""
    found = {(one.picture, one.object) for one in judged if one.error is None}
    mended = []
    for one in judged:
        if one.error != kind:
            mended.append(one)
        elif kind in _MENDED and one.object is not None and (one.picture, one.object) not in found:
            found.add((one.picture, one.object))
            label = pictures[one.picture].objects[one.object].label
            mended.append(replace(one, error=None, label=label))
    return mended


def _average(
    judged: Sequence[JudgedDetection],
    wanted: NDArray[np.int64],
    lost: NDArray[np.int64] | int = 0,
) -> float:
    """AP50 over the classes of which objects are wanted, of each so many, without the `lost` ones;
    NaN if there are none. A class whose objects are all lost has 0."""
    averages, asked = [], wanted - lost
    labels = np.array([one.label for one in judged], dtype=np.int64)
    order = np.argsort([-one.score for one in judged], kind="stable")
    correct = np.array([one.error is None for one in judged], dtype=bool)
    for label in np.flatnonzero(wanted > 0):
        here = order[labels[order] == label]
        averages.append(average_precision(correct[here], int(asked[label])))
    return float(np.mean(averages)) if averages else float("nan")


def average_precision(correct: NDArray[np.bool_], wanted: int) -> float:
    """The mean precision at COCO's 101 recalls, of detections by descending score."""
    if not wanted:
        return 0.0
    hits = correct.cumsum()
    precision = hits / np.arange(1, len(correct) + 1)
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    reached = np.searchsorted(hits / wanted, _RECALLS, side="left")
    return float(np.append(precision, 0.0)[reached].mean())
