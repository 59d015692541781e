"""What became of every detection and every object of a run, in one list to look through."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from transcnn.analysis.detection.boxes import iou
from transcnn.detection.evaluation.judged import JudgedPicture
from transcnn.detection.evaluation.tide import Errors
from transcnn.detection.kinds import Kind

Outcome = Kind | Literal["correct"]


@dataclass(frozen=True)
class Verdict:
    """One detection, or an object that was missed; indices are those of the image.

    `object` is the one that it is about, else the one that its box overlaps most, if any; `iou` is
    that of the two boxes.
    """

    outcome: Outcome
    picture: int
    detection: int | None
    object: int | None
    found: int | None  # labels
    annotated: int | None
    score: float | None
    iou: float | None

    def concerns(self, label: int) -> bool:
        """Whether the class was found or annotated here."""
        return label in (self.found, self.annotated)


def verdicts(pictures: Sequence[JudgedPicture], errors: Errors) -> list[Verdict]:
    """Of all detections by descending score, and then of what was missed."""
    listed = []
    for one in sorted(errors.detections, key=lambda one: -one.score):
        picture = pictures[one.picture]
        box = picture.detections[one.detection].box
        overlaps = [iou(box, there.box) for there in picture.objects]
        about = one.object
        if about is None and max(overlaps, default=0.0) > 0:
            about = overlaps.index(max(overlaps))
        there = None if about is None else picture.objects[about].label
        overlap = None if about is None else overlaps[about]
        outcome = one.error or "correct"
        of = (one.picture, one.detection, about)
        listed.append(Verdict(outcome, *of, one.label, there, one.score, overlap))
    for lost in errors.missed:
        listed.append(
            Verdict("missed", lost.picture, None, lost.object, None, lost.label, None, None)
        )
    return listed
