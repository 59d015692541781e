"""The names of TIDE's kinds of error; `evaluation/tide.py` says what each is. No torch here."""

from typing import Literal

Kind = Literal["classification", "localisation", "both", "duplicate", "background", "missed"]
KINDS: tuple[Kind, ...] = (
    *("classification", "localisation", "both", "duplicate", "background", "missed"),
)
