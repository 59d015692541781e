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


def accuracy_says(table: Table, say: Wording) -> str:
    """Of one picture or more."""
    share = accuracy(table)
    five = percent(accuracy(table, 5).value)
    interval = say.share_interval(share)
    return say("accuracy_says", share=percent(share.value), interval=interval, five=five)


def calibration_says(found: Calibration, say: Wording) -> str:
    excess = found.excess
    verdict = "overconfident" if excess.value > 0 else "underconfident"
    if not (excess.low > 0 or excess.high < 0):
        verdict = "untold"
    if max(abs(excess.low), abs(excess.high)) <= _FITS:
        verdict = "calibrated"
    return say("calibration_says", error=percent(found.error), verdict=say(verdict))


def survival_says(found: Sequence[Survival], say: Wording) -> str:
    """Also whether the most-read cells matter more than as many drawn at random."""
    sentences = [say("survival_says")]
    for case in found:
        if (beyond := case.beyond_random) is not None:
            key = "most_read_more" if beyond.low > 0 else "most_read_not"
            interval = say.points_interval(beyond)
            sentences.append(say(key, points=points(beyond.value), interval=interval))
    return " ".join(sentences)


def differences_says(found: Sequence[Difference], say: Wording) -> str:
    if not found:
        return say("differences_few")
    differ = sum(d.found for d in found)
    key = "differences_says" if differ else "differences_none"
    return say(key, found=differ, tests=len(found))


def slices_says(found: Sequence[Slice], say: Wording) -> str:
    unusual = any(s.unusual for s in found)
    return say("slices_says" if unusual else "slices_none", tests=len(found))


def sinks_says(table: Table, say: Wording) -> str:
    count = sum(bool(cells) for cells in table.sinks)
    return say("sinks_says", count=count, of=len(table)) if count else say("sinks_none")
