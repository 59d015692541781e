"""What results say in one sentence each, in the words of a language; the board says the same."""

from collections.abc import Sequence

from transcnn.analysis.errors.calibration import Calibration
from transcnn.analysis.errors.differences import Difference
from transcnn.analysis.errors.scores import accuracy
from transcnn.analysis.errors.slices import Slice
from transcnn.analysis.errors.survival import Survival
from transcnn.analysis.errors.table import Table
from transcnn.reports.wording import Wording, percent, points

_FITS = 0.01  # a mean confidence this far from the share of right answers


def accuracy_says(table: Table, t: Wording) -> str:
    """Of one picture or more."""
    share = accuracy(table)
    five = percent(accuracy(table, 5).value)
    interval = t.share_interval(share)
    return t("accuracy_says", share=percent(share.value), interval=interval, five=five)


def calibration_says(found: Calibration, t: Wording) -> str:
    excess = found.excess
    verdict = "overconfident" if excess.value > 0 else "underconfident"
    if not (excess.low > 0 or excess.high < 0):
        verdict = "untold"
    if max(abs(excess.low), abs(excess.high)) <= _FITS:
        verdict = "calibrated"
    return t("calibration_says", error=percent(found.error), verdict=t(verdict))


def survival_says(found: Sequence[Survival], t: Wording) -> str:
    """Also whether the most-read cells matter more than as many drawn at random."""
    sentences = [t("survival_says")]
    for case in found:
        if (beyond := case.beyond_random) is not None:
            key = "most_read_more" if beyond.low > 0 else "most_read_not"
            interval = t.points_interval(beyond)
            sentences.append(t(key, points=points(beyond.value), interval=interval))
    return " ".join(sentences)


def differences_says(found: Sequence[Difference], t: Wording) -> str:
    if not found:
        return t("differences_few")
    differ = sum(d.found for d in found)
    key = "differences_says" if differ else "differences_none"
    return t(key, found=differ, tests=len(found))


def slices_says(found: Sequence[Slice], t: Wording) -> str:
    unusual = any(s.unusual for s in found)
    return t("slices_says" if unusual else "slices_none", tests=len(found))


def sinks_says(table: Table, t: Wording) -> str:
    count = sum(bool(cells) for cells in table.sinks)
    return t("sinks_says", count=count, of=len(table)) if count else t("sinks_none")
