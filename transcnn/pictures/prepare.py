"""The square of pixels that the network sees."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from transcnn.pictures.decode import DecodedPicture
from transcnn.pictures.geometry import Box, Crop

Resize = Literal["crop", "squash"]
CENTRE = 50  # percent: where the crop is unless somebody moves it

# Beyond this ratio of the sides only the middle is resampled: resizing a whole image of
# 1 x 20000 pixels would take gigabytes. The results differ by rounding: by at most 1 of 255, in
# single pixels of enlarged samples by up to 9.
_LONGEST = 16


def prepare(
    picture: DecodedPicture, size: int, resize: Resize = "crop", at: int = CENTRE
) -> tuple[NDArray[np.uint8], Crop]:
    """The image as [size, size, 3] values from 0 to 255, and the part of it that they show.

    `crop`: the shorter side is resized to `size` (bicubic, sides rounded), then a square is cut out
    of the longer one: `at` 0 % is its left or top end, 50 % the centre, 100 % the other end.
    `squash`: the whole image, its aspect ratio changed.
    """
    if resize == "squash":
        crop = Crop(picture.size, Box(0, 0, *picture.size), size)
    else:
        crop = _square(picture.size, size, at)
    return np.asarray(_resample(picture.image, crop, resize, at)), crop


def _resample(image: Image.Image, crop: Crop, resize: Resize, at: int) -> Image.Image:
    square = (crop.size, crop.size)
    if resize == "squash" or max(image.size) > _LONGEST * min(image.size):
        return image.resize(square, Image.Resampling.BICUBIC, box=crop.box)
    sides, (left, top) = _resized(image.size, crop.size, at)
    whole = image.resize(sides, Image.Resampling.BICUBIC)
    return whole.crop((left, top, left + crop.size, top + crop.size))


def _resized(
    picture: tuple[int, int], size: int, at: int
) -> tuple[tuple[int, int], tuple[int, int]]:
    """(width, height) with the shorter side at `size`, and (left, top) of the square."""
    shorter = min(picture)
    width, height = (round(side * size / shorter) for side in picture)
    return (width, height), ((width - size) * at // 100, (height - size) * at // 100)


def _square(picture: tuple[int, int], size: int, at: int) -> Crop:
    sides, starts = _resized(picture, size, at)
    scales = [side / resized for side, resized in zip(picture, sides, strict=True)]
    left, top = (start * scale for start, scale in zip(starts, scales, strict=True))
    right, bottom = ((start + size) * scale for start, scale in zip(starts, scales, strict=True))
    return Crop(picture, Box(left, top, right, bottom), size)
