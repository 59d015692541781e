"""What a weight file says of itself: one JSON value under "transcnn" in its safetensors metadata.

    model      the variant
    classes    the names of its own classes, or indices of the 1000 of ImageNet; or absent
    input      size, and mean and scale per channel, see `config.Input`
    measured   how well it does, and on what; for people and reports only

Files of earlier versions have none of this.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from transcnn.errors import BrokenDescription, ChoiceError, DetectorWeights, NamesAndHead
from transcnn.model import config
from transcnn.model.variants import ClassSetting, network

LONGEST_NAME = 255  # characters of a class's name, as of a folder
# Pixels: a file from elsewhere must not ask for any amount of memory.
SMALLEST_INPUT, LARGEST_INPUT = 32, 1024
KEY = "transcnn"


@dataclass(frozen=True)
class Description:
    """A network as its weight file describes it, and what was measured of it (JSON values)."""

    config: config.Network
    measured: Mapping[str, Any] = field(default_factory=dict)


def to_metadata(description: Description) -> dict[str, str]:
    """The metadata of a weight file; a single key, since the library writes them in any order."""
    made = description.config
    known = made.own_classes if made.own_classes is not None else made.indices
    found = {
        "model": made.name,
        **({} if known is None else {"classes": known}),
        "input": vars(made.input),
        "measured": dict(description.measured),
    }
    return {KEY: json.dumps(found, ensure_ascii=False)}


def from_metadata(
    metadata: Mapping[str, str], head: tuple[int, ...] | None, file: str
) -> Description | None:
    """The description in a weight file's metadata, None if it has none.

    `head` is the shape of the classifier's weight. Raises BrokenDescription for what cannot be
    understood, NamesAndHead where there are more or fewer names than outputs, DetectorWeights for
    the weights of a detector.
    """
    if KEY not in metadata:
        return None
    try:
        given = json.loads(metadata[KEY])
        if "detector" in given:
            raise DetectorWeights(file=file)
        classes = given.get("classes")
        setting: ClassSetting = _checked(classes) if classes is not None or not head else head[0]
        if classes is not None and head is not None and len(classes) != head[0]:
            raise NamesAndHead(file=file, names=len(classes), outputs=head[0])
        described = network(str(given["model"]), classes=setting)
        if "input" in given:
            described = replace(described, input=_input(given["input"]))
        return Description(described, dict(given.get("measured", {})))
    except ChoiceError as error:
        raise BrokenDescription(file=file, reason=str(error).rstrip(".")) from error
    except (
        AttributeError,
        KeyError,
        OverflowError,
        RecursionError,
        TypeError,
        ValueError,
    ) as error:
        raise BrokenDescription(file=file, reason="it is not as this program writes it") from error


def _checked(classes: Any) -> tuple[Any, ...]:
    if not isinstance(classes, list) or not (
        all(isinstance(one, str) and len(one) <= LONGEST_NAME for one in classes)
        or all(type(one) is int and 0 <= one < 1000 for one in classes)
    ):
        raise ValueError(classes)
    return tuple(classes)


def _input(given: Mapping[str, Any]) -> config.Input:
    mean, scale = (tuple(map(float, given[key])) for key in ("mean", "scale"))
    if len(mean) != 3 or len(scale) != 3 or not all(abs(v) < 1e6 for v in mean + scale):
        raise ValueError(given)
    size = given["size"]
    if type(size) is not int or not SMALLEST_INPUT <= size <= LARGEST_INPUT:
        raise ValueError(given)
    if not all(v > 1e-6 for v in scale):  # pixels are divided by it, in 32 bits
        raise ValueError(given)
    return config.Input(given["size"], mean, scale)
