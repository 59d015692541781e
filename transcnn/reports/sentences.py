"""What results say in one sentence each, in the words of a language; the board says the same."""

from collections.abc import Callable, Sequence

from transcnn.analysis.errors.calibration import Calibration
from transcnn.analysis.errors.differences import Difference
from transcnn.analysis.errors.scores import accuracy
from transcnn.analysis.errors.slices import Slice
from transcnn.analysis.errors.survival import Survival
from transcnn.analysis.errors.table import Table
from transcnn.analysis.intervals import Interval
from transcnn.reports.wording import is_known
from transcnn.training.finetune.held_out import ENOUGH
from transcnn.training.finetune.measured import Measured
from transcnn.words.translator import Translator

_FITS = 0.01  # a mean confidence this far from the share of right answers


def accuracy_says(table: Table, t: Translator) -> str:
    """Of one picture or more."""
    share = accuracy(table)
    five = t.percent(accuracy(table, 5).value)
    interval = _interval(t, share, t.percent)
    return t("report.accuracy_says", share=t.percent(share.value), interval=interval, five=five)


def _interval(t: Translator, interval: Interval, written: Callable[[float], str]) -> str:
    if not is_known(interval):
        return t("report.one_image")
    return t("report.interval", low=written(interval.low), high=written(interval.high))


def calibration_says(found: Calibration, t: Translator) -> str:
    excess = found.excess
    verdict = "overconfident" if excess.value > 0 else "underconfident"
    if not (excess.low > 0 or excess.high < 0):
        verdict = "undetermined"
    if max(abs(excess.low), abs(excess.high)) <= _FITS:
        verdict = "calibrated"
    return t(
        "report.calibration_says", error=t.percent(found.error), verdict=t(f"report.{verdict}")
    )


def survival_says(found: Sequence[Survival], t: Translator) -> str:
    """Also whether the most-read cells matter more than as many drawn at random."""
    sentences = [t("report.survival_says")]
    for case in found:
        if (beyond := case.beyond_random) is not None:
            key = "most_read_more" if beyond.low > 0 else "most_read_not"
            interval = _interval(t, beyond, t.points)
            sentences.append(t(f"report.{key}", points=t.points(beyond.value), interval=interval))
    return " ".join(sentences)


def differences_says(found: Sequence[Difference], t: Translator) -> str:
    if not found:
        return t("report.differences_few")
    differ = sum(d.found for d in found)
    key = "differences_says" if differ else "differences_none"
    return t(f"report.{key}", found=differ, tests=len(found))


def slices_says(found: Sequence[Slice], t: Translator) -> str:
    unusual = any(s.unusual for s in found)
    return t("report.slices_says" if unusual else "report.slices_none", tests=len(found))


def sinks_says(table: Table, t: Translator) -> str:
    count = sum(bool(cells) for cells in table.sinks)
    return t("report.sinks_says", count=count, of=len(table)) if count else t("report.sinks_none")


def held_out_says(found: Measured, t: Translator) -> list[str]:
    """How well a network of own classes does on held-out images, beside the majority class, how it
    was measured, and what that can tell."""
    sentences = [
        t(
            "report.held_out_says",
            share=t.percent(found.accuracy.value),
            interval=_interval(t, found.accuracy, t.percent),
            correct=found.correct,
            count=found.images,
            majority=t.percent(found.majority),
        ),
        t(f"report.held_out_{found.how.replace('-', '_')}"),
    ]
    if not found.enough:
        sentences.append(t("report.held_out_few", least=ENOUGH))
    elif found.accuracy.low <= found.majority:
        sentences.append(t("report.held_out_chance"))
    return sentences
