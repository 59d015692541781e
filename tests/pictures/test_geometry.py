"""Places on the network's input, back on the picture."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcnn.pictures import Box, Crop

CROP = Crop((300, 200), Box(50, 0, 250, 200), 100)


def test_two_pixels_of_the_picture_make_one_of_the_input():
    assert CROP.on_picture(10, 20, 30, 50) == Box(left=90, top=20, right=150, bottom=60)


def test_the_whole_input_is_the_box():
    assert CROP.on_picture(0, 0, 100, 100) == CROP.box


def test_shares_are_left_top_width_and_height_of_the_picture():
    tall = Crop((200, 300), Box(0, 50, 200, 250), 100)

    assert CROP.shares == pytest.approx((50 / 300, 0, 200 / 300, 1))
    assert tall.shares == pytest.approx((0, 50 / 300, 1, 200 / 300))


@given(
    box=st.tuples(*[st.floats(0, 100)] * 2, *[st.floats(101, 5000)] * 2),
    parts=st.sampled_from([1, 7, 14, 56]),
)
def test_the_cells_of_a_board_tile_the_box(box, parts):
    crop = Crop((5000, 5000), Box(*box), 224)
    side = 224 / parts

    cells = [
        [crop.on_picture(r * side, c * side, (r + 1) * side, (c + 1) * side) for c in range(parts)]
        for r in range(parts)
    ]

    assert (cells[0][0].left, cells[0][0].top) == pytest.approx(box[:2])
    assert (cells[-1][-1].right, cells[-1][-1].bottom) == pytest.approx(box[2:])
    for row, below in itertools.pairwise(cells):
        assert [cell.bottom for cell in row] == pytest.approx([cell.top for cell in below])
    for row in cells:
        edges = [cell.right for cell in row[:-1]]
        assert edges == pytest.approx([cell.left for cell in row[1:]])
