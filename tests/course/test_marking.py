"""How guesses are marked."""

import numpy as np
import pytest

from transcnn.course.questions import (
    Choose,
    Click,
    Draw,
    Estimate,
    Order,
    PosedQuestion,
    Tick,
    parse_number,
)

CELLS = np.array([[1.0, 0.98, 0.5], [0.4, 0.0, np.nan]])


def test_a_click_is_right_within_three_percent_of_the_best_and_near_among_the_best_three():
    click = Click(CELLS)
    marks = {place: click.mark(place) for place in ((0, 0), (0, 1), (0, 2), (1, 0))}
    assert list(marks.values()) == ["hit", "hit", "near", "miss"]


def test_a_click_is_luck_where_more_than_three_cells_are_as_good_as_the_best():
    assert not Click(np.array([[1.0, 1.0, 0.98, 0.9]])).unclear
    assert Click(np.array([[1.0, 1.0, 0.98, 0.99]])).unclear


def test_a_cell_that_is_worth_nothing_is_never_near():
    one = np.zeros((2, 2))
    one[0, 0] = 1
    assert Click(one).mark((1, 1)) == "miss"


def test_a_drawn_rectangle_is_right_only_exactly_and_near_with_the_same_size():
    draw = Draw((8, 8), (0, 2, 1, 3))
    marks = [draw.mark(box) for box in ((0, 2, 1, 3), (1, 3, 2, 4), (0, 2, 1, 4))]
    assert marks == ["hit", "near", "miss"]


def test_sizes_less_than_a_tenth_apart_may_be_swapped():
    order = Order({"a": 3.0, "b": 1.05, "c": 1.0})
    assert order.right == ("a", "b", "c")
    assert order.mark(("a", "c", "b")) == "hit"
    assert order.mark(("b", "a", "c")) == "miss"


def test_an_estimate_counts_within_its_tolerance():
    assert Estimate(40.0, within=10).mark(50) == "hit"
    assert Estimate(40.0, within=10).mark(50.1) == "miss"
    assert Estimate(2.0, factor=1.5).mark(3) == "hit"
    assert Estimate(2.0, factor=1.5).mark(1.3) == "miss"


def test_it_is_said_where_uniform_attention_would_have_been_right_too():
    assert Estimate(12.0, within=10, even=10).even_would_do
    assert not Estimate(40.0, within=10, even=10).even_would_do


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12.5", 12.5),
        ("12,5", 12.5),
        (" 1/3 ", 1 / 3),
        ("40 %", 40),
        ("3×", 3),
        ("-2", -2),
        ("3 136", 3136),
    ],
)
def test_numbers_are_read_as_people_write_them(text, number):
    assert parse_number(text) == pytest.approx(number)


@pytest.mark.parametrize("text", ["", "many", "1/0", "1/2/3", "nan", "1e9", "٣", "9" * 40, "<b>"])
def test_what_is_no_number_is_not_taken_for_one(text):
    assert parse_number(text) is None


@pytest.mark.parametrize(
    ("asks", "wrong"),
    [
        (Choose(("a", "b"), frozenset("a")), "c"),
        (Estimate(1.0), float("nan")),
        (Estimate(1.0), "1"),
        (Click(CELLS), (2, 0)),
        (Click(CELLS), (1, 2)),  # cannot be chosen
        (Click(CELLS), ("0", "1")),
        (Draw((4, 4), (0, 0, 1, 1)), (0, 0, 4, 1)),
        (Draw((4, 4), (0, 0, 1, 1)), (1, 0, 0, 1)),
        (Draw((4, 4), (0, 0, 1, 1)), (0, 0)),
        (Order({"a": 1.0, "b": 2.0}), ("a", "a")),
    ],
)
def test_a_guess_of_another_kind_is_refused(asks, wrong):
    assert not PosedQuestion(asks).takes(wrong)
    with pytest.raises(ValueError, match="no answer"):
        PosedQuestion(asks).mark(wrong)


def test_sentences_are_right_only_all_together():
    tick = PosedQuestion(Tick(("a", "b", "c"), frozenset({"a", "c"})))
    marks = [tick.mark(guess) for guess in (("c", "a"), ("a",), ("a", "b", "c"), ())]
    assert marks == ["hit", "miss", "miss", "miss"]
    assert not tick.takes(("a", "a"))
    assert not tick.takes(("a", "d"))
    assert PosedQuestion(Tick(("a",), frozenset())).mark(()) == "hit"


def test_that_none_helps_is_right_where_nothing_is_above_zero():
    helps = PosedQuestion(Click(CELLS, or_none=True))
    hurts = PosedQuestion(Click(-1 - CELLS, or_none=True))
    assert [helps.mark(()), helps.mark((0, 0))] == ["miss", "hit"]
    assert [hurts.mark(()), hurts.mark((0, 0)), hurts.mark((1, 1))] == ["hit", "miss", "miss"]
    assert not PosedQuestion(Click(CELLS)).takes(())


def test_changes_too_small_to_count_may_stand_in_any_order():
    order = Order({"a": 0.3, "b": 0.02, "c": 0.001}, least=0.05)
    assert [order.mark(guess) for guess in (("a", "c", "b"), ("b", "a", "c"))] == ["hit", "miss"]


def test_how_far_an_estimate_is_off_is_on_progress_in_the_measure_that_counts():
    assert Estimate(12, within=2).distance(7) == 5
    assert Estimate(12, factor=1.5).distance(24) == Estimate(12, factor=1.5).distance(6) == 2
    assert Estimate(12, factor=1.5).distance(-1) == float("inf")
