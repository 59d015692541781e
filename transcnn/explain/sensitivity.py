"""Sensitivity: how much the map changes when the image changes imperceptibly.

    max over e of |map(x + e) - map(x)| / |map(x)|,  e uniform within 5 of 255

with Euclidean norms of maps at patch resolution (captum's `sensitivity_max`, with its radius of
0.02). It measures stability, not correctness: a map that never looks at the image has 0.
"""

import numpy as np

from transcnn.explain.attribution import Values
from transcnn.pictures.changes import Pixels

RADIUS = 5  # of 255


def with_noise(pixels: Pixels, random: np.random.Generator) -> Pixels:
    """The image [S, S, 3] with each value changed by at most the radius."""
    noise = random.integers(-RADIUS, RADIUS, size=pixels.shape, endpoint=True)
    return np.clip(pixels + noise, 0, 255).astype(np.uint8)


def relative_changes(of: Values, others: Values) -> Values:
    """The distance of each of the maps `others` [N, patches] from the map `of` [patches], relative
    to its norm; the norm of a map of zeros is taken as 1."""
    size = float(np.linalg.norm(of)) or 1.0
    moved: Values = np.linalg.norm(others - of, axis=1) / size
    return moved
