"""Sensitivity: how much the map changes when the picture changes by what nobody sees.

    max over e of |map(x + e) - map(x)| / |map(x)|,  e uniform within 5 of 255

with Euclidean norms of maps on the board (captum's `sensitivity_max`, with its radius of 0.02). It
tells how steady a map is, not whether it is right: a map that never looks at the picture has 0.
"""

import numpy as np

from transcnn.explain.attribution import Values
from transcnn.pictures.changes import Pixels

RADIUS = 5  # of 255


def with_noise(pixels: Pixels, random: np.random.Generator) -> Pixels:
    """The picture [S, S, 3] with each value changed by no more than the radius."""
    noise = random.integers(-RADIUS, RADIUS, size=pixels.shape, endpoint=True)
    return np.clip(pixels + noise, 0, 255).astype(np.uint8)


def changes(of: Values, others: Values) -> Values:
    """How far each of the maps `others` [N, cells] is from the map `of` [cells], relative to it; a
    map of zeros counts as if its norm were 1."""
    size = float(np.linalg.norm(of)) or 1.0
    moved: Values = np.linalg.norm(others - of, axis=1) / size
    return moved
