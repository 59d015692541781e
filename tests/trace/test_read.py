"""Reading a trace: the weights of one token, level by level, and where they lie on the picture."""

from itertools import pairwise

import numpy as np
import pytest

from tests.trace.conftest import SAMPLES
from transcnn.errors import ChoiceError
from transcnn.model.hooks import Hooks, last_levels
from transcnn.pictures import Box
from transcnn.trace import make_intervention, record


@pytest.fixture(scope="session")
def padded(small, small_input, small_crop):
    return record(small, small_input, small_crop)


@pytest.fixture(scope="session", params=["lite0", "padded"])
def trace(request):
    return request.getfixturevalue(request.param)


def tokens(block):
    """The corners and a few places in between."""
    rows, columns = block.size
    generator = np.random.default_rng(0)
    inner = [(int(generator.integers(rows)), int(generator.integers(columns))) for _ in range(4)]
    return [(0, 0), (0, columns - 1), (rows - 1, 0), (rows - 1, columns - 1), *inner]


def readings(trace):
    """Every level of every block as some of its tokens read it."""
    for block in trace.blocks:
        for token in tokens(block):
            found = trace.read(block.stage, block.block, token)
            assert len(found) == len(block.levels)
            for level, reading in zip(block.levels, found, strict=True):
                yield block, token, level, reading


def test_probabilities_are_the_tokens_row_and_sum_to_1_for_each_head(trace):
    for block, _, level, reading in readings(trace):
        rows, columns = level.grid_size
        y, x = reading.token
        row = level.attention[:, y // rows, x // columns, y % rows * columns + x % columns]

        assert reading.level == level.level
        assert reading.probability.shape == (block.heads, rows, columns)
        assert np.array_equal(reading.probability.reshape(block.heads, -1), row)
        assert reading.probability.sum((1, 2)) == pytest.approx(np.ones(block.heads), abs=1e-5)
        assert not reading.probability[:, ~reading.valid].any()


def test_the_multiple_is_the_number_of_places_times_the_probability(trace):
    for _, _, _, reading in readings(trace):
        places = reading.valid.sum()

        assert reading.uniform == pytest.approx(1 / places)
        np.testing.assert_allclose(reading.multiple, places * reading.probability, rtol=1e-6)


def test_each_level_is_read_by_the_merged_token_that_holds_the_token(trace):
    for block, token, level, reading in readings(trace):
        y, x = token
        for lower in block.levels[: level.level]:
            y, x = y // lower.grid_size[0], x // lower.grid_size[1]
        assert reading.token == (y, x)
        assert reading.grid_origin == (
            y // level.grid_size[0] * level.grid_size[0],
            x // level.grid_size[1] * level.grid_size[1],
        )
        assert reading.own == (y - reading.grid_origin[0], x - reading.grid_origin[1])
        assert reading.valid[reading.own]


def test_places_are_valid_where_the_map_has_tokens(trace):
    cut_off = 0
    for _, _, level, reading in readings(trace):
        for (row, column), valid in np.ndenumerate(reading.valid):
            y, x = reading.grid_origin[0] + row, reading.grid_origin[1] + column
            assert valid == (y < level.size[0] and x < level.size[1])
        cut_off += not reading.valid.all()
    assert (cut_off > 0) == (trace.model == "transcnn_nano")


def on_picture(trace, block, places):
    """The box on the picture of level-0 tokens [top, bottom) x [left, right), cut at the edge."""
    (top, bottom), (left, right) = places
    box, size, stride = trace.crop.box, trace.crop.size, 4 * 2**block.stage
    across, down = (box.right - box.left) / size, (box.bottom - box.top) / size
    return (
        box.left + min(left * stride, size) * across,
        box.top + min(top * stride, size) * down,
        box.left + min(right * stride, size) * across,
        box.top + min(bottom * stride, size) * down,
    )


def area(box):
    return (box.right - box.left) * (box.bottom - box.top)


def test_areas_are_the_tokens_that_each_place_stands_for(trace):
    for block, _, level, reading in readings(trace):
        factor = 1
        for lower in block.levels[: level.level]:
            factor *= lower.grid_size[0]
        for row, boxes in enumerate(reading.areas):
            for column, box in enumerate(boxes):
                y, x = reading.grid_origin[0] + row, reading.grid_origin[1] + column
                places = ((y * factor, (y + 1) * factor), (x * factor, (x + 1) * factor))
                assert box == pytest.approx(on_picture(trace, block, places), abs=1e-6)
                assert (area(box) > 1e-6) == bool(reading.valid[row, column])


def test_areas_tile_the_grids_area_of_the_picture(trace):
    for _, _, _, reading in readings(trace):
        boxes = [box for row in reading.areas for box in row]
        left, top, right, bottom = np.array(boxes).T
        whole = Box(left.min(), top.min(), right.max(), bottom.max())

        assert sum(area(box) for box in boxes) == pytest.approx(area(whole))
        for row in reading.areas:
            for one, next_one in pairwise(row):
                assert one.right == pytest.approx(next_one.left)
        for above, below in pairwise(reading.areas):
            for upper, lower in zip(above, below, strict=True):
                assert upper.bottom == pytest.approx(lower.top)


def test_the_area_of_a_merged_token_is_that_of_the_grid_below_and_the_last_is_all(trace):
    for block in trace.blocks:
        for token in tokens(block):
            found = trace.read(block.stage, block.block, token)
            for lower, upper in pairwise(found):
                own = upper.areas[upper.own[0]][upper.own[1]]
                first, last = lower.areas[0][0], lower.areas[-1][-1]
                assert own == pytest.approx((first.left, first.top, last.right, last.bottom))
            first, last = found[-1].areas[0][0], found[-1].areas[-1][-1]
            assert (first.left, first.top, last.right, last.bottom) == pytest.approx(trace.crop.box)


@pytest.mark.parametrize("name", ["taxis-wide.jpg", "penguin.jpg"])
@pytest.mark.parametrize("resize", ["crop", "squash"])
def test_areas_lie_on_pictures_that_are_not_square(classifier, name, resize):
    path = next(path for path in SAMPLES if path.name == name)

    trace = classifier.trace(path, resize=resize)

    width, height = trace.crop.picture
    assert width != height
    board = trace.read(3, 0, (0, 0))[0].areas
    corner, end = board[0][0], board[-1][-1]
    if resize == "squash":  # the whole picture, in 7 x 7 places of its own proportions
        assert corner == pytest.approx((0, 0, width / 7, height / 7))
        assert (end.right, end.bottom) == pytest.approx((width, height))
    else:  # the middle square, up to one pixel of rounding
        side = min(width, height)
        middle = ((width - side) / 2, (height - side) / 2)
        assert (corner.left, corner.top) == pytest.approx(middle, abs=2)
        assert (end.right, end.bottom) == pytest.approx((middle[0] + side, middle[1] + side), abs=2)
        assert corner.right - corner.left == pytest.approx(side / 7, abs=0.5)


def test_a_square_of_the_input_is_two_by_two_pixels_of_this_picture(padded):
    level0 = padded.read(0, 0, (24, 24))[0]  # the last token of a map of 25 x 25

    assert level0.grid_origin == (24, 24)
    assert level0.valid.sum() == 1
    assert level0.areas[0][0] == pytest.approx((242, 192, 250, 200))


@pytest.mark.parametrize(
    ("where", "sentence"),
    [
        ((4, 0, (0, 0)), "stage is 4; allowed: 0, 1, 2, 3."),
        ((-1, 0, (0, 0)), "stage is -1; allowed: 0, 1, 2, 3."),
        ((2, 4, (0, 0)), "block of stage 2 is 4; allowed: 0, 1, 2, 3."),
        ((0, 1, (0, 0)), "block of stage 0 is 1; allowed: 0."),
        ((0, -1, (0, 0)), "block of stage 0 is -1; allowed: 0."),
        ((0, 0, (56, 0)), "token is (56, 0); allowed: a row from 0 to 55, a column from 0 to 55."),
        ((3, 2, (0, 7)), "token is (0, 7); allowed: a row from 0 to 6, a column from 0 to 6."),
        ((3, 2, (-1, 0)), "token is (-1, 0); allowed: a row from 0 to 6, a column from 0 to 6."),
        ((3, 2, (1, 1, 1)), "token is (1, 1, 1); allowed: a row from 0 to 6, a column from"),
    ],
)
def test_a_place_that_does_not_exist_is_answered_with_those_that_do(lite0, where, sentence):
    with pytest.raises(ChoiceError) as caught:
        lite0.read(*where)

    assert str(caught.value).startswith(sentence)


def test_a_run_without_h_mhsa_has_nothing_to_read(classifier):
    trace = classifier.trace(SAMPLES[0], intervention=make_intervention("off"))

    with pytest.raises(ChoiceError, match="stage is 0; allowed: none, H-MHSA was removed"):
        trace.read(0, 0, (0, 0))


class SkipsOne:
    """Leaves out the first H-MHSA of stage 2, changes nothing else."""

    def skips(self, stage, block):
        return (stage, block) == (2, 0)

    def attention(self, place, weights, valid):  # noqa: ARG002
        return weights

    def added(self, place, value):  # noqa: ARG002
        return value


def test_a_block_is_found_by_its_number_where_a_intervention_skipped_another(classifier):
    trace = classifier.trace(SAMPLES[0], intervention=SkipsOne())
    assert trace.block(2, 1).block == 1
    assert trace.block(2, 3).block == 3
    with pytest.raises(ChoiceError, match=r"block of stage 2 is 0; allowed: 1, 2, 3\."):
        trace.block(2, 0)


def test_a_merged_token_covers_the_product_of_the_grids_below(small, small_input, small_crop):
    for block in record(small, small_input, small_crop).blocks:
        size = (1, 1)
        shape = small.config.stages[block.stage].attending[block.block]
        for level in block.levels:
            assert block.token_size(level.level) == size
            assert size == (shape.token_sides[level.level],) * 2
            for token in np.ndindex(block.size):
                row, column = block.ancestor(token, level.level)
                assert 0 <= token[0] - row * size[0] < size[0]
                assert 0 <= token[1] - column * size[1] < size[1]
            size = (size[0] * level.grid_size[0], size[1] * level.grid_size[1])


def test_tokens_of_grids_and_of_the_map_are_the_same(small, small_input, small_crop):
    for block in record(small, small_input, small_crop).blocks:
        for level in block.levels:
            rows, columns = level.grid_size
            for token in np.ndindex(level.size):
                top, left = level.grid_origin(token)
                assert top % rows == left % columns == 0
                grids = np.zeros(level.valid.shape)
                inside = (token[0] - top) * columns + token[1] - left
                grids[top // rows, left // columns, inside] = 1
                assert level.as_map(grids).shape == level.size
                assert level.as_map(grids)[token] == 1


def test_the_last_levels_of_the_blocks(small, small_input):
    hooks = Hooks()
    small(small_input, hooks)
    attention = [point for point in hooks.records if point.name == "attention"]

    found = last_levels(reversed(attention))

    assert [(p.stage, p.block, p.level) for p in found] == [
        (s, b, len(shape.merges))
        for s, stage in enumerate(small.config.stages)
        for b, shape in enumerate(stage.attending)
    ]
