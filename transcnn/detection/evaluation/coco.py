"""COCO's twelve numbers (cocodataset.org/#detection-eval) by faster-coco-eval, with intervals.

The intervals are those of a bootstrap over images: the detections of each image are matched once,
and the matches of images drawn with replacement are summed up again, by the library too.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from faster_coco_eval import COCO, COCOeval_faster
from numpy.typing import NDArray

from transcnn.detection.evaluation.judged import By, JudgedPicture, area, corner_and_sides

NUMBERS = (
    *("AP", "AP50", "AP75", "AP_small", "AP_medium", "AP_large"),
    *("AR_1", "AR_10", "AR_100", "AR_small", "AR_medium", "AR_large"),
)
"""Average precision and recall as fractions of 1: over IoU thresholds from 0.5 to 0.95 or at one,
of objects below 32 x 32 pixels, up to 96 x 96 and above, and with so many detections an image."""

RECALLS = np.linspace(0, 1, 101)
"""At which a precision-recall curve is known."""


class Estimate(NamedTuple):
    """A number with the ends of its 95 % interval; NaN where it is not defined."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class ClassScores:
    """One class. `curve` is its precision [101] at `RECALLS`, at IoU 0.5."""

    name: str
    objects: int  # crowds do not count
    ap: float
    ap50: float
    curve: NDArray[np.float64]


@dataclass(frozen=True)
class CocoScores:
    """`values` [12] are those of `NUMBERS`, `samples` [draws, 12] those of the bootstrap."""

    values: NDArray[np.float64]
    samples: NDArray[np.float64]
    per_class: tuple[ClassScores, ...]

    def number(self, name: str) -> Estimate:
        """One of `NUMBERS`, with its interval."""
        i = NUMBERS.index(name)
        return _estimate(self.values[i], self.samples[:, i])

    def less_than(self, other: "CocoScores", name: str) -> Estimate:
        """How much it is below `other`, of the same images and draws: the difference is paired."""
        i = NUMBERS.index(name)
        return _estimate(other.values[i] - self.values[i], other.samples[:, i] - self.samples[:, i])


def coco_scores(
    pictures: Sequence[JudgedPicture],
    classes: Sequence[str],
    by: By = "box",
    draws: int = 0,
    seed: int = 0,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> CocoScores:
    """The scores of the detections in `pictures`; `progress` is called with the draws done, and of
    how many."""
    matched = _Matched(pictures, classes, by)
    everything = matched.summed(np.arange(len(pictures)))
    values, per_class = _numbers(everything), _per_class(pictures, classes, everything)
    samples = np.empty((draws, len(NUMBERS)))
    random = np.random.default_rng(seed)
    for i in range(draws):
        drawn = random.integers(len(pictures), size=len(pictures))
        samples[i] = _numbers(matched.summed(drawn))
        progress(i + 1, draws)
    return CocoScores(values, samples, per_class)


class _Matched:
    """The library's matches of every image, which can be summed up over any choice of images."""

    def __init__(self, pictures: Sequence[JudgedPicture], classes: Sequence[str], by: By) -> None:
        there = _library([one.objects for one in pictures], pictures, classes, by)
        found = _library([one.detections for one in pictures], pictures, classes, by)
        kind = "bbox" if by == "box" else "segm"
        self._evaluator = COCOeval_faster(there, found, kind, separate_eval=True)
        self._evaluator.evaluate()
        # By class, range of areas and image, as the library keeps them.
        matches = np.empty(len(self._evaluator._evalImgs_cpp), dtype=object)
        matches[:] = self._evaluator._evalImgs_cpp
        self._matches = matches.reshape(len(classes), -1, len(pictures))
        self._has = np.zeros((len(classes), len(pictures)), dtype=bool)
        for image, picture in enumerate(pictures):
            for several in (picture.objects, picture.detections):
                self._has[[one.label for one in several], image] = True

    def summed(self, chosen: NDArray[np.int64]) -> COCOeval_faster:
        """The evaluator, until the next call summed up over the images `chosen`, of which some may
        come more than once."""
        parts = [self._of_class(i, chosen) for i in range(len(self._matches))]
        # Precision is [IoU, recall, class, range of areas, most detections], recall has no recalls.
        self._evaluator.eval = {
            "precision": np.concatenate([part["precision"] for part in parts], axis=2),
            "recall": np.concatenate([part["recall"] for part in parts], axis=1),
        }
        return self._evaluator

    def _of_class(self, label: int, chosen: NDArray[np.int64]) -> dict[str, Any]:
        """Of one class: images that have nothing of it add nothing, and are most of them where
        there are many classes."""
        with_it = chosen[self._has[label, chosen]]
        images = with_it if with_it.size else chosen[:1]
        evaluator = self._evaluator
        evaluator._paramsEval.catIds = [label]
        evaluator._paramsEval.imgIds = images.tolist()
        evaluator._evalImgs_cpp = self._matches[label][:, images].ravel().tolist()
        evaluator.accumulate()
        return dict(evaluator.eval)


def _library(
    of_each: Sequence[Sequence[Any]],
    pictures: Sequence[JudgedPicture],
    classes: Sequence[str],
    by: By,
) -> COCO:
    """Objects or detections as the library has them."""
    made = COCO()
    annotations: list[dict[str, Any]] = []
    for image, several in enumerate(of_each):
        for one in several:
            annotation = {
                "id": len(annotations) + 1,
                "image_id": image,
                "category_id": one.label,
                "bbox": corner_and_sides(one.box),
                "area": area(one, "mask" if hasattr(one, "crowd") else by),
                "iscrowd": int(getattr(one, "crowd", False)),
            }
            if by == "mask":
                annotation["segmentation"] = one.mask.rle
            if hasattr(one, "score"):
                annotation["score"] = one.score
            annotations.append(annotation)
    made.dataset = {
        "info": {},
        "images": [
            {"id": i, "width": one.size[0], "height": one.size[1]} for i, one in enumerate(pictures)
        ],
        "annotations": annotations,
        "categories": [{"id": i, "name": name} for i, name in enumerate(classes)],
    }
    made.createIndex()
    return made


def _numbers(summed: COCOeval_faster) -> NDArray[np.float64]:
    summed.summarize()
    return _defined(np.asarray(summed.stats, dtype=np.float64))


def _per_class(
    pictures: Sequence[JudgedPicture], classes: Sequence[str], summed: COCOeval_faster
) -> tuple[ClassScores, ...]:
    # [IoU, recall, class, range of areas, most detections]
    precision = _defined(summed.eval["precision"])[:, :, :, 0, -1]
    counts = [0] * len(classes)
    for one in pictures:
        for thing in one.objects:
            counts[thing.label] += not thing.crowd
    return tuple(
        ClassScores(
            name,
            counts[i],
            float(precision[:, :, i].mean()),
            float(precision[0, :, i].mean()),
            precision[0, :, i].copy(),
        )
        for i, name in enumerate(classes)
    )


def _defined(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The library has -1 where there is nothing to find."""
    return np.where(values < 0, np.nan, values)


def _estimate(value: float, samples: NDArray[np.float64]) -> Estimate:
    known = samples[~np.isnan(samples)]
    if not known.size:
        return Estimate(float(value), float("nan"), float("nan"))
    low, high = np.percentile(known, [2.5, 97.5])
    return Estimate(float(value), float(low), float(high))
