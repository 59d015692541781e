"""What of the detections is shown, and as which boxes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from transcnn.analysis.detection.differences import Difference, compare_detections
from transcnn.detection.objects import Detected, Detection
from transcnn.figures.detect import mask_on
from transcnn.figures.detections import colour_of, label_text
from transcnn.pictures.address import picture_address
from transcnn.ui.components.detections import ShownBox, in_percent
from transcnn.ui.pages.detect.data import SeenImage
from transcnn.ui.pages.detect.link import DetectChoice
from transcnn.words.translator import Translator

_MASK_OPACITY = 110  # of 255


@dataclass(frozen=True)
class Shown:
    """What a run finds with the chosen score, compared with the original run.

    `numbers` are the indices of `before` among all detections of the original run; `differences`
    are those of the class that is shown, with indices of `before` and `after`.
    """

    before: tuple[Detection, ...]
    numbers: tuple[int, ...]
    after: tuple[Detection, ...]
    differences: tuple[Difference, ...]

    @property
    def originals(self) -> list[int]:
        """The indices of the original run's detections that are shown, the best first."""
        return [self.numbers[d.before] for d in self.differences if d.before is not None]


def take_shown(
    original: Detected, other: Detected, choice: DetectChoice, classes: Sequence[str]
) -> Shown:
    """What is shown of `original` and `other`, by threshold and class."""
    least = choice.threshold
    numbers = [i for i, one in enumerate(original.detections) if one.score >= least]
    before = tuple(original.detections[i] for i in numbers)
    after = other.above(least).detections
    label = classes.index(choice.shown) if choice.shown in classes else None
    differences = tuple(
        d
        for d in compare_detections(before, after)
        if label is None
        or (d.before is not None and before[d.before].label == label)
        or (d.after is not None and after[d.after].label == label)
    )
    return Shown(before, tuple(numbers), after, differences)


def short_text(t: Translator, number: int | None, one: Detection, classes: Sequence[str]) -> str:
    """ "1 dog 0.93"; without a number for one that has none in the original run."""
    text = label_text(t, classes[one.label], one.score)
    return text if number is None else f"{number + 1} {text}"


def original_boxes(
    t: Translator, shown: Shown, seen: SeenImage, classes: Sequence[str], compared: bool
) -> list[ShownBox]:
    """The boxes of the original run; where it is `compared` with another, those that vanish there
    are dashed and named so, and each says what becomes of it."""
    boxes = []
    for d in shown.differences:
        if d.before is None:
            continue
        one, number = shown.before[d.before], shown.numbers[d.before]
        box = _box(seen, one, short_text(t, number, one, classes), number)
        fate = t(f"detect.fate_{d.fate}")
        if compared:
            box = replace(box, says=f"{box.says}: {fate}")
        if d.fate == "vanished":
            box = replace(box, dashed=True, text=f"{box.text} · {fate}")
        boxes.append(box)
    return boxes


def other_boxes(
    t: Translator, shown: Shown, seen: SeenImage, classes: Sequence[str]
) -> list[ShownBox]:
    """The boxes of the other run; those that are not in the original one are dashed."""
    boxes = []
    for d in shown.differences:
        if d.after is None:
            continue
        one = shown.after[d.after]
        number = None if d.before is None else shown.numbers[d.before]
        text = short_text(t, number, one, classes)
        if d.fate != "kept":
            text = f"{text} · {t(f'detect.fate_{d.fate}')}"
        boxes.append(replace(_box(seen, one, text, number), dashed=number is None))
    return boxes


def _box(seen: SeenImage, one: Detection, text: str, choice: int | None) -> ShownBox:
    colour = colour_of(one.label)
    area = in_percent(one.box, seen.crop.picture)
    return ShownBox(*area, text, text, colour, choice, mask=_mask(seen, one, colour))


def _mask(seen: SeenImage, one: Detection, colour: str) -> str | None:
    """The mask in its colour, as an image that lies over the photo."""
    pixels = mask_on(seen.photo, one)
    if pixels is None:
        return None
    image = np.zeros((*pixels.shape, 4), np.uint8)
    image[pixels] = (*bytes.fromhex(colour[1:]), _MASK_OPACITY)
    return picture_address(Image.fromarray(image), "PNG")
