"""What a visitor has chosen of a detector's run; all of it is part of links."""

from dataclasses import dataclass

from transcnn.detection.kinds import KINDS
from transcnn.ui.app.links import LinkPart, Text, one_of, param, word

PARTS = ("kinds", "images", "curves")
OUTCOMES = ("", *KINDS, "correct")  # "": every error
MOST = 0.95  # of the lowest score


def _read_score(text: str) -> float:
    score = round(float(text), 2)
    if not 0 <= score <= MOST:
        raise ValueError(text)
    return score


@dataclass(frozen=True)
class DetectionErrorsChoice(LinkPart):
    """`part` is what is shown, `outcome` "" are all errors, `label` (a class by name) "" all
    classes, `least` the lowest score that counts.

    `opened` is a box, as `name_box` names it, "" for none. Whether class and box exist is known
    only to the page.
    """

    part: str = param(PARTS[0], one_of(PARTS), "part")
    outcome: str = param("", one_of(OUTCOMES), "kind")
    label: str = param("", word(), "object")
    least: float = param(0.0, Text(lambda score: f"{score:g}", _read_score), "score")
    opened: str = param("", word(40), "box")


def name_box(picture: int, detection: int | None, thing: int | None) -> str:
    """A detection or, without one, an annotated object of the image with the id `picture`."""
    return f"{picture}d{detection}" if detection is not None else f"{picture}o{thing}"
