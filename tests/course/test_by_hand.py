"""The example by hand: the network's code against exact fractions."""

from fractions import Fraction

import numpy as np
import pytest

from transcnn.course.by_hand import spell, work_out
from transcnn.course.hand_map import FIRST_MAP, read_map

MAPS = (FIRST_MAP, ((2, 1, 0, 0), (0, -1, 0, 1), (0, 0, 1, 1), (1, 0, 0, 2)), ((0,) * 4,) * 4)


def attend(tokens, power, value):
    """o of each token, exactly, where the scores are whole."""
    found = []
    for query in tokens:
        powers = [Fraction(2) ** power(query, read) for read in tokens]
        found.append(sum(p / sum(powers) * value * v for p, v in zip(powers, tokens, strict=True)))
    return found


def test_the_first_map_gives_the_fractions_of_the_sheet_of_paper():
    grids = [
        [FIRST_MAP[2 * a + y][2 * b + x] for y in (0, 1) for x in (0, 1)]
        for a in (0, 1)
        for b in (0, 1)
    ]
    lower = [
        [o + x for o, x in zip(attend(g, lambda t, r: t * r, 6), g, strict=True)] for g in grids
    ]
    merged = [max(g) + sum(g) / 4 for g in lower]
    upper = [
        o + p for o, p in zip(attend(merged, lambda t, r: int(t * r / 9), 1), merged, strict=True)
    ]
    assert merged == [9, 3, 3, 0]
    assert upper == [Fraction(9417, 529), Fraction(123, 13), Fraction(123, 13), Fraction(15, 4)]
    worked = work_out(FIRST_MAP)
    assert worked.merged == pytest.approx([float(m) for m in merged], abs=1e-12)
    for y in range(4):
        for x in range(4):
            grid, place = y // 2 * 2 + x // 2, y % 2 * 2 + x % 2
            exact = lower[grid][place] + upper[grid] + FIRST_MAP[y][x]
            assert worked.output[y, x] == pytest.approx(float(exact), abs=1e-12)


@pytest.mark.parametrize("numbers", MAPS)
def test_the_table_adds_up_for_any_map(numbers):
    worked = work_out(numbers)
    for level in worked.levels:
        assert level.weights.sum(-1) == pytest.approx(np.ones(level.tokens.shape))
        powers = np.exp2(level.scores)
        assert level.weights == pytest.approx(powers / powers.sum(-1, keepdims=True))
        products = (level.weights * level.values[:, None, :]).sum(-1)
        assert level.attended == pytest.approx(products + level.tokens)


def test_numbers_are_spelled_as_fractions_where_they_are_small_ones():
    assert [spell(v) for v in (3.0, 1 / 3, 512 / 529, 0.123456789)] == [
        "3",
        "1/3",
        "512/529",
        "0.1235",
    ]


@pytest.mark.parametrize("sent", [None, [1] * 15, [9] * 16, ["1"] * 16, [0.5] * 16, {"a": 1}])
def test_a_map_that_nobody_could_type_is_refused(sent):
    assert read_map(sent) is None


def test_a_map_is_read_row_by_row():
    flat = [n for row in FIRST_MAP for n in row]
    assert read_map(flat) == FIRST_MAP
