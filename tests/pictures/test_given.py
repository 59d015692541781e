"""An image is the same image in whatever form a program has it."""

import io

import numpy as np
import pytest
from PIL import Image

from transcnn.errors import BrokenPicture, ChoiceError, TooManyPixels
from transcnn.pictures import take_picture
from transcnn.pictures.samples import samples

FILE = next(sample for sample in samples() if sample.name == "zebra").path


@pytest.fixture(scope="module")
def pixels():
    with Image.open(FILE) as image:
        return np.asarray(image)


@pytest.mark.parametrize(
    "form",
    [
        FILE,
        str(FILE),
        FILE.read_bytes(),
        io.BytesIO(FILE.read_bytes()),
        Image.open(FILE),
        np.asarray(Image.open(FILE)),
    ],
    ids=["path", "text", "bytes", "open file", "Pillow", "array"],
)
def test_every_form_has_the_pixels_of_the_file(form, pixels):
    np.testing.assert_array_equal(np.asarray(take_picture(form).image), pixels)


def test_a_decoded_picture_is_taken_as_it_is():
    decoded = take_picture(FILE)
    assert take_picture(decoded) is decoded


def test_a_gray_array_has_three_equal_channels():
    gray = np.arange(12, dtype=np.uint8).reshape(3, 4)
    np.testing.assert_array_equal(take_picture(gray).image, np.stack([gray] * 3, axis=2))


def test_an_image_of_pillow_is_turned_upright_on_white():
    turned = Image.new("RGBA", (4, 2), (255, 0, 0, 0))
    exif = turned.getexif()
    exif[0x0112] = 6
    buffer = io.BytesIO()
    turned.save(buffer, "PNG", exif=exif)
    picture = take_picture(Image.open(buffer))
    assert picture.size == (2, 4)
    assert picture.image.getpixel((0, 0)) == (255, 255, 255)


def test_equal_pixels_have_equal_digests_and_another_shape_another():
    one, same = np.zeros((2, 8, 3), np.uint8), np.zeros((2, 8, 3), np.uint8)
    other = np.zeros((4, 4, 3), np.uint8)
    assert take_picture(one).digest == take_picture(same).digest != take_picture(other).digest


@pytest.mark.parametrize(
    ("array", "value"),
    [
        (np.zeros((4, 4, 3), np.float32), "float32"),
        (np.zeros((3, 4, 4), np.uint8), r"uint8 \[3, 4, 4\]"),
        (np.zeros((0, 4, 3), np.uint8), r"uint8 \[0, 4, 3\]"),
    ],
)
def test_an_array_that_is_no_image_is_named_with_what_is_allowed(array, value):
    with pytest.raises(ChoiceError, match=f"array is '{value}.*; allowed: uint8 .height, width, 3"):
        take_picture(array)


def test_what_is_no_image_is_named_with_what_is_allowed():
    with pytest.raises(ChoiceError, match="image is 'int'; allowed: a path, bytes, an open file"):
        take_picture(3)


def test_a_damaged_file_that_pillow_has_opened_is_a_broken_picture():
    with pytest.raises(BrokenPicture):
        take_picture(Image.open(io.BytesIO(FILE.read_bytes()[:2000])))


def test_too_many_pixels_are_refused_whatever_the_form():
    with pytest.raises(TooManyPixels):
        take_picture(Image.new("L", (10_000, 5_001)))
