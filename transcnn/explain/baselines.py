"""Maps that know nothing of the network, or nothing of what it has learned.

They are scored as every method is. A map that is no better than these has shown nothing, however
good it looks:

    random    the map's own values, dealt out to the cells by lot: chance
    centre    a bell in the middle of the picture: that photos show things in their middle
    edges     where the picture's gray values change (Sobel): that things have outlines
    blurred   the map itself, blurred: that scores reward what is smooth
    weights   the same method on the network with random weights (`random_weights.py`): its shape
"""

import numpy as np
from PIL import Image
from scipy import ndimage

from transcnn.explain.attribution import Attribution, Values
from transcnn.explain.kinds import Kind
from transcnn.explain.patches import Order
from transcnn.pictures.changes import Pixels

_BELL = 1 / 4  # its deviation, as a share of the picture's side
_BLUR = 1 / 8  # the same of the Gaussian over a map: it hides what is smaller than a large object
_WITHOUT_THE_MODEL = Kind("baseline", signed=False)


def random_orders(cells: int, count: int, random: np.random.Generator) -> list[Order]:
    """So many orders of the cells, in pairs of one and its reverse: a pair shares its runs, since
    to show cells in one order is to hide them in the other, backwards."""
    orders: list[Order] = []
    while len(orders) < count:
        order = random.permutation(cells)
        orders += [order, order[::-1]]
    return orders[:count]


def dealt(attribution: Attribution, side: int, order: Order) -> Attribution:
    """The map's values on a board [side, side], the highest to the first cell of `order`."""
    values = np.empty(side * side)
    values[order] = np.sort(attribution.on_cells(side, side), axis=None)[::-1]
    return Attribution("random", attribution.kind, values.reshape(side, side))


def centre(side: int) -> Attribution:
    """A bell over the middle, on a board [side, side]."""
    at = (np.arange(side) + 0.5) / side - 0.5
    bell = np.exp(-np.square(at / _BELL) / 2)
    values = np.outer(bell, bell)
    return Attribution("centre", _WITHOUT_THE_MODEL, values, {"deviation": _BELL})


def edges(pixels: Pixels) -> Attribution:
    """How steeply gray values change at each pixel of a picture [S, S, 3]."""
    gray = np.asarray(Image.fromarray(pixels).convert("L"), dtype=np.float64)
    down, across = (ndimage.sobel(gray, axis, mode="nearest") for axis in (0, 1))
    return Attribution("edges", _WITHOUT_THE_MODEL, np.hypot(down, across))


def blurred(attribution: Attribution) -> Attribution:
    """The map through a Gaussian with a deviation of an eighth of the picture's side."""
    deviations = [_BLUR * length for length in attribution.values.shape]
    values: Values = ndimage.gaussian_filter(attribution.values, deviations, mode="nearest")
    return Attribution("blurred", attribution.kind, values, {"deviation": _BLUR})
