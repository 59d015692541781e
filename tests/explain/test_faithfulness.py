"""Scores: each detects noise and randomness, none depends on the map's scale, an oracle is best."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from tests.explain.planted import Constant, Oracle, Planted, subject
from transcnn.errors import Cancelled, ChoiceError
from transcnn.explain.faithfulness import Effort, faithfulness
from transcnn.explain.names import SCORES, VOTES
from transcnn.explain.patches import PatchMasker
from transcnn.explain.verdict import advantage

LITTLE = Effort(steps=8, orders=8, masks=48, draws=2, ties=3)


def scored(of, method, effort=LITTLE, masker=None):
    return faithfulness(of, method.explain(of), method, effort=effort, masker=masker)


@pytest.fixture(scope="module")
def picture():
    return subject()


@pytest.fixture(scope="module")
def masker(picture):
    return PatchMasker(picture)


@pytest.fixture(scope="module")
def oracle(picture, masker):
    return scored(picture, Oracle(), masker=masker)


def test_an_oracle_scores_best_of_all_in_every_score(oracle):
    for score in VOTES:
        own = oracle.own.scores[score].value
        for name, baseline in oracle.baselines.items():
            assert advantage(score, own, baseline.scores[score].value) > 0, (score, name)
    assert oracle.verdict.word == "better"
    assert oracle.verdict.unbeaten == ()


def test_every_score_detects_noise(picture, masker):
    """The more noise is in the map of an oracle, the worse is its mean score over ten seeds."""
    effort = replace(LITTLE, orders=2, ties=1)
    means = {score: [] for score in SCORES}
    for noise in (0.0, 0.7, 8.0):
        made = [scored(picture, Oracle(noise, seed), effort, masker) for seed in range(10)]
        for score in SCORES:
            means[score].append(np.mean([one.own.scores[score].value for one in made]))

    for score, (clean, noisy, drowned) in means.items():
        assert advantage(score, clean, noisy) > 0, score
        assert advantage(score, noisy, drowned) > 0, score


def test_every_score_detects_randomness(picture, masker):
    """What the band of random orders promises: 95 of 100 random maps lie in it."""
    inside = {score: [] for score in VOTES}
    effort = replace(LITTLE, orders=16)
    for seed in range(20):
        made = scored(picture, Oracle(1e6, seed), effort, masker)
        for score in VOTES:
            band = made.baselines["random"].scores[score]
            inside[score].append(band.low <= made.own.scores[score].value <= band.high)
        assert made.verdict.word != "better"

    assert min(np.mean(shares) for shares in inside.values()) >= 0.8


@pytest.mark.parametrize("score", VOTES)
def test_the_method_on_random_weights_scores_like_chance(score, oracle):
    band = oracle.baselines["random"].scores[score]

    assert band.low <= oracle.baselines["weights"].scores[score].value <= band.high


def test_a_negated_map_is_worse_than_chance(picture, masker):
    made = scored(picture, Oracle(times=-1), masker=masker)

    assert made.verdict.word == "worse"


@pytest.mark.parametrize("times", [100.0, 1e-6])
def test_no_score_depends_on_the_scale_of_the_map(times, picture, oracle):
    other = scored(picture, Oracle(times=times))

    assert other.verdict == oracle.verdict
    for mine, its in [
        (oracle.own, other.own),
        *((oracle.baselines[name], other.baselines[name]) for name in oracle.baselines),
    ]:
        for score in SCORES:
            values = [vars(one.scores[score]) for one in (mine, its)]
            assert values[0] == pytest.approx(values[1], rel=1e-6, abs=1e-9)


def test_a_constant_map_is_no_better(picture, masker):
    made = scored(picture, Constant(), masker=masker)

    assert made.own.tied == 1
    assert made.own.scores["pairwise"].value == 0
    assert made.own.scores["sensitivity"].value == 0
    assert made.verdict.word == "no_better"
    deletion = made.own.scores["deletion"]
    assert deletion.low < deletion.value < deletion.high, "the order of tied patches is chance"


def test_the_same_seed_gives_the_same_scores_and_another_breaks_ties_differently(picture, masker):
    first, again, other = (
        scored(picture, Constant(), replace(LITTLE, seed=seed), masker).own.scores["deletion"]
        for seed in (0, 0, 1)
    )

    assert first == again
    assert first != other


def test_a_map_without_ties_has_one_order(oracle):
    assert oracle.baselines["edges"].tied == 0
    band = oracle.baselines["edges"].scores["deletion"]
    assert band.low == band.value == band.high


def test_two_images_at_once_never_mix():
    shared = Planted()
    pictures = [subject(seed, shared) for seed in (1, 2)]
    alone = [scored(one, Oracle()) for one in pictures]

    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(lambda one: scored(one, Oracle()), pictures))

    assert alone[0].own.scores != alone[1].own.scores
    for a, b in zip(alone, together, strict=True):
        assert a.own.scores == b.own.scores
        assert [c.scores for c in a.baselines.values()] == [c.scores for c in b.baselines.values()]


def test_progress_grows_to_1_and_can_cancel_the_work(picture):
    seen = []
    faithfulness(picture, Oracle().explain(picture), Oracle(), seen.append, LITTLE)

    assert seen == sorted(seen)
    assert seen[0] >= 0
    assert seen[-1] == 1

    def stop(share):
        if share > 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        faithfulness(picture, Oracle().explain(picture), Oracle(), stop, LITTLE)


def test_a_second_method_with_the_same_masker_runs_only_its_own_masks():
    classifier = Planted()
    of = subject(classifier=classifier)
    masker = PatchMasker(of)
    scored(of, Oracle(), masker=masker)
    before = classifier.runs

    scored(of, Oracle(), masker=masker)

    assert before > 500
    assert classifier.runs - before < 100, "the maps on random weights do not use the masker"


def test_curves_begin_and_end_at_the_whole_and_the_fully_masked_image(oracle, picture):
    whole = picture.values(picture.pixels[None])[0]
    for one in (oracle.own, *oracle.baselines.values()):
        for fill in ("gray", "blur"):
            assert one.curves["deletion", fill].values[0] == pytest.approx(whole)
            assert one.curves["insertion", fill].values[-1] == pytest.approx(whole)
        assert one.curves["deletion", "gray"].values[-1] == 0


def test_the_score_is_the_mean_area_over_fills_by_plain_loops(oracle):
    for score in ("deletion", "insertion"):
        total = 0.0
        for fill in ("gray", "blur"):
            curve = oracle.own.curves[score, fill]
            for i in range(len(curve.at) - 1):
                width = curve.at[i + 1] - curve.at[i]
                total += width * (curve.values[i] + curve.values[i + 1]) / 2
        assert oracle.own.scores[score].value == pytest.approx(total / 2)


@pytest.mark.parametrize("field", ["steps", "orders", "masks", "draws", "ties", "seed"])
def test_too_little_effort_is_refused(field):
    with pytest.raises(ChoiceError, match=field):
        Effort(**{field: -1})
