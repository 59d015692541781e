"""Weight files of detectors: safetensors that say what network they are of.

One JSON value under "transcnn" in the metadata, as in those of other networks:

    detector   its name in the table of detectors
    classes    their names
    size       the most pixels of the shorter and the longer side of an image
    measured   how well it does, and on what; for people and reports only
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from torch import Tensor
from torchvision.models.detection import MaskRCNN, RetinaNet

from transcnn.checkpoints.description import KEY, LONGEST_NAME
from transcnn.checkpoints.files import load, metadata
from transcnn.checkpoints.fit import load_strictly
from transcnn.checkpoints.save import write_weights
from transcnn.detection.config import RESNET50, Detector
from transcnn.detection.network import make_detector
from transcnn.detection.presets import detector
from transcnn.errors import BrokenDescription, ChoiceError, ManyClasses, NotADetector
from transcnn.limits import limits
from transcnn.model.network import blank


@dataclass(frozen=True)
class OpenedDetector:
    """A detector with its weights, and what its file says was measured (JSON values)."""

    config: Detector
    network: RetinaNet | MaskRCNN
    measured: Mapping[str, Any] = field(default_factory=dict)


def save_detector(
    weights: Mapping[str, Tensor], path: Path, config: Detector, measured: Mapping[str, Any]
) -> None:
    """Write the weight file of a detector, atomically, with its folder where there is none."""
    said = {
        "detector": config.name,
        "classes": config.classes,
        "size": [config.shorter, config.longer],
        "measured": dict(measured),
    }
    write_weights(weights, path, {KEY: json.dumps(said, ensure_ascii=False)})


def open_detector(source: str | Path | bytes, file: str | None = None) -> OpenedDetector:
    """The detector of a weight file, with its weights and classes.

    `source` is the file's path or its bytes, `file` its name. Raises CheckpointError.
    """
    file = str(source) if file is None else file
    state_dict = load(source, file)
    said = metadata(source, file).get(KEY)
    if said is None:
        raise NotADetector(file=file)
    config, measured = _described(said, file)
    body = None if config.backbone == RESNET50 else blank(config.backbone)
    network = make_detector(config, body)
    load_strictly(network, state_dict, file=file, name=config.name)
    return OpenedDetector(config, network, measured)


def _described(said: str, file: str) -> tuple[Detector, dict[str, Any]]:
    try:
        given = json.loads(said)
        if "detector" not in given:
            raise NotADetector(file=file)
        classes = tuple(given["classes"])
        if len(classes) > limits().classes:
            raise ManyClasses(file=file, classes=len(classes), limit=limits().classes)
        if not all(isinstance(one, str) and len(one) <= LONGEST_NAME for one in classes):
            raise ValueError(classes)
        shorter, longer = given["size"]
        if not all(type(side) is int and side <= 4096 for side in (shorter, longer)):
            raise ValueError(given["size"])
        made = replace(detector(given["detector"]), shorter=shorter, longer=longer)
        return made.with_classes(classes), dict(given.get("measured", {}))
    except ChoiceError as error:
        raise BrokenDescription(file=file, reason=str(error).rstrip(".")) from error
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
        raise BrokenDescription(file=file, reason="it is not as this program writes it") from error
