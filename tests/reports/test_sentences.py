"""What results say in a sentence: each verdict where it is due, in both languages."""

import numpy as np
import pytest

from tests.runs.made import table_of
from transcnn.analysis.errors.calibration import Calibration, calibration
from transcnn.analysis.errors.differences import Difference
from transcnn.analysis.errors.filters import Filter
from transcnn.analysis.errors.slices import Slice
from transcnn.analysis.errors.survival import survival
from transcnn.analysis.intervals import Interval
from transcnn.reports.sentences import (
    accuracy_says,
    calibration_says,
    differences_says,
    sinks_says,
    slices_says,
    survival_says,
)
from transcnn.words import LANGUAGES
from transcnn.words.translator import translator

ENGLISH = translator("en")
RIGHT = [1, 1, 1, 1, 1, 1, 2, 2, 2, 2]  # of ten pictures of the class 1


def test_accuracy_is_said_with_its_interval():
    table = table_of([1] * 10, RIGHT)
    table.cases["on"].true_rank[6:] = [1, 4, 5, 9]

    assert accuracy_says(table, ENGLISH) == (
        "Top-1 accuracy is 60.0 % (95 % interval 31.3 % to 83.2 %); top-5 accuracy is 80.0 %."
    )


@pytest.mark.parametrize(
    ("excess", "verdict"),
    [
        (Interval(0.004, -0.002, 0.009), "here they agree on average"),
        (Interval(0.05, 0.02, 0.08), "here confidence is too high"),
        (Interval(-0.1, -0.2, -0.01), "here confidence is too low"),
        (Interval(0.05, -0.1, 0.2), "too few to tell"),
        (Interval(0.3, float("nan"), float("nan")), "too few to tell"),
    ],
)
def test_confidence_is_judged_by_what_its_interval_allows(excess, verdict):
    assert verdict in calibration_says(Calibration((), 0.1, excess), ENGLISH)


def test_the_excess_of_confidence_is_its_mean_above_the_accuracy():
    found = calibration(table_of([1] * 10, RIGHT, [0.65] * 10))

    assert found.excess.value == pytest.approx(0.65 - 6 / 10)


@pytest.mark.parametrize(
    ("most_read", "said"), [(0.1, "they contribute more"), (0.5, "no significant difference")]
)
def test_the_sentence_on_masked_cells_depends_on_the_interval(most_read, said):
    r = np.random.default_rng(0)
    gives = (np.full(10, most_read) + r.normal(0, 0.01, 10)).tolist()
    random = (np.full(10, 0.5) + r.normal(0, 0.01, 10)).tolist()
    table = table_of([1] * 10, RIGHT, most_read=(RIGHT, gives), random=(RIGHT, random))

    assert said in survival_says(survival(table), ENGLISH)


def difference(p):
    return Difference("entropy", 0.1, 0.2, Interval(0.5, 0.3, 0.7), p, p)


def group(p, more):
    return Slice(Filter(), 20, Interval(0.5, 0.3, 0.7), Interval(more, more, more), p)


def test_that_something_differs_or_nothing_does_is_said_plainly():
    assert differences_says([], ENGLISH).startswith("Too few predictions to compare")
    assert "None of 2 features" in differences_says([difference(0.05), difference(0.9)], ENGLISH)
    assert differences_says([difference(0.04), difference(0.9)], ENGLISH).startswith(
        "1 of 2 features differs"
    )


def test_groups_are_said_if_they_have_more_errors_and_not_fewer():
    assert slices_says([], ENGLISH).startswith(
        "No group has a significantly higher error rate (0 tested)"
    )
    assert slices_says([group(0.01, -0.3)], ENGLISH).startswith("No group")
    assert slices_says([group(0.01, 0.3)], ENGLISH).startswith("1 group was tested")


def test_sinks_are_counted_by_picture():
    sinks = (((3, 0, 1), (3, 1, 1)), (), ((3, 0, 2),))

    assert sinks_says(table_of([1] * 3, [1] * 3, sinks=sinks), ENGLISH).startswith(
        "2 of 3 images have"
    )
    assert sinks_says(table_of([1], [1]), ENGLISH).startswith("No image has an attention sink")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_has_an_placeholder_left(language):
    t, table = translator(language), table_of([1] * 10, RIGHT)

    for sentence in (
        accuracy_says(table, t),
        calibration_says(calibration(table), t),
        survival_says(survival(table), t),
        differences_says([difference(0.01)], t),
        slices_says([group(0.01, 0.3)], t),
        sinks_says(table, t),
    ):
        assert sentence
        assert "{" not in sentence
