"""Faithfulness scores of a map and its baselines, as JSON and as lines."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from transcnn.analysis.intervals import Interval
    from transcnn.explain.faithfulness import Faithfulness

Scores = Mapping[str, "Interval"]


def spaced(word: str) -> str:
    """A key as it is printed for people."""
    return word.replace("_", " ")


def as_dict(found: "Faithfulness") -> dict[str, Any]:
    """The documented keys."""
    baselines = {name: one.scores for name, one in found.baselines.items()}
    return {
        "scores": _values(found.own.scores),
        "baselines": {name: _values(scores) for name, scores in baselines.items()},
        "intervals": {
            "scores": _ends(found.own.scores),
            "baselines": {name: _ends(scores) for name, scores in baselines.items()},
        },
        "verdict": found.verdict.word,
        "wins": dict(found.verdict.wins),
        "tied": found.own.tied,
        "effort": vars(found.effort),
    }


def lines(found: "Faithfulness") -> Iterator[str]:
    """A table of the scores, and the verdict with the scores it follows from."""
    names = list(found.own.scores)
    yield " ".join(["", *(f"{name:>11}" for name in names)]).rjust(10 + 12 * len(names))
    for name, one in {"this map": found.own, **found.baselines}.items():
        yield f"{name:<9} " + " ".join(f"{one.scores[key].value:11.3f}" for key in names)
    wins = ", ".join(f"{name} {count} of 4" for name, count in found.verdict.wins.items())
    if found.verdict.word == "better":
        verdict = "better than its baselines"
    elif found.verdict.word == "worse":
        verdict = "worse than random order"
    else:
        verdict = "no better than its baselines"
    yield f"{verdict}; scores in which the map beats {wins}"
    if found.own.tied:
        yield (
            f"{100 * found.own.tied:.0f} % of the patches have the same value as others; ties were "
            "broken at random"
        )


def _values(scores: Scores) -> dict[str, float]:
    return {name: value.value for name, value in scores.items()}


def _ends(scores: Scores) -> dict[str, list[float]]:
    return {name: [value.low, value.high] for name, value in scores.items()}
