"""The words of the report in a language, and how its numbers are written."""

import functools
import math
import re
import tomllib
from collections.abc import Mapping

from transcnn.analysis.errors.calibration import BINS
from transcnn.analysis.errors.filters import Filter
from transcnn.analysis.intervals import Interval
from transcnn.labels import ClassName
from transcnn.words import FOLDER


@functools.cache
def strings(language: str) -> Mapping[str, str]:
    """All sentences of a language, gaps open."""
    text = (FOLDER / language / "report.toml").read_text(encoding="utf-8")
    found: dict[str, str] = tomllib.loads(text)
    return found


def percent(share: float, digits: int = 1) -> str:
    return "–" if math.isnan(share) else f"{100 * share:.{digits}f} %"


def points(difference: float) -> str:
    """A difference of shares, in points, with its sign."""
    if math.isnan(difference):
        return "–"
    return f"{100 * difference:+.1f}".replace("-", "−")


def number(value: float) -> str:
    """Four significant digits."""
    return "–" if math.isnan(value) else f"{value:.4g}".replace("-", "−")


def p_value(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


class Wording:
    """A language's words about runs."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._strings = strings(language)

    def __call__(self, key: str, **placeholders: object) -> str:
        return self._strings[key].format(**placeholders)

    def class_name(self, name: ClassName) -> str:
        if self.language == "zh":
            return " ".join(dict.fromkeys((name.chinese, name.label)))
        return name.label

    def share_interval(self, interval: Interval) -> str:
        return self("interval", low=percent(interval.low), high=percent(interval.high))

    def share(self, share: Interval) -> str:
        """A share with its interval, for a table."""
        return f"{percent(share.value)} ({100 * share.low:.1f} – {100 * share.high:.1f})"

    def points(self, difference: Interval) -> str:
        """A difference of shares with its interval, in points, for a table."""
        ends = f"{points(difference.low)} – {points(difference.high)}"
        return f"{points(difference.value)} ({ends})"

    def effect(self, delta: Interval) -> str:
        """Cliff's delta with its interval, for a table."""
        ends = f"{delta.value:+.2f} ({delta.low:+.2f} – {delta.high:+.2f})"
        return ends.replace("-", "−")

    def points_interval(self, interval: Interval) -> str:
        return self("interval", low=points(interval.low), high=points(interval.high))

    def feature(self, name: str) -> str:
        """A feature's name for people; its own where there are no words for it."""
        if placed := re.fullmatch(r"(entropy|distance)_s(\d+)_l(\d+)", name):
            kind, stage, level = placed[1], int(placed[2]) + 1, int(placed[3]) + 1
            return self(f"feature_{kind}_at", stage=stage, level=level)
        if placed := re.fullmatch(r"global_s(\d+)", name):
            return self("feature_global_at", stage=int(placed[1]) + 1)
        if name.startswith("gained_"):
            case = name.removeprefix("gained_")
            return self("feature_gained", case=self(f"case_{case}"))
        return self(f"feature_{name}") if f"feature_{name}" in self._strings else name

    def filter(self, meant: Filter, names: tuple[ClassName, ...]) -> str:
        """A filter for people: classes by name, features in words."""
        return ", ".join(self._term(key, value, names) for key, value in meant.terms)

    def _term(self, key: str, value: str, names: tuple[ClassName, ...]) -> str:
        if key in ("label", "answer"):
            numbers = [int(text) for text in value.split("|")]
            classes = [self.class_name(names[i]) if i < len(names) else str(i) for i in numbers]
            return f"{self(key)}: {' | '.join(classes)}"
        if key in ("right", "sink"):
            return self(f"filter_{key}_{value}")
        if key.startswith("right_"):
            case = self(f"case_{key.removeprefix('right_')}")
            return self(f"filter_right_in_{value}", case=case)
        if key == "changed":
            return self("filter_changed", case=self(f"case_{value}"))
        if key == "bin":
            low = int(value)
            ends = (percent(end / BINS, 0) for end in (low, low + 1))
            return self("filter_bin", **dict(zip(("low", "high"), ends, strict=True)))
        if key in ("tag", "text"):
            return self(f"filter_{key}", value=value)
        return self._range(self.feature(key), value)

    def _range(self, name: str, value: str) -> str:
        low, _, high = value.partition("..")
        if low == high:
            return f"{name}: {low}"
        ends = [f"{sign} {end}" for sign, end in (("≥", low), ("≤", high)) if end]
        return " ".join((name, *ends))
