"""What a run of training begins with: the sets put together, and the network."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torchvision.models.detection import MaskRCNN, RetinaNet

from transcnn.checkpoints import create_model
from transcnn.detection.config import Detector
from transcnn.detection.network import make_detector
from transcnn.detection.objects import DetectionSet
from transcnn.detection.weights import open_detector
from transcnn.labels import folded


@dataclass(frozen=True)
class Start:
    """A detector before its training. `new` are the keys that are newly initialised though weights
    were given: those of other shapes, or of other classes."""

    network: RetinaNet | MaskRCNN
    new: tuple[str, ...]


def joined_classes(sets: Sequence[DetectionSet]) -> tuple[str, ...]:
    """The classes of all sets, each under the name that comes first."""
    names: dict[str, str] = {}
    for one in sets:
        for name in one.classes:
            names.setdefault(folded(name), name)
    return tuple(names.values())


def with_classes(given: DetectionSet, classes: tuple[str, ...]) -> DetectionSet:
    """The same set, its labels counted among `classes`; objects of others are left out."""
    numbers = {folded(name): i for i, name in enumerate(classes)}
    own = [numbers.get(folded(name)) for name in given.classes]
    pictures = []
    for picture in given.pictures:
        kept = [(own[one.label], one) for one in picture.objects]
        objects = tuple(replace(one, label=at) for at, one in kept if at is not None)
        pictures.append(replace(picture, objects=objects))
    return replace(given, classes=classes, pictures=tuple(pictures))


def without_classes(given: DetectionSet) -> DetectionSet:
    """The same set with one class: what is learned from it does not depend on classes."""
    pictures = tuple(
        replace(picture, objects=tuple(replace(one, label=0) for one in picture.objects))
        for picture in given.pictures
    )
    return replace(given, classes=given.classes[:1], pictures=pictures)


def has_masks(given: DetectionSet) -> bool:
    """Whether every object of the set that is no crowd has a mask."""
    objects = [one for picture in given.pictures for one in picture.objects if not one.crowd]
    return bool(objects) and all(one.mask is not None for one in objects)


def start(detector: Detector, weights: Path | None, seed: int) -> Start:
    """The network of `detector`, newly initialised on the included weights of its backbone, or with
    the weights of a file as far as they fit."""
    torch.manual_seed(seed)
    network = make_detector(detector, create_model(detector.backbone, "shipped"))
    if weights is None:
        return Start(network, ())
    opened = open_detector(weights)
    theirs, ours = opened.network.state_dict(), network.state_dict()
    same = opened.config.classes == detector.classes
    fitting = {
        key: value
        for key, value in theirs.items()
        if key in ours and ours[key].shape == value.shape and (same or not _of_classes(key))
    }
    network.load_state_dict(fitting, strict=False)
    return Start(network, tuple(key for key in ours if key not in fitting))


def _of_classes(key: str) -> bool:
    """Whether a weight belongs to certain classes."""
    return "cls_logits" in key or "box_predictor" in key
