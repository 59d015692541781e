"""Better than its controls, no better, or worse: by one rule, decided before any map was looked at.

In one score a map beats a control if its value lies beyond the control's interval, on the better
side: for random orders the band in which 95 of 100 fall. It beats a control if it does so in three
of the four scores of faithfulness. Then it is

    better      if it beats every control, so that a win over chance alone is none
    worse       if three of the four scores lie beyond the band of random orders on the worse side
    no_better   otherwise

Sensitivity has no vote: it is about steadiness, and a map that never changes has the best.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from transcnn.analysis.intervals import Interval

VOTES = ("deletion", "insertion", "infidelity", "pairwise")
SCORES = (*VOTES, "sensitivity")
LESS_IS_BETTER = ("deletion", "infidelity", "sensitivity")
NEEDED = 3

Word = Literal["better", "no_better", "worse"]


@dataclass(frozen=True)
class Verdict:
    """The word, and against each control the number of scores in which the map beats it."""

    word: Word
    wins: Mapping[str, int]

    @property
    def unbeaten(self) -> tuple[str, ...]:
        """The controls that the map does not beat."""
        return tuple(name for name, wins in self.wins.items() if wins < NEEDED)


def advantage(score: str, value: float, control: float) -> float:
    """By how much `value` is better than that of a control; negative if worse."""
    return control - value if score in LESS_IS_BETTER else value - control


def judge(own: Mapping[str, Interval], controls: Mapping[str, Mapping[str, Interval]]) -> Verdict:
    """The verdict from a map's scores and those of each control, of which one is "random"."""
    wins = {
        name: sum(_beyond(score, own[score].value, control[score], 1) for score in VOTES)
        for name, control in controls.items()
    }
    lost = sum(_beyond(score, own[score].value, controls["random"][score], -1) for score in VOTES)
    if all(count >= NEEDED for count in wins.values()):
        return Verdict("better", wins)
    return Verdict("worse" if lost >= NEEDED else "no_better", wins)


def _beyond(score: str, value: float, band: Interval, side: int) -> bool:
    """True if `value` is better (`side` 1) or worse (-1) than all of `band`."""
    return all(side * advantage(score, value, end) > 0 for end in (band.low, band.high))
