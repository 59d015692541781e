"""The verdict on a map: better than its baselines, no better, or worse than chance.

The rule was fixed before any map was evaluated. In one score a map beats a baseline if its value
lies beyond the baseline's interval, on the better side; for random orders the interval is the band
in which 95 of 100 fall. The map beats a baseline if it does so in three of the four voting scores.
The verdict is

    better      if the map beats every baseline; beating random orders alone is not enough
    worse       if three of the four scores are beyond the band of random orders on the worse side
    no_better   otherwise

Sensitivity has no vote: it measures stability, and a map that never changes scores best.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from transcnn.analysis.intervals import Interval
from transcnn.explain.names import SCORES, VOTES

NEEDED = 3

Word = Literal["better", "no_better", "worse"]


@dataclass(frozen=True)
class Verdict:
    """The word, and against each baseline the number of scores in which the map beats it."""

    word: Word
    wins: Mapping[str, int]

    @property
    def unbeaten(self) -> tuple[str, ...]:
        """The baselines that the map does not beat."""
        return tuple(name for name, wins in self.wins.items() if wins < NEEDED)


def advantage(score: str, value: float, baseline: float) -> float:
    """By how much `value` is better than that of a baseline; negative if worse."""
    return baseline - value if SCORES[score].lower_is_better else value - baseline


def judge(own: Mapping[str, Interval], baselines: Mapping[str, Mapping[str, Interval]]) -> Verdict:
    """The verdict from a map's scores and those of each baseline, of which one is "random"."""
    wins = {
        name: sum(_beyond(score, own[score].value, baseline[score], 1) for score in VOTES)
        for name, baseline in baselines.items()
    }
    lost = sum(_beyond(score, own[score].value, baselines["random"][score], -1) for score in VOTES)
    if all(count >= NEEDED for count in wins.values()):
        return Verdict("better", wins)
    return Verdict("worse" if lost >= NEEDED else "no_better", wins)


def _beyond(score: str, value: float, band: Interval, side: int) -> bool:
    """True if `value` is better (`side` 1) or worse (-1) than all of `band`."""
    return all(side * advantage(score, value, end) > 0 for end in (band.low, band.high))
