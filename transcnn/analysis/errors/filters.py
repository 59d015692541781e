"""Which images are selected, as one line of text for links, saved slices and commands.

    label:340 right:no confidence:0.5..1 brightness:..62 tag:blur text:zoo changed:off right_off:no

Terms are joined by spaces and must all hold; of `label` and `answer` several values may be given,
joined by "|". A value with spaces stands in quotes.
"""

import math
import shlex
from dataclasses import dataclass, replace

import numpy as np

from transcnn.analysis.errors.calibration import bins_of
from transcnn.analysis.errors.table import CASES, Bools, Table
from transcnn.errors import ChoiceError

_DIGITS = 9  # of a whole number
_RIGHT_IN = tuple(f"right_{case}" for case in CASES[1:])
_WORDS = ("label", "answer", "right", *_RIGHT_IN, "tag", "text", "changed", "bin", "sink")


@dataclass(frozen=True)
class Filter:
    """Terms (key, value) in their order; () selects all images."""

    terms: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return " ".join(f"{key}:{_quoted(value)}" for key, value in self.terms)

    def get(self, key: str) -> str | None:
        return dict(self.terms).get(key)

    def with_term(self, key: str, value: str | None) -> "Filter":
        """The filter with `key` set to `value`, or without it for None."""
        others = tuple(term for term in self.terms if term[0] != key)
        return replace(self, terms=others if value is None else (*others, (key, value)))

    def and_also(self, other: "Filter") -> "Filter":
        """Both: all terms of each must hold."""
        return Filter(tuple(dict.fromkeys((*self.terms, *other.terms))))

    def chosen(self, table: Table) -> Bools:
        """The mask [N] of the images of `table` that are selected.

        Raises ChoiceError for a key or a value that does not exist.
        """
        mask = np.ones(len(table), dtype=np.bool_)
        for key, value in self.terms:
            mask &= _holds(table, key, value)
        return mask


EVERYTHING = Filter()


def parse_filter(text: str) -> Filter:
    """The filter that `text` describes; ChoiceError where it cannot be parsed. Features are checked
    when it is applied to a table."""
    try:
        parts = shlex.split(text)
    except ValueError as error:
        raise ChoiceError(field="filter", value=text, allowed="closed quotes") from error
    terms = []
    for part in parts:
        key, colon, value = part.partition(":")
        if not colon or not value:
            raise ChoiceError(field="filter", value=part, allowed="terms like label:340")
        terms.append((key, value))
    return Filter(tuple(dict.fromkeys(terms)))


def between(low: float | None, high: float | None) -> str:
    """The value of a term for numbers from `low` to `high`, both included."""
    return f"{'' if low is None else f'{low:g}'}..{'' if high is None else f'{high:g}'}"


def bounds(value: str) -> tuple[float, float]:
    """The ends of a range like "0.5..1", "..62" or "3.."; ChoiceError for anything else."""
    low, dots, high = value.partition("..")
    try:
        ends = float(low) if low else -math.inf, float(high) if high else math.inf
    except ValueError:
        ends = (math.nan, math.nan)
    if not dots or math.isnan(ends[0]) or math.isnan(ends[1]):
        raise ChoiceError(field="range", value=value, allowed="low..high, either may be left out")
    return ends


def _quoted(value: str) -> str:
    return shlex.quote(value) if set(value) & set(" \t\r\n'\"\\") else value


def _holds(table: Table, key: str, value: str) -> Bools:
    match key:
        case "label" | "answer":
            wanted = [_number(key, part) for part in value.split("|")]
            return np.isin(table.label if key == "label" else table.predicted, wanted)
        case "right":
            return table.correct == _yes(key, value)
        case _ if key in _RIGHT_IN:
            ranks = table.cases[key.removeprefix("right_")].true_rank
            return (ranks == 0) == _yes(key, value)
        case "tag":
            return np.array([value in tags for tags in table.tags], dtype=np.bool_)
        case "text":
            low = value.lower()
            both = zip(table.names, table.notes, strict=True)
            return np.array(
                [low in f"{name}\n{note}".lower() for name, note in both], dtype=np.bool_
            )
        case "changed":
            if value not in CASES[1:]:
                raise ChoiceError(field="changed", value=value, allowed=", ".join(CASES[1:]))
            return table.changed(value)
        case "bin":
            return bins_of(table.confidence) == _number(key, value)
        case "sink":
            found = np.array([bool(sinks) for sinks in table.sinks], dtype=np.bool_)
            return found == _yes(key, value)
        case _ if key in table.feature_names():
            low_end, high_end = bounds(value)
            numbers = table.feature(key)
            return (numbers >= low_end) & (numbers <= high_end)
    allowed = ", ".join((*_WORDS, *table.feature_names()))
    raise ChoiceError(field="filter", value=key, allowed=allowed)


def _yes(key: str, value: str) -> bool:
    if value not in ("yes", "no"):
        raise ChoiceError(field=key, value=value, allowed="yes, no")
    return value == "yes"


def _number(key: str, text: str) -> int:
    if not text.isdecimal() or len(text) > _DIGITS:
        raise ChoiceError(field=key, value=text, allowed="whole numbers from 0")
    return int(text)
