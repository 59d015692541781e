"""The rule of the verdict, on given scores."""

import pytest

from transcnn.analysis.intervals import Interval
from transcnn.explain.names import BASELINES, SCORES, VOTES
from transcnn.explain.verdict import advantage, judge


def scores(quality, half=0.0):
    """The four scores of a map that is so good; more is better."""
    values = {score: -quality if SCORES[score].lower_is_better else quality for score in VOTES}
    return {score: Interval(v, v - half, v + half) for score, v in values.items()}


def baselines(**quality):
    return {name: scores(quality.get(name, 0.0), 0.1) for name in BASELINES}


def test_beating_every_baseline_is_better():
    verdict = judge(scores(1.0), baselines())

    assert verdict.word == "better"
    assert verdict.wins == dict.fromkeys(BASELINES, 4)


@pytest.mark.parametrize("name", BASELINES)
def test_one_baseline_as_good_is_enough_for_no_better(name):
    verdict = judge(scores(1.0), baselines(**{name: 0.95}))

    assert verdict.word == "no_better"
    assert verdict.unbeaten == (name,)


def test_beating_chance_alone_is_no_better():
    others = dict.fromkeys(set(BASELINES) - {"random"}, 2.0)

    assert judge(scores(1.0), baselines(**others)).word == "no_better"


def test_worse_than_chance_is_worse_whatever_the_others_do():
    assert judge(scores(-1.0), baselines()).word == "worse"
    assert judge(scores(-1.0), baselines(centre=-2, edges=-2, blurred=-2, weights=-2)).word == (
        "worse"
    )


@pytest.mark.parametrize(("quality", "word"), [(1.0, "better"), (-1.0, "worse")])
def test_three_of_four_scores_decide_either_way(quality, word):
    for score in VOTES:
        own = scores(quality) | {score: scores(0.0)[score]}
        assert judge(own, baselines()).word == word
        second = next(other for other in VOTES if other != score)
        assert judge(own | {second: scores(0.0)[second]}, baselines()).word == "no_better"


def test_inside_of_the_band_is_no_win():
    assert judge(scores(0.099), baselines()).wins["random"] == 0
    assert judge(scores(0.101), baselines()).wins["random"] == 4


def test_lower_is_better_for_deletion_and_infidelity_and_sensitivity():
    assert advantage("deletion", 1.0, 3.0) == 2
    assert advantage("infidelity", 1.0, 3.0) == 2
    assert advantage("sensitivity", 1.0, 3.0) == 2
    assert advantage("insertion", 3.0, 1.0) == 2
    assert advantage("pairwise", 1.0, 3.0) == -2
