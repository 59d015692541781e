"""What is open on the overview, the step of its tour, and whose structure is shown."""

import re
from dataclasses import dataclass
from typing import Self

from transcnn.checkpoints.catalogue import shipped_names
from transcnn.model.variants import list_models
from transcnn.ui.app.links import LinkPart, Text, one_of, param, whole_number

TOUR_STEPS = 6
# Variants that come without weights: their structure can be shown, and no activations.
VARIANTS = tuple(name for name in list_models() if name not in shipped_names())
_BOX = re.compile(r"image|stem|down\.\d|(att|irb)\.\d\.\d{1,2}|pool|cls|ablation")


def _read_box(text: str) -> str:
    if not (text.isascii() and _BOX.fullmatch(text)):
        raise ValueError(text)
    return text


def _read_step(text: str) -> int:
    step = whole_number(text)
    if not 1 <= step <= TOUR_STEPS:
        raise ValueError(text)
    return step


@dataclass(frozen=True)
class OverviewChoice(LinkPart):
    """`open`: image, stem, down.S, att.S.B, irb.S.I, pool, cls (indices from 0) or ablation."""

    open: str | None = param(None, Text(str, _read_box), "open")
    tour: int | None = param(None, Text(str, _read_step), "tour")
    variant: str | None = param(None, one_of(VARIANTS), "variant")

    def for_other_network(self) -> Self:
        return type(self)()
