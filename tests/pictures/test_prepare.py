"""The square that a network sees: its pixels by another way, and where they lie on the picture.

That the crops of the first 24 samples are bit-identical to those of the training is proven beside
the weights, in `tests/checkpoints/test_shipped.py`.
"""

import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.pictures.files import noise, saved
from transcnn.assets import FOLDER
from transcnn.pictures import decode, prepare
from transcnn.pictures.decode import DecodedPicture

SAMPLES = sorted((FOLDER / "samples").glob("*.jpg"))


def picture(image):
    return DecodedPicture(image, digest="")


def pale_noise(width, height):
    """Random colours without black and white, so that overshooting is cut off nowhere."""
    return noise(height, width).point(lambda value: 64 + value // 2)


def bicubic(values, length, axis):
    """Resampling along one axis: cubic convolution (a = -1/2), widened where it shrinks."""
    old = values.shape[axis]
    scale = old / length
    stretch = max(scale, 1)
    matrix = np.zeros((length, old))
    for i in range(length):
        centre = (i + 0.5) * scale
        for j in range(old):
            x = abs(j + 0.5 - centre) / stretch
            if x < 1:
                matrix[i, j] = 1.5 * x**3 - 2.5 * x**2 + 1
            elif x < 2:
                matrix[i, j] = -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
    matrix /= matrix.sum(1, keepdims=True)
    resampled = np.moveaxis(np.tensordot(matrix, values, (1, axis)), 0, axis)
    return np.clip(np.rint(resampled), 0, 255)


def resized(image, width, height):
    return bicubic(bicubic(np.asarray(image, float), width, axis=1), height, axis=0)


# (110, 70) becomes 100.57 pixels wide: rounded up, with a margin of half a pixel to be cut.
@pytest.mark.parametrize(
    "size", [(150, 100), (100, 150), (64, 64), (48, 97), (97, 48), (110, 70), (70, 110), (113, 32)]
)
def test_crop_is_the_middle_of_the_picture_with_its_shorter_side_resized(size):
    image = pale_noise(*size)
    width, height = (round(side * 64 / min(size)) for side in size)
    left, top = (width - 64) // 2, (height - 64) // 2

    found, _ = prepare(picture(image), 64)

    expected = resized(image, width, height)[top : top + 64, left : left + 64]
    assert found.shape == (64, 64, 3)
    assert found.dtype == np.uint8
    assert np.abs(found - expected).max() <= 1


@pytest.mark.parametrize("size", [(150, 100), (100, 150), (20, 300)])
def test_squash_is_the_whole_picture(size):
    image = pale_noise(*size)

    found, crop = prepare(picture(image), 64, "squash")

    assert np.abs(found - resized(image, 64, 64)).max() <= 1
    assert crop.box == (0, 0, *size)
    assert crop.shares == (0, 0, 1, 1)


def test_a_square_of_the_right_size_is_left_as_it_is():
    image = noise(224, 224)

    for resize in ("crop", "squash"):
        assert np.array_equal(prepare(picture(image), 224, resize)[0], np.asarray(image))


SMALLER = [path for path in SAMPLES if min(decode(path.read_bytes()).size) < 224]


def differences(file, monkeypatch):
    """Of each value, between resampling a whole sample and its middle alone."""
    sample = decode(file.read_bytes())
    whole, _ = prepare(sample, 224)
    monkeypatch.setitem(prepare.__globals__, "_LONGEST", 0)
    middle, _ = prepare(sample, 224)
    return np.abs(whole.astype(int) - middle)


@pytest.mark.parametrize(
    "file", [path for path in SAMPLES if path not in SMALLER][::4], ids=lambda file: file.stem
)
def test_resampling_only_the_middle_differs_by_rounding_alone(file, monkeypatch):
    assert differences(file, monkeypatch).max() <= 1


@pytest.mark.parametrize("file", SMALLER, ids=lambda file: file.stem)
def test_in_an_enlarged_image_it_differs_by_more_in_single_pixels(file, monkeypatch):
    """Measured: by up to 9 of 255, by more than 1 in 0.035 % of the values."""
    found = differences(file, monkeypatch)
    assert found.max() <= 10
    assert (found > 1).mean() < 0.0005


@pytest.mark.parametrize("size", [(1, 1), (1, 2), (1, 20000), (20000, 1), (3, 50000), (49, 784)])
@pytest.mark.parametrize("resize", ["crop", "squash"])
def test_thin_pictures_keep_their_colour(size, resize):
    data = saved(Image.new("RGB", size, (9, 99, 200)), "PNG")

    found, crop = prepare(decode(data), 224, resize)

    assert found.shape == (224, 224, 3)
    assert (found == (9, 99, 200)).all()
    assert 0 <= crop.box.left < crop.box.right <= size[0]
    assert 0 <= crop.box.top < crop.box.bottom <= size[1]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits a process's memory so")
@pytest.mark.parametrize("size", [(1, 20000), (50000, 3)])
def test_thin_pictures_take_little_memory(size, tmp_path):
    """Resized as a whole, either would take more than 3 GB. In a process that may have 2 GB."""
    Image.new("RGB", size).save(tmp_path / "thin.png")
    code = """
import pathlib, resource, sys
from transcnn.pictures import decode, prepare
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
print(prepare(decode(pathlib.Path(sys.argv[1]).read_bytes()), 224)[0].shape)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "thin.png"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stdout, done.stderr) == ("(224, 224, 3)\n", "")


def test_of_a_very_long_picture_the_middle_is_seen():
    values = np.zeros((3, 3001, 3), np.uint8)
    values[:, 1499:1502] = 255  # a white square exactly in the middle

    found, crop = prepare(picture(Image.fromarray(values)), 224)

    assert crop.box == pytest.approx((1499, 0, 1502, 3), abs=1e-2)
    assert found[112, 112].tolist() == [255, 255, 255]
    assert found[:, 74:-74].min() > 250  # the pixels beside the square are black


@given(width=st.integers(1, 400), height=st.integers(1, 400), size=st.sampled_from([32, 128, 224]))
def test_the_crop_is_the_largest_middle_square(width, height, size):
    found, crop = prepare(picture(Image.new("RGB", (width, height))), size)

    left, top, right, bottom = crop.box
    one = min(width, height) / size  # a pixel of the square, on the picture
    assert found.shape == (size, size, 3)
    assert crop.picture == (width, height)
    assert crop.size == size
    for start, end, side in ((left, right, width), (top, bottom, height)):
        assert start >= -1e-9
        assert end <= side + 1e-9
        assert math.isclose(end - start, min(width, height), abs_tol=one)
        assert math.isclose((start + end) / 2, side / 2, abs_tol=one)


@given(
    size=st.tuples(st.integers(60, 500), st.integers(60, 500)),
    at=st.tuples(st.floats(0.1, 0.9), st.floats(0.1, 0.9)),
    resize=st.sampled_from(["crop", "squash"]),
)
@settings(max_examples=60)
def test_a_mark_is_where_the_crop_says_that_it_came_from(size, at, resize):
    """The centre of a soft spot in the square, mapped back, is where it was drawn."""
    width, height = size
    _, crop = prepare(picture(Image.new("L", size)), 224, resize)
    x = crop.box.left + at[0] * (crop.box.right - crop.box.left)
    y = crop.box.top + at[1] * (crop.box.bottom - crop.box.top)
    down, across = np.mgrid[0:height, 0:width] + 0.5
    spot = np.exp(-((across - x) ** 2 + (down - y) ** 2) / (2 * (min(size) / 40) ** 2))
    image = Image.fromarray(np.uint8(255 * spot)).convert("RGB")

    seen, crop = prepare(picture(image), 224, resize)

    weight = seen[..., 0].astype(float)
    down, across = np.mgrid[0:224, 0:224] + 0.5
    centre = [(axis * weight).sum() / weight.sum() for axis in (down, across)]
    back = crop.on_picture(*centre, *centre)
    assert (back.left, back.top) == pytest.approx((x, y), abs=0.1 + 0.002 * max(size))


def test_every_pixel_of_the_square_comes_from_where_the_crop_says():
    down, across = np.mgrid[0:200, 0:250]
    image = Image.fromarray(np.uint8(np.stack([across, down, down * 0], -1)))  # colour is place

    seen, crop = prepare(picture(image), 100)

    for y, x in [(0, 0), (0, 99), (99, 0), (99, 99), (50, 31)]:
        box = crop.on_picture(y, x, y + 1, x + 1)
        centre = ((box.left + box.right) / 2 - 0.5, (box.top + box.bottom) / 2 - 0.5)
        assert seen[y, x, :2].astype(float) == pytest.approx(centre, abs=1)


@pytest.mark.parametrize("size", [(300, 100), (100, 300), (341, 127)])
def test_the_crop_can_be_moved_from_one_end_of_the_longer_side_to_the_other(size):
    image = picture(noise(size[1], size[0]))
    side = min(size)
    for at, start in ((0, 0), (50, (max(size) - side) // 2), (100, max(size) - side)):
        pixels, crop = prepare(image, side, at=at)
        left, top = (start, 0) if size[0] > size[1] else (0, start)
        assert crop.box == (left, top, left + side, top + side)
        assert np.array_equal(pixels, np.asarray(image.image.crop(crop.box)))
    assert np.array_equal(prepare(image, side)[0], prepare(image, side, at=50)[0])
