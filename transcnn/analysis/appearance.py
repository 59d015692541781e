"""Image statistics: causes of errors other than attention."""

import numpy as np
from numpy.typing import NDArray

_LUMA = np.array([0.299, 0.587, 0.114])  # ITU-R BT.601


def appearance(pixels: NDArray[np.uint8], megapixels: float) -> dict[str, float]:
    """Statistics of a prepared image [S, S, 3] whose file had `megapixels`.

    brightness   mean of the luma, 0 to 255
    contrast     standard deviation of the luma
    sharpness    log10(1 + variance of the luma's Laplacian, 4 neighbours): low where an image is
                 blurred or has no edges
    saturation   mean over pixels of (max - min) / max of the channels, 0 to 1
    megapixels   of the file
    """
    values = pixels.astype(np.float64)
    luma = values @ _LUMA
    middle = luma[1:-1, 1:-1]
    around = luma[:-2, 1:-1] + luma[2:, 1:-1] + luma[1:-1, :-2] + luma[1:-1, 2:]
    most, least = values.max(2), values.min(2)
    return {
        "brightness": float(luma.mean()),
        "contrast": float(luma.std()),
        "sharpness": float(np.log10(1 + (around - 4 * middle).var())),
        "saturation": float(((most - least) / np.maximum(most, 1)).mean()),
        "megapixels": megapixels,
    }
