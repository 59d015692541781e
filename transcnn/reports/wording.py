"""Results of runs in words: features, filters, values with their intervals."""

import math
import re

from transcnn.analysis.errors.calibration import BINS
from transcnn.analysis.errors.filters import Filter
from transcnn.analysis.intervals import Interval
from transcnn.labels import ClassName
from transcnn.words.translator import Translator


def is_known(interval: Interval) -> bool:
    """Whether the data bound a value at all: images of a single photo do not."""
    return math.isfinite(interval.low + interval.high) and (interval.low, interval.high) != (0, 1)


def share_with_interval(t: Translator, share: Interval) -> str:
    """A share with its interval, for a table."""
    if not is_known(share):
        return t("report.one_image")
    ends = f"{t.fixed(100 * share.low, 1)} – {t.fixed(100 * share.high, 1)}"
    return f"{t.percent(share.value)} ({ends})"


def points_with_interval(t: Translator, difference: Interval) -> str:
    """A difference of shares with its interval, in percentage points, for a table."""
    if not is_known(difference):
        return t("report.one_image")
    ends = f"{t.points(difference.low)} – {t.points(difference.high)}"
    return f"{t.points(difference.value)} ({ends})"


def effect_with_interval(t: Translator, delta: Interval) -> str:
    """Cliff's delta with its interval, for a table."""
    value, low, high = (t.fixed(x, 2, signed=True) for x in (delta.value, delta.low, delta.high))
    return f"{value} ({low} – {high})"


def feature_name(t: Translator, name: str) -> str:
    """A feature's name for people; its own where there are no words for it."""
    if at := re.fullmatch(r"(entropy|distance)_s(\d+)_l(\d+)", name):
        stage, level = int(at[2]) + 1, int(at[3]) + 1
        return t(f"report.feature_{at[1]}_at", stage=stage, level=level)
    if at := re.fullmatch(r"global_s(\d+)", name):
        return t("report.feature_global_at", stage=int(at[1]) + 1)
    if name.startswith("gained_"):
        case = name.removeprefix("gained_")
        return t("report.feature_gained", case=t(f"report.case_{case}"))
    key = f"report.feature_{name}"
    return t(key) if key in t else name


def filter_text(t: Translator, meant: Filter, names: tuple[ClassName, ...]) -> str:
    """A filter for people: classes by name, features in words."""
    return ", ".join(_term(t, key, value, names) for key, value in meant.terms)


def _term(t: Translator, key: str, value: str, names: tuple[ClassName, ...]) -> str:
    if key in ("label", "answer"):
        indices = [int(text) for text in value.split("|")]
        classes = [names[i].said_in(t.language) if i < len(names) else str(i) for i in indices]
        return f"{t(f'report.{key}')}: {' | '.join(classes)}"
    if key in ("right", "sink"):
        return t(f"report.filter_{key}_{value}")
    if key.startswith("right_"):
        case = t(f"report.case_{key.removeprefix('right_')}")
        return t(f"report.filter_right_in_{value}", case=case)
    if key == "changed":
        return t("report.filter_changed", case=t(f"report.case_{value}"))
    if key == "bin":
        low = int(value)
        ends = (t.percent(end / BINS, 0) for end in (low, low + 1))
        return t("report.filter_bin", **dict(zip(("low", "high"), ends, strict=True)))
    if key in ("tag", "text"):
        return t(f"report.filter_{key}", value=value)
    return _range(feature_name(t, key), value)


def _range(name: str, value: str) -> str:
    low, _, high = value.partition("..")
    if low == high:
        return f"{name}: {low}"
    ends = [f"{sign} {end}" for sign, end in (("≥", low), ("≤", high)) if end]
    return " ".join((name, *ends))
