"""Right against wrong, feature by feature: what is planted is found, and noise is called noise."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from tests.runs.made import random_table, table_of
from transcnn.analysis.errors.differences import LEAST, RATE, cliffs_delta, differences

FEW = st.lists(st.integers(0, 4), min_size=2, max_size=25)  # with many ties


def delta_by_loops(values, second):
    above = below = pairs = 0
    for a, in_second in zip(values, second, strict=True):
        for b, b_in_second in zip(values, second, strict=True):
            if in_second and not b_in_second:
                above, below, pairs = above + (a > b), below + (a < b), pairs + 1
    return (above - below) / pairs


@given(FEW, st.integers(0, 1000))
def test_cliffs_delta_is_that_of_all_pairs(values, seed):
    second = np.random.default_rng(seed).random(len(values)) < 0.5
    second[:2] = True, False

    found, _ = cliffs_delta(np.array(values, float), second, np.arange(len(values)))

    assert found.value == pytest.approx(delta_by_loops(values, second), abs=1e-12)


def test_what_lies_wholly_above_has_the_delta_1():
    values = np.array([1.0, 2, 3, 7, 8, 9])

    for sign in (1, -1):
        found, _ = cliffs_delta(sign * values, np.arange(6) > 2, np.arange(6))
        assert found.value == sign


def drawn(r, photos, size):
    """Photos of `size` pictures that share an answer and most of a feature."""
    wrong = np.repeat(r.random(photos) < 0.4, size)
    values = np.repeat(r.normal(size=photos), size) + 0.3 * r.normal(size=photos * size)
    return values + 0.8 * wrong, wrong, np.repeat(np.arange(photos), size)


@pytest.mark.parametrize(("photos", "size"), [(60, 1), (40, 4)])
def test_the_interval_is_as_wide_as_drawing_photos_again_makes_it(photos, size):
    """A bootstrap: photos are drawn with replacement, each with all of its pictures."""
    r = np.random.default_rng(7)
    values, wrong, family = drawn(r, photos, size)
    found, p = cliffs_delta(values, wrong, family)

    again = []
    for _ in range(400):
        rows = np.concatenate([np.flatnonzero(family == f) for f in r.integers(0, photos, photos)])
        a, b = values[rows][wrong[rows]], values[rows][~wrong[rows]]
        again.append(np.sign(a[:, None] - b).mean())

    low, high = np.quantile(again, (0.025, 0.975))
    assert found.high - found.low == pytest.approx(high - low, rel=0.2)
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.1)
    assert (p < 0.05) == (found.low > 0 or found.high < 0)


def test_the_interval_holds_the_truth_as_often_as_promised():
    """Two normal distributions 0.8 apart: P(wrong > right) = Phi(0.8 / sqrt(2))."""
    r = np.random.default_rng(8)
    truth, held = math.erf(0.8 / 2), 0
    for _ in range(400):
        wrong = np.arange(80) < 30
        values = r.normal(size=80) + 0.8 * wrong
        found, _ = cliffs_delta(values, wrong, np.arange(80))
        held += found.low <= truth <= found.high

    assert 0.92 < held / 400 < 0.98


def test_counting_copies_as_evidence_would_find_what_is_not_there():
    r = np.random.default_rng(9)
    values, wrong = np.repeat(r.normal(size=20), 10), np.repeat(np.arange(20) < 8, 10)
    family = np.repeat(np.arange(20), 10)

    by_photo, _ = cliffs_delta(values, wrong, family)
    naive, _ = cliffs_delta(values, wrong, np.arange(200))

    assert by_photo.value == naive.value
    assert by_photo.high - by_photo.low > 2.5 * (naive.high - naive.low)


def test_of_few_photos_nothing_can_be_on_progress():
    values, second = np.arange(20.0), np.arange(20) > 9

    found, p = cliffs_delta(values, second, np.arange(20) % (LEAST - 1))

    assert math.isnan(found.low)
    assert math.isnan(found.high)
    assert math.isnan(p)


def planted(seed):
    """Noise of 20 features, and one that is larger where the answer is wrong."""
    table = random_table(200, seed, features=20)
    r = np.random.default_rng([1, seed])
    table.features["darkness"] = r.normal(size=200) + 1.2 * ~table.correct
    return table


def test_a_planted_feature_is_found_first_and_alone():
    found = differences(planted(0))

    assert [d.feature for d in found if d.found] == ["darkness"]
    assert found[0].feature == "darkness"
    assert found[0].wrong_median > found[0].right_median
    assert 0.3 < found[0].effect.low < found[0].effect.value < found[0].effect.high < 1
    assert len(found) == 21


def test_p_values_are_adjusted_for_the_number_of_features():
    found = differences(planted(1))

    assert [d.adjusted_p for d in found] == pytest.approx(
        false_discovery_control([d.p for d in found])
    )
    assert all(d.adjusted_p >= d.p for d in found)
    assert {d.feature for d in found if d.found} == {
        d.feature for d in found if d.adjusted_p < RATE
    }


def test_what_does_not_differ_comes_by_the_size_of_its_effect():
    rest = [abs(d.effect.value) for d in differences(planted(2)) if not d.found]

    assert rest == sorted(rest, reverse=True)


@pytest.mark.parametrize(
    ("pictures", "wrong", "photos"), [(200, 0.3, None), (240, 0.3, 40), (100, 0.08, None)]
)
def test_in_noise_something_is_found_no_more_often_than_promised(pictures, wrong, photos):
    """Of 50 tables whose features know nothing, one in twenty may be misjudged."""
    tables = [random_table(pictures, seed, wrong, photos, features=20) for seed in range(50)]

    misjudged = sum(any(d.found for d in differences(table)) for table in tables)

    assert misjudged <= 7  # 5 % would pass it once in a hundred times


def test_medians_are_those_of_the_two_groups():
    labels, answers = [1] * 12, [1] * 6 + [2] * 6
    values = [1, 2, 3, 4, 5, 6, 3, 9, 9, 9, 10, 11]

    (found,) = differences(table_of(labels, answers, features={"brightness": values}))

    assert (found.right_median, found.wrong_median) == (3.5, 9)


def test_features_that_cannot_be_compared_are_left_out():
    labels, answers = [1] * 12, [1] * 6 + [2] * 6
    r = np.random.default_rng(0)
    placeholders = r.normal(size=12)
    placeholders[:2] = np.nan
    features = {
        "constant": [3.0] * 12,
        "mostly unknown": placeholders,
        "cluster": r.integers(0, 3, 12),
        "known": r.normal(size=12),
    }

    assert [d.feature for d in differences(table_of(labels, answers, features=features))] == [
        "known"
    ]


@pytest.mark.parametrize("wrong", [0, 4, 16, 20])
def test_with_too_few_of_a_kind_there_is_nothing(wrong):
    values = {"brightness": np.random.default_rng(0).normal(size=20)}
    answers = [2] * wrong + [1] * (20 - wrong)

    assert differences(table_of([1] * 20, answers, features=values)) == []
