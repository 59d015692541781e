"""Images in the forms in which programs have them."""

from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from transcnn.errors import ChoiceError
from transcnn.pictures.decode import DecodedPicture, decode, from_image, read_picture

Picture = DecodedPicture | bytes | Path | str | Image.Image | NDArray[np.uint8] | BinaryIO
"""An image: decoded, the bytes of a file, its path, an open file, an image of Pillow, or an array
[H, W, 3] (red, green, blue) or [H, W] (gray) of 8 bits."""


def take_picture(given: Picture) -> DecodedPicture:
    """The image that is given, upright and RGB.

    Raises PictureError where it cannot be read, ChoiceError for anything that is no image, OSError
    for a file that cannot be opened.
    """
    if isinstance(given, DecodedPicture):
        return given
    if isinstance(given, str | Path):
        return read_picture(Path(given))
    if isinstance(given, bytes):
        return decode(given)
    if isinstance(given, Image.Image):
        return from_image(given)
    if isinstance(given, np.ndarray):
        return from_image(Image.fromarray(_checked(given)))
    if hasattr(given, "read"):
        return decode(given.read())
    allowed = "a path, bytes, an open file, an image of Pillow, or an array"
    raise ChoiceError(field="image", value=type(given).__name__, allowed=allowed)


def _checked(array: NDArray[np.uint8]) -> NDArray[np.uint8]:
    fits = array.ndim == 2 or (array.ndim == 3 and array.shape[2] == 3)
    if array.dtype != np.uint8 or not fits or array.size == 0:
        raise ChoiceError(
            field="array",
            value=f"{array.dtype} {list(array.shape)}",
            allowed="uint8 [height, width, 3] or [height, width]",
        )
    return array
