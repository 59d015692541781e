"""What becomes of answers in another case: counted by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.runs.made import random_table, table_of
from transcnn.analysis.errors.survival import order_by_change, survival
from transcnn.analysis.errors.table import CASES
from transcnn.analysis.intervals import mean_interval

TABLE = table_of(
    [1, 1, 1, 2, 2],
    [1, 1, 3, 4, 2],
    off=([1, 2, 1, 5, 2], [0.5, 0.1, 0.6, 0.0, 0.9]),
    uniform=([1, 1, 3, 4, 2], None),
    edge=([1, 1, 3, 4, 2], [0.1] * 5),
    most_read=([1, 1, 3, 4, 2], [0.1, 0.2, 0.3, 0.1, 0.3]),
    random=([1, 1, 3, 4, 2], [0.3, 0.2, 0.4, 0.2, 0.4]),
)


def test_every_case_but_on_is_on_progress_in_order():
    assert [s.case for s in survival(TABLE)] == list(CASES[1:])


def test_without_attention_by_hand():
    """Stay: 1, 5. One was right by attention alone (the second), one without it (the third)."""
    off = survival(TABLE)[0]

    assert off.accuracy.value == pytest.approx(3 / 5)
    assert off.unchanged.value == pytest.approx(2 / 5)
    assert (off.correct_only_on, off.correct_only_here) == (1, 1)
    on = [0.5, 0.5, 0.25, 0.25, 0.5]  # what `table_of` gives the right classes
    gains = [a - b for a, b in zip(on, [0.5, 0.1, 0.6, 0.0, 0.9], strict=True)]
    assert off.gained.value == pytest.approx(sum(gains) / 5)
    assert off.gained == mean_interval(np.array(gains), np.arange(5))
    assert off.beyond_random is None


def test_a_case_that_changes_nothing_survives_whole():
    uniform = survival(TABLE)[1]

    assert (uniform.unchanged.value, uniform.correct_only_on, uniform.correct_only_here) == (
        1,
        0,
        0,
    )
    assert uniform.gained.value == 0


def test_the_most_read_cells_are_held_against_random_ones():
    cases = {s.case: s for s in survival(TABLE)}

    beyond = cases["most_read"].beyond_random
    assert beyond.value == pytest.approx((0.2 + 0 + 0.1 + 0.1 + 0.1) / 5)
    assert cases["most_read"].gained.value - cases["random"].gained.value == pytest.approx(
        beyond.value
    )
    assert all(s.beyond_random is None for s in survival(TABLE) if s.case != "most_read")


@given(st.integers(1, 50), st.integers(0, 1000), st.sampled_from([None, 6]))
def test_what_is_mended_and_spoiled_is_the_difference_of_right_answers(n, seed, photos):
    table = random_table(n, seed, photos=photos)

    for case in survival(table):
        before = sum(rank == 0 for rank in table.cases["on"].true_rank)
        after = sum(rank == 0 for rank in table.cases[case.case].true_rank)
        assert before - case.correct_only_on + case.correct_only_here == after
        assert case.accuracy.value == pytest.approx(after / n)


def test_pictures_come_in_the_order_in_which_attention_helped():
    assert order_by_change(TABLE, "off").tolist() == [1, 3, 0, 2, 4]


def test_of_equals_the_first_comes_first():
    assert order_by_change(TABLE, "uniform").tolist() == [0, 1, 2, 3, 4]
