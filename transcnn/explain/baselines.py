"""Baselines that do not use the network, or not what it has learned.

They are scored as every method is. A map that does not beat them has not shown that it reflects the
network, however convincing it looks:

    random    the map's own values at random patches: chance
    centre    a centre Gaussian: photos show their subject in the middle
    edges     the gradient magnitude of the gray image (Sobel): objects have outlines
    blurred   the map itself, blurred: scores reward smoothness
    weights   the same method on the network with random weights (`random_weights.py`)
"""

import numpy as np
from PIL import Image
from scipy import ndimage

from transcnn.explain.attribution import Attribution, Values
from transcnn.explain.kinds import Kind
from transcnn.explain.patches import Order
from transcnn.pictures.changes import Pixels

_CENTRE = 1 / 4  # standard deviation of the centre Gaussian, as a fraction of the image's side
_BLUR = 1 / 8  # the same of the blur of a map: it hides what is smaller than a large object
_BASELINE = Kind("baseline", signed=False)


def random_orders(patches: int, count: int, random: np.random.Generator) -> list[Order]:
    """`count` random orders of the patches, in pairs of an order and its reverse.

    A pair shares its network runs: insertion in one order masks what deletion in the other masks.
    """
    orders: list[Order] = []
    while len(orders) < count:
        order = random.permutation(patches)
        orders += [order, order[::-1]]
    return orders[:count]


def reordered(attribution: Attribution, side: int, order: Order) -> Attribution:
    """The map's values at patch resolution [side, side], the highest at the first of `order`."""
    values = np.empty(side * side)
    values[order] = np.sort(attribution.on_cells(side, side), axis=None)[::-1]
    return Attribution("random", attribution.kind, values.reshape(side, side))


def centre_gaussian(side: int) -> Attribution:
    """A Gaussian in the centre, [side, side]."""
    at = (np.arange(side) + 0.5) / side - 0.5
    along = np.exp(-np.square(at / _CENTRE) / 2)
    return Attribution("centre", _BASELINE, np.outer(along, along), {"deviation": _CENTRE})


def edges(pixels: Pixels) -> Attribution:
    """The Sobel gradient magnitude of the gray values of an image [S, S, 3]."""
    gray = np.asarray(Image.fromarray(pixels).convert("L"), dtype=np.float64)
    down, across = (ndimage.sobel(gray, axis, mode="nearest") for axis in (0, 1))
    return Attribution("edges", _BASELINE, np.hypot(down, across))


def blurred(attribution: Attribution) -> Attribution:
    """The map blurred by a Gaussian whose deviation is an eighth of its side."""
    deviations = [_BLUR * length for length in attribution.values.shape]
    values: Values = ndimage.gaussian_filter(attribution.values, deviations, mode="nearest")
    return Attribution("blurred", attribution.kind, values, {"deviation": _BLUR})
