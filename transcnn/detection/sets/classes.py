"""The classes of a set and those of a detector, matched by their names."""

from collections.abc import Sequence
from dataclasses import dataclass

from transcnn.detection.objects import (
    AnnotatedPicture,
    Annotation,
    Detected,
    Detection,
    DetectionSet,
)
from transcnn.errors import NoCommonClass
from transcnn.labels import folded


@dataclass(frozen=True)
class MatchedClasses:
    """The classes that both have, as the detector names them, in its order."""

    names: tuple[str, ...]
    of_set: dict[int, int]  # from a label of the set to one among `names`
    of_detector: dict[int, int]  # the same for the detector's labels
    only_set: tuple[str, ...]
    only_detector: tuple[str, ...]

    def objects(self, picture: AnnotatedPicture) -> list[Annotation]:
        """The objects of these classes, with labels among `names`."""
        return [
            Annotation(self.of_set[one.label], one.box, one.mask, one.crowd)
            for one in picture.objects
            if one.label in self.of_set
        ]

    def detections(self, found: Detected) -> list[Detection]:
        """The same for what the detector finds."""
        return [
            Detection(self.of_detector[one.label], one.score, one.box, one.mask)
            for one in found.detections
            if one.label in self.of_detector
        ]


def common_classes(annotated: DetectionSet, of_detector: Sequence[str]) -> MatchedClasses:
    """The classes of a set matched with a detector's; NoCommonClass if they have none in common."""
    found = match_classes(annotated.classes, of_detector)
    if not found.names:
        folder = annotated.pictures[0].path.parent
        there, known = ", ".join(annotated.classes), ", ".join(of_detector)
        raise NoCommonClass(folder=folder, classes=there, known=known)
    return found


def match_classes(of_set: Sequence[str], of_detector: Sequence[str]) -> MatchedClasses:
    """Names match in any letter case and Unicode form."""
    there = {folded(name): label for label, name in enumerate(of_set)}
    both = [label for label, name in enumerate(of_detector) if folded(name) in there]
    known = {folded(name) for name in of_detector}
    return MatchedClasses(
        tuple(of_detector[label] for label in both),
        {there[folded(of_detector[label])]: i for i, label in enumerate(both)},
        {label: i for i, label in enumerate(both)},
        tuple(name for name in of_set if folded(name) not in known),
        tuple(name for name in of_detector if folded(name) not in there),
    )
