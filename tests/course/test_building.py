"""The construction task: what the sheet of model answers says, and reach known from set theory."""

import math

import pytest

from transcnn.course.building import BUDGET, PLAIN, check


@pytest.mark.parametrize(
    ("first", "second", "cost", "broken"),
    [
        (4, 14, 11_816_448, None),
        (7, 8, 14_908_416, None),
        (5, 12, 12_789_504, None),
        (6, 10, 14_098_944, None),
        (3, 19, 15_508_128, "cost"),
        (8, 7, 17_059_056, "cost"),
    ],
)
def test_designs_cost_and_fail_as_they_do_on_paper(first, second, cost, broken):
    verdict = check(first, second)
    assert (verdict.cost, verdict.broken) == (cost, broken)
    assert (verdict.cost <= BUDGET) == (broken is None)


@pytest.mark.parametrize(
    ("first", "second"), [(4, 7), (7, 4), (8, 6), (8, 7), (14, 4), (14, 3), (7, 28)]
)
def test_running_a_design_finds_what_counting_grids_says(first, second):
    """All places reach each other where all merged tokens lie in one grid."""
    verdict = check(first, second)
    board = math.ceil(56 / first)
    assert (verdict.unreached is None) == (second >= board)
    if verdict.unreached is not None:
        (y, x), (v, u) = verdict.unreached
        grids = [(a // first // second, b // first // second) for a, b in ((y, x), (v, u))]
        assert grids[0] != grids[1]
        assert verdict.broken == "reach"


def test_plain_attention_costs_what_all_pairs_cost():
    assert PLAIN == 4 * 3136 * 24**2 + 2 * 3136**2 * 24 == 479_281_152


def test_a_second_grid_over_part_of_the_board_is_padded_to_whole_grids():
    """8 x 8 merged tokens in grids of 3 are 9 x 9 with their padding."""
    upper = 2 * 9**2 * 3**2 * 24
    whole = 2 * 8**4 * 24
    assert check(7, 3).cost == check(7, 8).cost - whole + upper
