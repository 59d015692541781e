"""What replaces occluded areas of an image."""

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from transcnn.errors import ChoiceError
from transcnn.pictures.changes import GRAY

Fill = Literal["gray", "blur"]
FILLS: tuple[Fill, ...] = get_args(Fill)
BLUR = 1 / 16  # standard deviation of the blur, as a fraction of the image's side


def filling(pixels: NDArray[np.uint8], fill: Fill) -> NDArray[np.uint8]:
    """`pixels` [S, S, 3] replaced by mid-gray (`gray`) or by their blurred copy (`blur`).

    Raises ChoiceError for another fill.
    """
    if fill not in FILLS:
        raise ChoiceError(field="fill", value=fill, allowed=", ".join(FILLS))
    if fill == "gray":
        return np.full_like(pixels, GRAY)
    deviation = BLUR * len(pixels)
    blurred = gaussian_filter(pixels.astype(np.float64), (deviation, deviation, 0), mode="nearest")
    return blurred.round().astype(np.uint8)
