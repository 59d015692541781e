"""Intervals against formulas written again, and against what repeated drawing gives."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t as student_t

from transcnn.analysis.intervals import (
    contrast,
    family_deviation,
    mean_interval,
    share_interval,
    student,
)

SHARES = st.lists(st.booleans(), min_size=1, max_size=60)


def hits(*values):
    return np.array(values, dtype=np.bool_)


@given(SHARES)
def test_without_families_the_ends_are_wilsons(values):
    """They are the two shares q at which (p - q)^2 = z^2 q (1 - q) / N."""
    found = share_interval(hits(*values))

    n, p = len(values), sum(values) / len(values)
    assert found.value == pytest.approx(p)
    a, b, c = n + 1.959964**2, -(2 * n * p + 1.959964**2), n * p * p
    ends = sorted(np.roots([a, b, c]).real)
    assert (found.low, found.high) == pytest.approx(ends, abs=1e-6)


def test_three_of_four_by_hand():
    found = share_interval(hits(1, 1, 1, 0))

    assert (found.low, found.high) == pytest.approx((0.3006, 0.9544), abs=1e-4)


@given(SHARES)
def test_families_of_one_are_no_families(values):
    assert share_interval(hits(*values), np.arange(len(values))) == share_interval(hits(*values))


@given(st.lists(st.booleans(), min_size=2, max_size=40), st.integers(2, 6))
def test_copies_are_no_evidence(values, copies):
    """However many there are of each picture, the interval is that of one each."""
    of_each = np.arange(len(values))
    two = share_interval(np.repeat(hits(*values), 2), np.repeat(of_each, 2))
    many = share_interval(np.repeat(hits(*values), copies), np.repeat(of_each, copies))
    one = share_interval(hits(*values))

    assert (many.low, many.high) == pytest.approx((two.low, two.high), abs=1e-9)
    assert many.low <= one.low + 1e-12
    assert many.high >= one.high - 1e-12


def test_copies_of_many_pictures_have_the_interval_of_one_each():
    """Student's t has become the normal distribution."""
    values = np.arange(2000) % 3 == 0
    one = share_interval(values)

    found = share_interval(np.repeat(values, 4), np.repeat(np.arange(2000), 4))

    assert (found.low, found.high) == pytest.approx((one.low, one.high), abs=2e-4)


@pytest.mark.parametrize("values", [(1, 1, 1), (0, 0), (1, 0, 1)])
def test_of_one_family_nothing_is_known(values):
    found = share_interval(hits(*values), np.zeros(len(values), dtype=np.int64))

    assert (found.low, found.high) == (0, 1)
    assert found.value == pytest.approx(sum(values) / len(values))


@pytest.mark.parametrize("right", [True, False])
def test_all_right_or_all_wrong_is_the_evidence_of_the_families(right):
    families = np.repeat(np.arange(8), 5)

    found = share_interval(np.full(40, right), families)

    z = student_t.ppf(0.975, 7)
    lowest = 8 / (8 + z * z)  # Wilson's lower end for 8 of 8
    assert (found.low, found.high) == pytest.approx((lowest, 1) if right else (0, 1 - lowest))


@pytest.mark.parametrize("size", [2, 3, 6, 7, 10])
def test_families_that_are_alike_do_not_make_the_share_certain(size):
    """Each has one right picture: no two draws differ, but there are few of them."""
    one_right = np.tile(np.arange(size) == 0, 10)

    found = share_interval(one_right, np.repeat(np.arange(10), size))

    independent = share_interval(one_right)
    assert found.high - found.low >= 0.99 * (independent.high - independent.low)


@given(SHARES, st.integers(1, 8), st.integers(0, 1000))
def test_the_ends_hold_the_share_and_lie_between_0_and_1(values, families, seed):
    drawn = np.random.default_rng(seed).integers(0, families, len(values))

    found = share_interval(hits(*values), drawn)

    assert found.low <= found.value + 1e-12
    assert found.high >= found.value - 1e-12
    assert found.low >= 0
    assert found.high <= 1


def test_shares_are_held_as_often_as_promised_with_families_and_without():
    """Photos of which some are easy and some hard, seven pictures each; and pictures alone."""
    r = np.random.default_rng(3)
    runs, held, naive, alone = 1000, 0, 0, 0
    for _ in range(runs):
        easy = r.beta(1.4, 0.6, 20)  # 0.7 on average
        right = (r.random((20, 7)) < easy[:, None]).ravel()
        found = share_interval(right, np.repeat(np.arange(20), 7))
        held += found.low <= 0.7 <= found.high
        wrong = share_interval(right)
        naive += wrong.low <= 0.7 <= wrong.high
        single = share_interval(r.random(30) < 0.7)
        alone += single.low <= 0.7 <= single.high

    assert 0.92 < held / runs < 0.98
    assert 0.92 < alone / runs < 0.98
    assert naive / runs < 0.8  # what families are for


def test_means_are_held_as_often_as_promised():
    r = np.random.default_rng(4)
    held = 0
    for _ in range(1000):
        values = np.repeat(r.normal(0.3, 1, 12), 5) + r.normal(0, 0.5, 60)
        found = mean_interval(values, np.repeat(np.arange(12), 5))
        held += found.low <= 0.3 <= found.high

    assert 920 < held < 980


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=30))
def test_of_families_of_one_a_mean_has_the_textbook_interval(values):
    found = mean_interval(np.array(values), np.arange(len(values)))

    n = len(values)
    mean = sum(values) / n
    deviation = math.sqrt(sum((v - mean) ** 2 for v in values) / (n - 1))
    half = student_t.ppf(0.975, n - 1) * deviation / math.sqrt(n)
    assert (found.value, found.low, found.high) == pytest.approx(
        (mean, mean - half, mean + half), abs=1e-9
    )


def test_a_family_counts_by_its_sum():
    """Sums 3, -1 and -2: the deviation of their total is sqrt(3/2 x (9 + 1 + 4))."""
    parts, families = np.array([1.0, 2, -1, -2]), np.array([7, 7, 0, 3])

    assert family_deviation(parts, families) == pytest.approx(math.sqrt(1.5 * 14))


def test_of_one_family_a_mean_has_no_ends():
    found = mean_interval(np.array([1.0, 2]), np.array([5, 5]))

    assert (found.value, math.isnan(found.low), math.isnan(found.high)) == (1.5, True, True)


@pytest.mark.parametrize("families", [2, 3, 10, 1000])
def test_students_factor_leaves_a_fortieth_on_each_side(families):
    assert student_t.sf(student(families), families - 1) == pytest.approx(0.025)


def test_a_contrast_is_a_t_interval_with_the_freedom_of_the_smaller_group():
    r = np.random.default_rng(3)
    first, second = r.normal(0, 1, 30), r.normal(1.2, 1, 9)
    parts = np.concatenate([-(first - first.mean()) / 30, (second - second.mean()) / 9])
    is_second = np.arange(39) >= 30

    found, p = contrast(float(second.mean() - first.mean()), parts, is_second, np.arange(39))

    spread = np.sqrt(39 / 38 * (first.var() / 30 + second.var() / 9))
    assert p == pytest.approx(2 * student_t.sf(abs(found.value) / spread, 8))
    assert found.high - found.value == pytest.approx(student_t.ppf(0.975, 8) * spread)


@pytest.mark.parametrize(("photos", "few"), [(60, 30), (60, 6), (24, 5)])
def test_a_contrast_of_nothing_is_found_no_more_often_than_promised(photos, few):
    r, found = np.random.default_rng(6), 0
    families = np.repeat(np.arange(photos), 4)
    second = families < few
    for _ in range(400):
        values = np.repeat(r.normal(size=photos), 4) + r.normal(size=4 * photos)
        means = values[second].mean(), values[~second].mean()
        parts = np.where(
            second, (values - means[0]) / second.sum(), (means[1] - values) / (~second).sum()
        )
        found += contrast(float(means[0] - means[1]), parts, second, families)[1] < 0.05

    assert found / 400 < 0.075


def test_of_one_family_on_a_side_a_contrast_has_no_ends():
    found, p = contrast(0.5, np.zeros(4), np.arange(4) < 2, np.array([0, 0, 1, 2]))

    assert found.value == 0.5
    assert math.isnan(found.low)
    assert math.isnan(found.high)
    assert math.isnan(p)


def test_what_does_not_vary_is_as_sure_as_its_families_allow():
    """4 of 10 families, wholly apart: one division of 210, and its mirror image."""
    is_second = np.arange(10) < 4
    assert contrast(0.0, np.zeros(10), is_second, np.arange(10))[1] == 1
    assert contrast(0.5, np.zeros(10), is_second, np.arange(10))[1] == pytest.approx(2 / 210)
