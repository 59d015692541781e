"""The colours of a reading: multiples of an even share, log2, 1/16x to 16x, symmetric about 1x.

The scale is the same for every picture, head and level. Blue reads less, orange reads more; the
middle is near the page, in the light theme and in the dark one. Stops are a quarter of a doubling
apart, with even steps of OKLab distance and lightness monotone on each side, also as seen with
the three colour deficiencies (the tests compute this).

Norms are amounts: they use the warm half, from 0 near the page to NORM_TOP, the same everywhere.
Votes have a sign: they use all of it, from -VOTE_TOP to VOTE_TOP, 0 near the page.
"""

import numpy as np
from numpy.typing import NDArray

OCTAVES = 4  # on each side of 1x
NORM_TOP = 4  # of norms, root mean squares of channels; a token after a LayerNorm has about 1

VOTE_TOP = 100  # of votes, in hundredths of a logit: what one place adds to the logit of a class

# fmt: off
LIGHT = (
    "#164298", "#1D4EA0", "#255AA8", "#2F66AF", "#3A72B6", "#457EBD", "#518AC4", "#5E95CB",
    "#6BA1D1", "#79ACD8", "#88B8DE", "#97C3E4", "#A7CEE9", "#B8D9EF", "#CAE3F3", "#DCEDF7",
    "#F2F5F7",
    "#F9EAD8", "#F5DEC4", "#F0D1B1", "#EAC4A0", "#E4B790", "#DDAA81", "#D69D73", "#CF9165",
    "#C78458", "#BF774C", "#B76A40", "#AF5E35", "#A7512A", "#9E441F", "#953614", "#8C2809",
)
DARK = (
    "#5BCEF3", "#5AC2E7", "#58B6DC", "#57ABD0", "#559FC5", "#5294B9", "#5089AC", "#4D7FA0",
    "#4A7494", "#476A87", "#43607B", "#3F566E", "#3B4D61", "#364355", "#313B48", "#2D323B",
    "#282A2D",
    "#3C2F29", "#49362C", "#573E2F", "#654632", "#724E34", "#805737", "#8D6039", "#9A693B",
    "#A8733D", "#B57D3F", "#C28740", "#CE9242", "#DB9D43", "#E7A845", "#F3B446", "#FFC049",
)
# fmt: on


def stops(ramp: tuple[str, ...]) -> NDArray[np.uint8]:
    """The stops [33, 3] as sRGB bytes."""
    return np.array([[int(stop[i : i + 2], 16) for i in (1, 3, 5)] for stop in ramp], np.uint8)


def colours(multiple: NDArray[np.floating], ramp: tuple[str, ...] = LIGHT) -> NDArray[np.uint8]:
    """sRGB bytes [..., 3] of multiples [...] of an even share; the ends hold all beyond them."""
    with np.errstate(divide="ignore"):
        octave = np.clip(np.log2(multiple), -OCTAVES, OCTAVES)
    place = (octave + OCTAVES) / (2 * OCTAVES) * (len(ramp) - 1)
    table = stops(ramp)
    channels = [np.interp(place, np.arange(len(ramp)), table[:, c]) for c in range(3)]
    return np.stack(channels, -1).round().astype(np.uint8)


def norm_colours(norms: NDArray[np.floating], ramp: tuple[str, ...] = LIGHT) -> NDArray[np.uint8]:
    """sRGB bytes [..., 3] of norms [...] from 0 to NORM_TOP, on the warm half of the ramp."""
    half = np.minimum(norms / NORM_TOP, 1) * OCTAVES
    return colours(2.0**half, ramp)


def format_multiple(multiple: float) -> str:
    """Two figures, as everywhere: "11×", "3.2×", "0.05×", "<1/64×"."""
    if multiple <= 1 / 64:
        return "<1/64×"
    if multiple >= 9.95:
        return f"{multiple:.0f}×"
    return f"{multiple:.1f}×" if multiple >= 0.095 else f"{multiple:.2f}×"
