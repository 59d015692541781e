"""Objects and detections by hand: boxes as [left, top, width, height]."""

import numpy as np

from transcnn.detection.evaluation.judged import JudgedPicture
from transcnn.detection.objects import Annotation, Detection, Mask
from transcnn.pictures.geometry import Box

SIZE = (200, 160)


def box(left, top, width, height):
    return Box(left, top, left + width, top + height)


def mask_of(left, top, width, height):
    pixels = np.zeros(SIZE[::-1], dtype=bool)
    pixels[top : top + height, left : left + width] = True
    return Mask.of(pixels)


def there(*sides, label=0, crowd=False, masked=False):
    return Annotation(label, box(*sides), mask_of(*sides) if masked else None, crowd)


def found(*sides, score=0.9, label=0, masked=False):
    return Detection(label, score, box(*sides), mask_of(*sides) if masked else None)


def picture(objects, detections):
    return JudgedPicture(SIZE, objects, detections)


def some_pictures(count, seed=0, masked=False, classes=3):
    """Images with objects, and detections that are about right, some of them not at all."""
    random = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        objects, detections = [], []
        for _ in range(random.integers(0, 4)):
            sides = [*random.integers(0, 80, 2), *random.integers(10, 75, 2)]
            label, crowd = int(random.integers(classes)), bool(random.random() < 0.1)
            objects.append(there(*map(int, sides), label=label, crowd=crowd, masked=masked))
            for _ in range(random.integers(0, 4)):
                moved = np.maximum(1, sides + random.integers(-9, 10, 4))
                guess = label if random.random() < 0.8 else int(random.integers(classes))
                score = round(float(random.random()), 1)  # some are equal
                one = found(*map(int, moved), score=score, label=guess, masked=masked)
                detections.append(one)
        made.append(picture(objects, detections))
    return made
