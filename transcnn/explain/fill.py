"""What stands in for a picture, or a part of it, that is taken away."""

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from transcnn.errors import ChoiceError
from transcnn.pictures.changes import GRAY

Fill = Literal["gray", "blur"]
FILLS: tuple[Fill, ...] = get_args(Fill)
BLUR = 1 / 16  # deviation of the blur, as a share of the picture's side


def filling(pixels: NDArray[np.uint8], fill: Fill) -> NDArray[np.uint8]:
    """`pixels` [S, S, 3] with nothing left to see (`gray`), or no detail (`blur`).

    Raises ChoiceError for another fill.
    """
    if fill not in FILLS:
        raise ChoiceError(field="fill", value=fill, allowed=", ".join(FILLS))
    if fill == "gray":
        return np.full_like(pixels, GRAY)
    deviation = BLUR * len(pixels)
    blurred = gaussian_filter(pixels.astype(np.float64), (deviation, deviation, 0), mode="nearest")
    return blurred.round().astype(np.uint8)
