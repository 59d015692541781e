"""The pixels that a detector sees: the whole image, in its own proportions."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from transcnn.pictures import Crop
from transcnn.pictures.decode import DecodedPicture
from transcnn.pictures.geometry import Box

LEAST = 32  # pixels of a side: one token of the last stage


def prepare(picture: DecodedPicture, shorter: int, longer: int) -> tuple[NDArray[np.uint8], Crop]:
    """The image as [rows, columns, 3] values from 0 to 255, and where they lie on it.

    Its shorter side becomes at most `shorter` pixels, its longer at most `longer`, in bicubic
    resampling; no side becomes less than 32, where an image is longer than that allows.
    """
    scale = min(shorter / min(picture.size), longer / max(picture.size))
    columns, rows = (max(LEAST, round(side * scale)) for side in picture.size)
    whole = picture.image.resize((columns, rows), Image.Resampling.BICUBIC)
    return np.asarray(whole), Crop(picture.size, Box(0, 0, *picture.size), columns, rows)
