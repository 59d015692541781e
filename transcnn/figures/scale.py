"""The colours of attention: multiples of uniform, log2, 1/16x to 16x, symmetric about 1x.

The scale is the same for every picture, head and level. Blue is below uniform, orange above; the
middle is near the page, in the light theme and in the dark one. Stops are a quarter of a doubling
apart, with even steps of OKLab distance and lightness monotone on each side, also as seen with
the three colour deficiencies (the tests compute this).

Other values use the same ramp on scales of their own, `ColourScale`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from transcnn.words.translator import Translator

OCTAVES = 4  # on each side of 1x
NORM_TOP = 4  # of norms, root mean squares of channels; a token after a LayerNorm has about 1
VOTE_TOP = 100  # of logit contributions, in hundredths of a logit
_BEND = 10  # where "bent" scales turn from linear to logarithmic: this part of their end

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
# Activations are grey, so that blue and orange mean attention (or a sign) alone.
GREY_LIGHT = ("#2A2723", "#57524A", "#857E73", "#B1AA9E", "#D8D2C7", "#F8F5F0")
GREY_DARK = ("#1F1E1B", "#403D38", "#69645D", "#969086", "#C3BDB2", "#EAE6DE")
# fmt: on


def stops(ramp: tuple[str, ...]) -> NDArray[np.uint8]:
    """The stops [33, 3] as sRGB bytes."""
    return np.array([[int(stop[i : i + 2], 16) for i in (1, 3, 5)] for stop in ramp], np.uint8)


def ramp_colours(places: NDArray[np.floating], ramp: tuple[str, ...] = LIGHT) -> NDArray[np.uint8]:
    """sRGB bytes [..., 3] of places [...] on the ramp, from 0 to 1."""
    table, at = stops(ramp), np.arange(len(ramp))
    channels = [np.interp(places * (len(ramp) - 1), at, table[:, c]) for c in range(3)]
    return np.stack(channels, -1).round().astype(np.uint8)


@dataclass(frozen=True)
class ColourScale:
    """How values become places on the ramp: 0 is its cold end, 1/2 near the page, 1 its warm end.

    `form`: "multiples" of uniform attention on log2; "linear" up to `end`, the sign kept; "bent",
    the same but linear about 0 and logarithmic above a tenth of `end`:
    asinh(10 v / end) / asinh(10); "own", stretched from the least to the largest value, which
    shows only the ranking. Without a sign values begin at 0 and use the warm half. `titles` stand
    over the left end, the middle and the right end of the colour bar.
    """

    form: Literal["multiples", "linear", "bent", "own"]
    end: float = 0.0
    signed: bool = True
    titles: tuple[str, str, str] = ("", "", "")

    @property
    def warm(self) -> bool:
        """Whether only the warm half of the ramp is used."""
        return not self.signed and self.form in ("linear", "bent")

    def places(self, values: NDArray[np.floating]) -> NDArray[np.float64]:
        """Places on the ramp, from 0 to 1; the ends hold all beyond them, NaN stays NaN."""
        if self.form == "own":
            least, most = np.nanmin(values), np.nanmax(values)
            return (values - least) / ((most - least) or 1.0)
        if self.form == "multiples":
            with np.errstate(divide="ignore"):
                signed = np.log2(values) / OCTAVES
        elif self.form == "linear":
            signed = values / self.end
        else:
            signed = np.arcsinh(_BEND * values / self.end) / np.arcsinh(_BEND)
        return (np.clip(signed, -1, 1).astype(np.float64) + 1) / 2

    def colours(
        self, values: NDArray[np.floating], ramp: tuple[str, ...] = LIGHT
    ) -> NDArray[np.uint8]:
        """sRGB bytes [..., 3] of values [...]."""
        return ramp_colours(self.places(values), ramp)

    def beyond(self, values: NDArray[np.floating]) -> NDArray[np.bool_]:
        """Which values lie outside of the scale."""
        if self.form == "multiples":
            return (values > 2.0**OCTAVES) | (values < 2.0**-OCTAVES)
        return np.abs(values) > (np.inf if self.form == "own" else self.end)

    def bar(self) -> NDArray[np.float64]:
        """Places of the colour bar from its left end to its right end, [257] or [129]."""
        return np.linspace(0.5, 1, 129) if self.warm else np.linspace(0, 1, 257)

    def ticks(self, fine: bool = False) -> tuple[str, ...]:
        """The numbers below the colour bar, at even distances; none where there is no amount."""
        if self.form == "own":
            return ()
        if self.form == "multiples":
            octaves = range(-OCTAVES, OCTAVES + 1, 1 if fine else 2)
            return tuple(f"{2**o}×" if o >= 0 else f"1/{2**-o}" for o in octaves)
        places = np.linspace(0 if self.warm else -1, 1, 5)
        if self.form == "linear":
            return tuple(_signed(f"{place * self.end:.3g}") for place in places)
        values = np.sinh(places * np.arcsinh(_BEND)) / _BEND * self.end
        return tuple(_signed(f"{value:.2g}") for value in values)

    def texts(self, values: NDArray[np.floating]) -> Sequence[str]:
        """Short numbers to be written into cells; percent of the range where it is its own."""
        if self.form == "own":
            return [f"{100 * place:.0f}" for place in self.places(values)]
        if self.form == "multiples":
            return [format_multiple(float(v)).removesuffix("×") for v in values]
        short = ".0f" if self.form == "linear" and self.end >= VOTE_TOP else ".2g"
        return [_signed(f"{v:{short}}") for v in values]

    def tips(self, values: NDArray[np.floating]) -> Sequence[str]:
        """Exact numbers for single cells; none where the scale shows only the ranking."""
        if self.form == "own":
            return [""] * len(values)
        if self.form == "multiples":
            return ["<0.001×" if v < 0.001 else f"{v:.3g}×" for v in values]
        return [_signed(f"{v:.3g}") for v in values]


MULTIPLES = ColourScale("multiples")
NORMS = ColourScale("linear", NORM_TOP, signed=False)
OWN = ColourScale("own")


def multiples_scale(t: Translator) -> ColourScale:
    """The scale of multiples of uniform attention, with what its ends mean."""
    return replace(
        MULTIPLES, titles=(t("view.bar_below"), t("view.bar_uniform"), t("view.bar_above"))
    )


def _signed(number: str) -> str:
    return number.replace("-", "−")


def colours(multiple: NDArray[np.floating], ramp: tuple[str, ...] = LIGHT) -> NDArray[np.uint8]:
    """sRGB bytes [..., 3] of multiples [...] of uniform attention."""
    return MULTIPLES.colours(multiple, ramp)


def norm_colours(norms: NDArray[np.floating], ramp: tuple[str, ...] = LIGHT) -> NDArray[np.uint8]:
    """sRGB bytes [..., 3] of norms [...] from 0 to NORM_TOP, on the warm half of the ramp."""
    return NORMS.colours(norms, ramp)


def format_multiple(multiple: float) -> str:
    """Two figures, as everywhere: "11×", "3.2×", "0.05×", "<1/64×"."""
    if multiple <= 1 / 64:
        return "<1/64×"
    if multiple >= 9.95:
        return f"{multiple:.0f}×"
    return f"{multiple:.1f}×" if multiple >= 0.095 else f"{multiple:.2f}×"
