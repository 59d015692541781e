"""Numbers are written as CLDR says, with one sign for minus."""

import math

import pytest

from transcnn.words.numbers import Numbers

ENGLISH, GERMAN, CHINESE = Numbers("en"), Numbers("de"), Numbers("zh-CN")


def test_percentages_have_one_space_before_the_sign():
    found = [ENGLISH.percent(v) for v in (0, 0.5, 1, math.nan)]

    assert found == ["0.0 %", "50.0 %", "100.0 %", "–"]
    assert ENGLISH.percent(0.7749, 0) == CHINESE.percent(0.7749, 0) == "77 %"


def test_percentage_points_have_their_sign_and_no_unit():
    found = [ENGLISH.points(v) for v in (0.123, -0.05, 0, math.nan)]

    assert found == ["+12.3", "−5.0", "+0.0", "–"]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0, "0"),
        (123456.0, "123,500"),
        (-0.5, "−0.5"),
        (0.00012346, "0.0001235"),
        (9.9996, "10"),
        (0.0000012346, "1.235E−6"),
        (math.nan, "–"),
        (math.inf, "–"),
    ],
)
def test_numbers_have_four_significant_figures(value, written):
    assert ENGLISH.number(value) == written


def test_p_values_have_three_digits():
    found = [ENGLISH.p_value(p) for p in (0, 0.00099, 0.0101, 1, math.nan)]

    assert found == ["< 0.001", "< 0.001", "0.010", "1.000", "–"]


def test_another_language_has_its_own_point_and_grouping():
    assert GERMAN.fixed(-1234.5, 1) == "−1.234,5"
    assert GERMAN.p_value(0) == "< 0,001"
