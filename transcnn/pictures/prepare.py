"""The pixels that the network sees."""

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from transcnn.pictures.changes import GRAY
from transcnn.pictures.decode import DecodedPicture
from transcnn.pictures.geometry import Box, Crop

Resize = Literal["crop", "squash", "pad", "whole"]
RESIZES: tuple[Resize, ...] = get_args(Resize)
SQUARE: tuple[Resize, ...] = ("crop", "squash", "pad")
"""Those whose pixels are a square."""
CENTRE = 50  # percent: where the crop is unless somebody moves it
STRIDE = 32  # pixels of one token of the last stage
LONGEST = 4  # how often `size` the longer side of `whole` is at most

# Beyond this ratio of the sides only the middle is resampled: resizing a whole image of
# 1 x 20000 pixels would take gigabytes. The results differ by rounding: by at most 1 of 255, in
# single pixels of enlarged samples by up to 9.
_LONGEST = 16


def prepare(
    picture: DecodedPicture, size: int, resize: Resize = "crop", at: int = CENTRE
) -> tuple[NDArray[np.uint8], Crop]:
    """The image as [rows, columns, 3] values from 0 to 255, and the part of it that they show.

    Resampled bicubically. All but `whole` give [size, size, 3].

    `crop`: the shorter side is resized to `size` (sides rounded), then a square is cut out of the
    longer one: `at` 0 % is its left or top end, 50 % the centre, 100 % the other end.
    `squash`: the whole image, its aspect ratio changed.
    `pad`: the whole image, its longer side at `size`, in the middle of a gray square.
    `whole`: the whole image in its shape: the shorter side at `size`, the longer at most four times
    that, both rounded to multiples of 32.
    """
    if resize == "pad":
        return _padded(picture, size)
    if resize == "whole":
        columns, rows = _whole(picture.size, size)
        crop = Crop(picture.size, Box(0, 0, *picture.size), columns, rows)
        return np.asarray(picture.image.resize((columns, rows), Image.Resampling.BICUBIC)), crop
    if resize == "squash":
        crop = Crop(picture.size, Box(0, 0, *picture.size), size)
    else:
        crop = _square(picture.size, size, at)
    return np.asarray(_resample(picture.image, crop, resize, at)), crop


def most_pixels(size: int, resize: Resize) -> int:
    """How many pixels `prepare` gives at most."""
    if resize != "whole":
        return size * size
    shorter, longer = (-(-side // STRIDE) * STRIDE for side in (size, LONGEST * size))
    return shorter * longer


def _whole(picture: tuple[int, int], size: int) -> tuple[int, int]:
    """(width, height) of the input that keeps the image's shape."""
    scale = min(size / min(picture), LONGEST * size / max(picture))
    width, height = (max(1, round(side * scale / STRIDE)) * STRIDE for side in picture)
    return width, height


def _padded(picture: DecodedPicture, size: int) -> tuple[NDArray[np.uint8], Crop]:
    longer = max(picture.size)
    width, height = (max(1, round(side * size / longer)) for side in picture.size)
    left, top = (size - width) // 2, (size - height) // 2
    pixels = np.full((size, size, 3), GRAY, dtype=np.uint8)
    inside = picture.image.resize((width, height), Image.Resampling.BICUBIC)
    pixels[top : top + height, left : left + width] = np.asarray(inside)
    across, down = picture.size[0] / width, picture.size[1] / height
    box = Box(-left * across, -top * down, (size - left) * across, (size - top) * down)
    return pixels, Crop(picture.size, box, size)


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
