"""What becomes of detections when the network runs differently."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from transcnn.analysis.detection.boxes import iou
from transcnn.detection.objects import Detection

Fate = Literal["kept", "moved", "other_class", "vanished", "appeared"]
FATES: tuple[Fate, ...] = ("kept", "moved", "other_class", "vanished", "appeared")

SAME = 0.5  # IoU from which two boxes are taken for one object, as in AP50
STILL = 0.9  # IoU below which a box counts as moved


@dataclass(frozen=True)
class Difference:
    """A detection before and after, by their indices; None where it is in one of them alone.

    `iou` of the two boxes is 0 where there is one only.
    """

    fate: Fate
    before: int | None
    after: int | None
    iou: float = 0.0


def compare_detections(
    before: Sequence[Detection], after: Sequence[Detection]
) -> tuple[Difference, ...]:
    """Match two sets of detections of one image, and say what became of each.

    Greedy, by descending score of `before`: each takes the free detection of `after` with the
    largest IoU, at least 0.5; first those of its own class, then, for what is left, of any class.
    Matched: `other_class` where the classes differ, else `moved` where the IoU is below 0.9, else
    `kept`. Unmatched before: `vanished`; unmatched after: `appeared`. In the order of `before`,
    then what appeared in the order of `after`.
    """
    order = sorted(range(len(before)), key=lambda i: -before[i].score)
    free = set(range(len(after)))
    pairs: dict[int, int] = {}
    for same_class in (True, False):
        for i in order:
            if i in pairs:
                continue
            one = before[i]
            found = _nearest(
                one, after, (k for k in free if not same_class or after[k].label == one.label)
            )
            if found is not None:
                pairs[i] = found
                free.remove(found)
    matched = [_difference(i, pairs.get(i), before, after) for i in range(len(before))]
    return (*matched, *(Difference("appeared", None, k) for k in sorted(free)))


def _nearest(one: Detection, after: Sequence[Detection], free: Iterable[int]) -> int | None:
    best = max(((iou(one.box, after[k].box), -k) for k in free), default=(0.0, 0))
    return -best[1] if best[0] >= SAME else None


def _difference(
    i: int, k: int | None, before: Sequence[Detection], after: Sequence[Detection]
) -> Difference:
    if k is None:
        return Difference("vanished", i, None)
    overlap = iou(before[i].box, after[k].box)
    if before[i].label != after[k].label:
        return Difference("other_class", i, k, overlap)
    return Difference("kept" if overlap >= STILL else "moved", i, k, overlap)
