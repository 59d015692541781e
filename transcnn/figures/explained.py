"""Maps of explanations: what their colours mean, and maps side by side as one figure.

Limits belong to the kind of value, the same for every picture, network and method. All kinds in
logits share one linear scale about a true zero, so that equal colours are equal effects; multiples
of an even share have the scale of readings. Where somebody wants to see a faint map, limits can be
the map's own, and then the figure says so. Maps are drawn on the board of cells on which they are
scored, without smoothing: values that add up are summed over a cell, others averaged.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transcnn.explain.attribution import Attribution, Kind, Values
from transcnn.explain.board import board_side
from transcnn.explain.kinds import LOGIT_SLOPES, MULTIPLES
from transcnn.figures.reading import scale_bar
from transcnn.figures.scale import OCTAVES, colours, format_multiple
from transcnn.figures.sheet import Bar, Panel, Row, Sheet

LOGITS = 1.0  # either way, for one cell
SLOPES = 0.001  # logits a gray level, the mean of a cell

_NOTE = (
    "A map says what one method finds, not why the answer came. Scores beside it: --faithfulness."
)


@dataclass(frozen=True)
class Scale:
    """How values become colours: linear from -limit to limit where `signed`, else from 0; or the
    logarithm of multiples (`limit` None). `own`: the limit is that of one map."""

    signed: bool
    limit: float | None
    own: bool = False

    def places(self, values: Values) -> Values:
        """Places on the ramp, 0 (cold end) to 1 (warm end); beyond the limits they are its ends."""
        if self.limit is None:
            with np.errstate(divide="ignore"):
                octaves = np.clip(np.log2(values), -OCTAVES, OCTAVES)
            logarithmic: Values = (octaves / OCTAVES + 1) / 2
            return logarithmic
        linear: Values = (np.clip(values / self.limit, -1, 1) + 1) / 2
        return linear

    def beyond(self, values: Values) -> NDArray[np.bool_]:
        """Which values lie outside of the limits."""
        if self.limit is None:
            return (values > 2**OCTAVES) | (values < 2**-OCTAVES)
        return np.abs(values) > self.limit * (1 + 1e-9)

    @property
    def ticks(self) -> tuple[str, ...]:
        """Texts at even distances along the scale."""
        if self.limit is None:
            return ("1/16", "1/4", "1×", "4×", "16×")
        ends = [
            self.limit * share for share in ((-1, -0.5, 0, 0.5, 1) if self.signed else (0, 0.5, 1))
        ]
        return tuple(f"{end:.3g}".replace("-", "−") for end in ends)

    def colours(self, values: Values) -> NDArray[np.uint8]:
        """sRGB bytes [..., 3]."""
        return colours(2.0 ** ((2 * self.places(values) - 1) * OCTAVES))


def scale_of(kind: Kind) -> Scale:
    """The declared scale of a kind of value."""
    if kind == MULTIPLES:
        return Scale(False, None)
    return Scale(kind.signed, SLOPES if kind == LOGIT_SLOPES else LOGITS)


def own_scale(kind: Kind, cells: Values) -> Scale:
    """A scale that ends at the largest of the values on the board; multiples keep theirs."""
    most = float(np.abs(cells).max())
    if kind == MULTIPLES or most == 0:
        return scale_of(kind)
    return Scale(kind.signed, most, own=True)


def on_board(attribution: Attribution, size_px: int) -> Values:
    """The map on the board of a picture of `size_px` pixels."""
    side = board_side(size_px)
    return attribution.on_cells(side, side)


def format_value(kind: Kind, value: float) -> str:
    """A value for people: three digits; multiples as everywhere."""
    if kind == MULTIPLES:
        return format_multiple(value)
    return f"{value:.3g}".replace("-", "−")


def unit(kind: Kind) -> str:
    """What the values are counted in."""
    if kind == MULTIPLES:
        return "multiple of an even share"
    return "logits a gray level" if kind == LOGIT_SLOPES else "logits"


def explained_sheet(
    title: str,
    pixels: NDArray[np.uint8],
    attributions: Sequence[Attribution],
    *,
    own: bool = False,
) -> Sheet:
    """The picture [S, S, 3], and a row for each map with the bar of its scale."""
    rows = []
    for one in attributions:
        cells = on_board(one, len(pixels))
        scale = own_scale(one.kind, cells) if own else scale_of(one.kind)
        most = format_value(one.kind, float(cells.flat[np.abs(cells).argmax()]))
        settings = ", ".join(f"{key} {value}" for key, value in one.settings.items())
        says = f"{one.method} ({settings})" if settings else one.method
        limits = ". Limits: this map's own" if scale.own else ""
        panels = (
            Panel("The picture as the network sees it", pixels),
            Panel(f"Strongest cell: {most} {unit(one.kind)}", scale.colours(cells), (1, 1)),
        )
        rows.append(Row(says + limits, panels, (_bar(one.kind, scale),)))
    return Sheet(title, tuple(rows), _NOTE)


def _bar(kind: Kind, scale: Scale) -> Bar:
    if scale.limit is None:
        return scale_bar(unit(kind))
    values = np.linspace(-scale.limit if scale.signed else 0, scale.limit, 257)
    return Bar(unit(kind), scale.colours(values), scale.ticks)
