"""Boxes and masks are where the objects are, in the pixels of the upright image."""

import numpy as np
import pytest

from tests.detection.planted import SCORE, as_image, planted, scene
from tests.pictures.files import SIDES, exif, saved, stored
from transcnn.pictures.geometry import Box

# Sizes, and boxes whose edges lie between pixels of the network's input, too.
SCENES = [
    (320, 320, (40, 30, 100, 200)),
    (640, 320, (100, 20, 300, 200)),
    (320, 640, (20, 100, 200, 300)),
    (160, 80, (11, 7, 101, 70)),
    (3200, 40, (500, 10, 1500, 30)),
    (40, 3200, (10, 500, 30, 1500)),
]


@pytest.mark.parametrize(("width", "height", "box"), SCENES)
def test_boxes_of_images_of_any_shape_are_exact(width, height, box):
    found = planted().detect(scene(width, height, box))

    assert found.size == (width, height)
    [one] = found.detections
    assert one.box == pytest.approx(Box(*box), abs=1e-3)
    assert (one.label, one.score, one.mask) == (1, pytest.approx(SCORE), None)


@pytest.mark.parametrize("orientation", SIDES)
@pytest.mark.parametrize(("width", "height", "box"), [SCENES[1], SCENES[4]])
def test_boxes_survive_every_exif_turn(orientation, width, height, box):
    turned = as_image(stored(scene(width, height, box), *SIDES[orientation]))
    file = saved(turned, "PNG", exif=exif(orientation))

    found = planted().detect(file)

    assert found.size == (width, height)
    assert found.detections[0].box == pytest.approx(Box(*box), abs=1e-3)


@pytest.mark.parametrize("orientation", SIDES)
def test_masks_survive_every_exif_turn(orientation):
    box, hole = (100, 20, 324, 132), (100, 20, 212, 76)  # the hole is a quarter: an L
    pixels = scene(640, 320, box, hole)
    file = saved(as_image(stored(pixels, *SIDES[orientation])), "PNG", exif=exif(orientation))

    [one] = planted(masks=True).detect(file).detections

    assert one.label == 1
    assert one.mask is not None
    expected = pixels[..., 0] == 255
    found = one.mask.pixels()
    assert found.shape == (320, 640)
    assert within(found, expected)
    assert within(expected, found)


def within(inner, outer):
    """Whether every pixel of `inner` has one of `outer` at most a pixel away."""
    around = np.pad(outer, 1)
    near = np.zeros_like(outer)
    for y in range(3):
        for x in range(3):
            near |= around[y : y + outer.shape[0], x : x + outer.shape[1]]
    return bool((near | ~inner).all())


@pytest.mark.parametrize("size", [64, 320, 640])
def test_boxes_do_not_depend_on_the_size_of_the_input(size):
    width, height, box = 640, 320, (160, 80, 480, 240)

    [one] = planted().detect(scene(width, height, box), size=size).detections

    assert one.box == pytest.approx(Box(*box), abs=1e-3)


def test_an_image_without_objects_has_no_detections():
    assert planted(masks=True).detect(scene(300, 200, (0, 0, 0, 0))).detections == ()
