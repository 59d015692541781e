"""Which detector, what of its detections is shown, and which box and token are looked at."""

from dataclasses import dataclass, replace
from typing import Self

from transcnn.model.interventions import possible_interventions
from transcnn.ui.app.links import (
    NUMBER,
    POSITION,
    LinkPart,
    Text,
    one_of,
    param,
    word,
)

ABLATIONS = possible_interventions(means=False)
LEAST, MOST = 0.05, 0.95  # of the threshold; below its least no detector keeps anything


def _read_threshold(text: str) -> float:
    score = round(float(text), 2)
    if not LEAST <= score <= MOST:
        raise ValueError(text)
    return score


def _write_threshold(score: float) -> str:
    return f"{score:g}"


@dataclass(frozen=True)
class DetectChoice(LinkPart):
    """`detector` "" is the first that ships, `shown` "" are all classes; `box` counts the
    detections of the original run by descending score, None: the first that is shown. `token`
    (row, column) of the map of `block` of `stage`, None: that at the centre of the box.

    Whether they exist is known only to the page.
    """

    detector: str = param("", word(), "detector")
    threshold: float = param(0.5, Text(_write_threshold, _read_threshold), "threshold")
    shown: str = param("", word(), "object")
    box: int | None = param(None, NUMBER, "box", of_image=True)
    token: tuple[int, int] | None = param(None, POSITION, "token", of_image=True)
    stage: int = param(2, NUMBER, "stage")
    block: int = param(0, NUMBER, "block")
    intervention: str = param("on", one_of(ABLATIONS), "intervention")

    def for_other_image(self) -> Self:
        return replace(self, box=None, token=None)
