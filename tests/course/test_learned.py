"""The analysis of answers before and after: once more by hand, and nothing is passed over."""

import math

import numpy as np
import pytest

from transcnn.analysis.intervals import bootstrap_difference, bootstrap_mean
from transcnn.course.before_after import BY_NAME, items_of
from transcnn.course.learned import PEOPLE, ItemAnswer, analyse, as_csv, read_answers, simulate
from transcnn.errors import ChoiceError


def answers(learner, before, after, right_before=(), right_after=()):
    """All rows of a learner: these item numbers right, the others wrong."""
    for time, form, right in (("before", before, right_before), ("after", after, right_after)):
        for item in items_of(form):
            wrong = next(o for o in item.options if o != item.key)
            given = item.key if item.number in right else wrong
            yield ItemAnswer(learner, time, item.name, given, PEOPLE)


FOUR = [
    *answers("a", "A", "B", (1, 2), (1, 2, 3, 4)),  # surface 2 -> 3, deep 0 -> 1
    *answers("b", "A", "B", (1,), (1, 5, 6)),  # surface 1 -> 1, deep 0 -> 2
    *answers("c", "B", "A", (1, 4), (2, 3)),  # surface 1 -> 2, deep 1 -> 0
    *answers("d", "B", "A", (1, 2, 3), (1, 2, 4)),  # surface 3 -> 2, deep 0 -> 1
]


def test_points_are_counted_surface_and_deep_apart():
    found = analyse(FOUR)
    assert (found.learners, found.first_a, found.left_out) == (4, 2, ())
    assert (found.surface.before, found.surface.after) == (7 / 4, 8 / 4)
    assert found.surface.gain.value == (1 + 0 + 1 - 1) / 4
    assert (found.deep.before, found.deep.after) == (1 / 4, 4 / 4)
    assert found.deep.gain.value == (1 + 2 - 1 + 1) / 4
    assert found.surface.order.value == (1 + 0) / 2 - (1 - 1) / 2
    assert found.deep.order.value == (1 + 2) / 2 - (-1 + 1) / 2
    assert found.surface.gain.low <= found.surface.gain.value <= found.surface.gain.high


def test_items_that_nearly_all_had_right_before_are_named():
    found = analyse(FOUR)
    assert {(e.item, e.share, e.count) for e in found.easy} == {("A1", 1.0, 2), ("B1", 1.0, 2)}


def test_who_has_not_both_tests_is_left_out_by_name():
    same = list(answers("same", "A", "A"))
    half = list(answers("half", "A", "B"))[:7]
    found = analyse([*FOUR, *same, *half])
    assert found.left_out == ("half", "same")
    assert found.learners == 4
    with pytest.raises(ChoiceError, match="learners"):
        analyse(half)


def test_the_order_check_sees_a_form_that_is_harder():
    """Everybody has all of A right and nothing of B: no gain on average, but a clear order."""
    rows = []
    for n in range(20):
        order = ("A", "B") if n % 2 else ("B", "A")
        right = {"A": (1, 2, 3, 4, 5, 6), "B": ()}
        rows += answers(str(n), *order, *(right[form] for form in order))
    found = analyse(rows).deep
    assert found.gain.low < 0 < found.gain.high
    assert found.order.value == -6
    assert found.order.high < 0


def test_a_bootstrap_interval_is_that_of_the_normal_distribution_where_that_fits():
    values = np.random.default_rng(5).normal(2.0, 1.5, 400)
    found = bootstrap_mean(values, np.random.default_rng(0))
    half = 1.96 * values.std() / math.sqrt(400)
    assert found.low == pytest.approx(values.mean() - half, abs=0.03)
    assert found.high == pytest.approx(values.mean() + half, abs=0.03)
    apart = bootstrap_difference(values, values[:100] - 1, np.random.default_rng(0))
    wide = 1.96 * math.hypot(values.std() / 20, values[:100].std() / 10)
    assert apart.high - apart.low == pytest.approx(2 * wide, rel=0.08)


def test_one_learner_has_a_gain_and_no_interval():
    found = analyse(list(answers("a", "A", "B", (1,), (1, 2))))
    assert found.surface.gain.value == 1
    assert math.isnan(found.surface.gain.low)
    assert math.isnan(found.surface.order.value), "nobody began with B"


def test_simulated_answers_say_so_in_every_row_and_come_back_the_same():
    rows = simulate(30, 7)
    assert len(rows) == 30 * 12
    assert all(row.source == "simulated, seed 7" for row in rows)
    assert read_answers(as_csv(rows), "x.csv") == rows == simulate(30, 7) != simulate(30, 8)
    found = analyse(rows)
    assert found.simulated
    assert found.learners == 30
    assert all(row.answer in BY_NAME[row.item].options for row in rows)


def test_people_and_simulated_answers_are_not_mixed_nor_items_answered_twice():
    with pytest.raises(ChoiceError, match="source"):
        analyse([*FOUR, *simulate(3, 0)])
    with pytest.raises(ChoiceError, match="learner a"):
        analyse([*FOUR, FOUR[0]])


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("learner,time", "name,time", "x.csv"),
        ("a,before,A1,place", "a,then,A1,place", "line 2: time"),
        ("a,before,A1,place", "a,before,C1,place", "line 2: item"),
        ("a,before,A1,place", "a,before,A1,rows", "line 2: answer"),
        ("a,before,A1,place", ",before,A1,place", "line 2: learner"),
        ("a,before,A1,place,people", "a,before,A1,place", "line 2"),
        ("a,before,A1,place,people", "a,before,A1,place,nobody", "line 2: source"),
    ],
)
def test_a_row_that_is_wrong_is_refused_with_its_line(old, new, named):
    text = as_csv(FOUR)
    assert old in text
    with pytest.raises(ChoiceError, match=named):
        read_answers(text.replace(old, new, 1), "x.csv")
