"""Confidence against right answers: every answer in one bin, the error as its definition says."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.runs.made import table_of
from transcnn.analysis.errors.calibration import BINS, calibration
from transcnn.analysis.intervals import share_interval


def of(confidence, right):
    return table_of([1] * len(right), [1 if r else 2 for r in right], confidence)


def test_six_answers_by_hand():
    found = calibration(of([0.95, 0.91, 0.99, 0.15, 0.5, 0.55], [1, 1, 0, 0, 1, 0]))

    ninety = found.bins[9]
    assert (ninety.low, ninety.high, ninety.count) == (0.9, 1, 3)
    assert ninety.confidence == pytest.approx(0.95)
    assert ninety.accuracy.value == pytest.approx(2 / 3)
    assert [b.count for b in found.bins] == [0, 1, 0, 0, 0, 2, 0, 0, 0, 3]
    placeholders = 3 * abs(0.95 - 2 / 3) + 1 * 0.15 + 2 * abs(0.525 - 0.5)
    assert found.error == pytest.approx(placeholders / 6)
    mean = (0.95 + 0.91 + 0.99 + 0.15 + 0.5 + 0.55) / 6
    assert found.excess.value == pytest.approx(mean - 3 / 6)


@pytest.mark.parametrize(("confidence", "bin_"), [(0, 0), (1, 9), (1 - 1e-12, 9), (0.3, 3)])
def test_the_ends_belong_to_a_bin(confidence, bin_):
    found = calibration(of([confidence], [True]))

    assert [b.count for b in found.bins] == [int(i == bin_) for i in range(BINS)]


@pytest.mark.parametrize("tenth", range(10))
def test_a_bins_lower_end_is_its_own(tenth):
    found = calibration(of([tenth / 10], [True]))

    assert found.bins[tenth].count == 1


def test_an_empty_bin_says_nothing():
    empty = calibration(of([0.95], [True])).bins[0]

    assert empty.accuracy is None
    assert math.isnan(empty.confidence)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=50))
def test_bins_hold_all_answers_and_the_error_is_that_of_a_loop(answers):
    confidence, right = zip(*answers, strict=True)

    found = calibration(of(confidence, right))

    error = 0.0
    for b in found.bins:
        last = b.high == 1
        inside = [(c, r) for c, r in answers if b.low <= c and (c < b.high or last)]
        assert b.count == len(inside)
        if inside:
            share = sum(r for _, r in inside) / len(inside)
            mean = sum(c for c, _ in inside) / len(inside)
            assert b.accuracy == share_interval(np.array([r for _, r in inside], dtype=np.bool_))
            error += len(inside) / len(answers) * abs(share - mean)
    assert sum(b.count for b in found.bins) == len(answers)
    assert found.error == pytest.approx(error, abs=1e-12)
