"""The share of attention inside a box, by hand."""

import numpy as np
import pytest

from transcnn.analysis.detection.inside import attention_inside, centre_token, token_at
from transcnn.pictures.geometry import Box, Crop
from transcnn.trace.trace import BlockTrace, Reading


def reading(probability, valid=None, side=10.0):
    """A grid at the image's corner whose tokens are squares of `side` pixels."""
    probability = np.asarray(probability, np.float32)
    rows, columns = probability.shape[1:]
    valid = np.ones((rows, columns), bool) if valid is None else np.asarray(valid)
    areas = tuple(
        tuple(Box(c * side, r * side, (c + 1) * side, (r + 1) * side) for c in range(columns))
        for r in range(rows)
    )
    count = np.float32(valid.sum())
    return Reading(1, (0, 0), (0, 0), probability, probability * count, valid, areas)


def test_whole_tokens_count_whole_and_parts_by_their_area():
    one = reading([[[0.1, 0.2], [0.3, 0.4]]])
    # The right half of the upper left token, all of the upper right one, and of the lower two the
    # upper quarter, of the left one only its right half.
    found = attention_inside(one, Box(5, 0, 20, 12.5))
    assert found.level == 1
    assert found.share == pytest.approx(0.1 / 2 + 0.2 + 0.3 / 2 / 4 + 0.4 / 4)
    assert found.uniform == pytest.approx((0.5 + 1 + 0.125 + 0.25) / 4)
    assert found.multiple == pytest.approx(found.share / found.uniform)


def test_heads_are_averaged_or_taken_alone():
    one = reading([[[1.0, 0.0]], [[0.0, 1.0]]])
    assert attention_inside(one, Box(0, 0, 10, 10)).share == pytest.approx(0.5)
    assert attention_inside(one, Box(0, 0, 10, 10), head=1).share == 0


def test_tokens_beyond_the_map_count_neither_for_attention_nor_for_uniform():
    one = reading([[[0.25, 0.75, 0.0]]], valid=[[True, True, False]])
    found = attention_inside(one, Box(10, 0, 30, 10))
    assert (found.share, found.uniform) == (pytest.approx(0.75), pytest.approx(0.5))


def test_a_box_beside_the_grid_has_nothing_of_it_and_no_multiple():
    found = attention_inside(reading([[[0.5, 0.5]]]), Box(40, 40, 50, 50))
    assert (found.share, found.uniform, found.multiple) == (0, 0, None)


def block(size, stride):
    none = np.zeros((1, 1, 1), np.float32)
    return BlockTrace(0, 0, 8, 1, size, none, none, (), stride)


def test_a_position_is_covered_by_the_token_whose_pixels_hold_it():
    # An input of 20 x 28 pixels shows an image of 40 x 56: tokens of 8 x 8 are 16 x 16 there, and
    # the last of each row and column is cut.
    crop = Crop((56, 40), Box(0, 0, 56, 40), 28, 20)
    one = block((3, 4), 8)
    assert token_at(one, crop, 0, 0) == (0, 0)
    assert token_at(one, crop, 16, 15.9) == (0, 1)
    assert token_at(one, crop, 55, 39) == (2, 3)
    assert token_at(one, crop, -5, 400) == (2, 0)
    assert centre_token(one, crop, Box(30, 0, 40, 40)) == (1, 2)
