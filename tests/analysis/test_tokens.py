"""Tokens in numbers, against loops and maps small enough to reckon by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.golden.recipe import fill, reference_input
from transcnn import create_model
from transcnn.analysis.tokens import SPREAD, cosines, fit_colours, merges, nearest, token_norms
from transcnn.errors import ChoiceError
from transcnn.pictures import Box, Crop
from transcnn.trace import BlockTrace, LevelTrace, record


def block_of(values, grid, attended=None):
    """A block of two levels whose a_0 is `values` [C, H, W], merged as (8) says, by loops."""
    values = np.asarray(values, np.float32)
    channels, height, width = values.shape
    rows, columns = -(-height // grid), -(-width // grid)
    largest = np.zeros((channels, rows, columns), np.float32)
    average = np.zeros_like(largest)
    for c in range(channels):
        for y in range(rows):
            for x in range(columns):
                part = values[c, y * grid : (y + 1) * grid, x * grid : (x + 1) * grid]
                largest[c, y, x], average[c, y, x] = part.max(), part.mean()
    attended = np.zeros_like(values) if attended is None else np.asarray(attended, np.float32)
    padded = (rows * grid, columns * grid)
    nothing = np.zeros(0, np.float32)
    first = LevelTrace(
        *(0, (grid, grid), (height, width), padded),
        *(values - attended, nothing, attended, largest, average),
    )
    size = (rows, columns)
    second = LevelTrace(1, size, size, size, largest + average, nothing, nothing, None, None)
    return BlockTrace(0, 0, channels, 1, (height, width), nothing, nothing, (first, second))


@pytest.fixture(scope="module")
def padded():
    """A block of a run whose grids reach beyond the maps: 25 x 25 by 6, then 5 x 5 by 3."""
    shape = dict(merges=((6, 3), (5,), (4,), (3,)), widths=(16, 24, 32, 48), head_width=8)
    x = reference_input(7, 128, 128)[:, :, :100, :100]
    crop = Crop((100, 100), Box(0, 0, 100, 100), 100)
    return record(fill(create_model("transcnn_nano", **shape)), x, crop).block(0, 0)


def test_a_merge_reckoned_by_hand():
    """Two channels on a map of 2 x 3, grids of 2 x 2: the second grid has one column only."""
    (merge,) = merges(block_of([[[1, 5, 2], [3, 4, 9]], [[7, 0, -1], [0, 7, -2]]], grid=2))

    assert merge.largest.tolist() == [[[5, 9]], [[7, -1]]]
    assert merge.average.tolist() == [[[3.25, 5.5]], [[3.5, -1.5]]]
    assert merge.winner.tolist() == [[[1, 2]], [[0, 0]]], "the first of equals"
    assert merge.won.tolist() == [[0.5, 0.5, 0.5], [0, 0, 0.5]]
    assert merge.uniform.tolist() == [[0.25, 0.25, 0.5], [0.25, 0.25, 0.5]]
    assert merge.difference == 0


def test_negative_values_still_win_over_what_lies_beyond_the_edge():
    (merge,) = merges(block_of([[[-3, -2, -7]]], grid=2))

    assert merge.winner.tolist() == [[[1, 0]]]
    assert merge.won.tolist() == [[0, 1, 1]]


def test_the_winner_is_sought_in_attention_plus_residual():
    """(7): a_0 = attention + t_0. Neither of them alone has its largest value there."""
    values, attended = [[[4, 5], [6, 1]]], [[[9, 0], [3, 1]]]
    (merge,) = merges(block_of(values, grid=2, attended=attended))

    assert merge.winner.tolist() == [[[2]]]


def test_a_sum_that_does_not_add_up_is_on_progress():
    block = block_of([[[1, 2], [3, 4]]], grid=2)
    block.levels[1].tokens_in[0, 0, 0] += 0.5

    assert merges(block)[0].difference == 0.5


def test_a_run_with_grids_cut_off_merges_as_loops_do(padded):
    found = merges(padded)

    assert [merge.level for merge in found] == [0, 1]
    for merge, level in zip(found, padded.levels, strict=False):
        attended = level.attended + level.tokens_in
        grid = level.grid_size[0]
        height, width = level.size
        assert merge.difference == 0
        won = np.zeros(level.size)
        for c, y, x in np.ndindex(merge.winner.shape):
            row, column = divmod(merge.winner[c, y, x], grid)
            row, column = y * grid + row, x * grid + column
            part = attended[c, y * grid : (y + 1) * grid, x * grid : (x + 1) * grid]
            assert attended[c, row, column] == part.max() == merge.largest[c, y, x]
            assert part.mean() == pytest.approx(merge.average[c, y, x], rel=1e-4, abs=1e-6)
            assert row < height
            assert column < width
            won[row, column] += 1 / len(attended)
        np.testing.assert_allclose(merge.won, won)
        for y, x in np.ndindex(merge.winner.shape[1:]):
            places = (slice(y * grid, (y + 1) * grid), slice(x * grid, (x + 1) * grid))
            assert merge.won[places].sum() == pytest.approx(1)
            assert merge.uniform[places].sum() == pytest.approx(1)


def test_one_level_has_nothing_to_merge():
    block = block_of([[[1, 2], [3, 4]]], grid=2)
    only = BlockTrace(*(0, 0, 1, 1, (1, 1)), block.input, block.added, block.levels[1:])

    assert merges(only) == ()


def test_the_norm_is_the_root_mean_square_of_the_channels():
    tokens = np.array([[[3, 0, 1]], [[4, 0, 1]]], np.float32)

    np.testing.assert_allclose(token_norms(tokens), [[12.5**0.5, 0, 1]], rtol=1e-6)


def test_cosines_by_hand_on_a_map_that_is_not_square():
    tokens = np.array([[[1, 2, 0], [0, -3, 0]], [[0, 0, 5], [1, 0, 0]]], np.float32)

    assert cosines(tokens, (0, 0)).tolist() == [[1, 1, 0], [0, -1, 0]]
    assert cosines(tokens, (1, 2)).tolist() == [[0] * 3] * 2, "a zero token is like none"


def test_the_nearest_are_others_and_of_equals_the_first():
    tokens = np.array([[[1, 2, 0], [3, -3, 1]], [[0, 0, 5], [0, 0, 1]]], np.float32)

    found = nearest(tokens, (0, 1), 3)

    assert [n.token for n in found] == [(0, 0), (1, 0), (1, 2)]
    assert [n.cosine for n in found] == pytest.approx([1, 1, 2**-0.5])
    assert len(nearest(tokens, (0, 1), 99)) == 5
    alike = nearest(np.ones((2, 9, 7), np.float32), (0, 2), 99)
    assert [n.token for n in alike] == [p for p in np.ndindex(9, 7) if p != (0, 2)]


@pytest.mark.parametrize("token", [(2, 0), (0, 3), (-1, 0)])
def test_a_token_that_does_not_exist_is_refused(token):
    with pytest.raises(ChoiceError, match="a row from 0 to 1, a column from 0 to 2"):
        cosines(np.ones((4, 2, 3), np.float32), token)


def test_the_colours_of_a_map_reckoned_by_hand():
    """Tokens at +2 and -2 along the first channel, +1 and -1 along the second: variances 2, 0.5."""
    tokens = np.array([[[2, -2, 0, 0]], [[0, 0, 1, -1]]], np.float32)

    colours = fit_colours([tokens])

    assert colours.share.tolist() == pytest.approx([0.8, 0.2, 0])
    np.testing.assert_allclose(colours.axes, [[1, 0], [0, 1], [0, 0]], atol=1e-12)
    assert colours.deviation.tolist() == pytest.approx([2**0.5, 0.5**0.5, 0])
    end = round(127.5 + 127.5 * 2**0.5 / SPREAD)
    assert colours(tokens).tolist() == [
        [[end, 128, 128], [255 - end, 128, 128], [128, end, 128], [128, 255 - end, 128]]
    ]


def test_every_level_has_the_same_say_however_many_tokens_it_has():
    many = np.zeros((2, 10, 10), np.float32)
    many[0] = np.linspace(-1, 1, 100).reshape(10, 10)
    few = np.array([[[0, 0]], [[-3, 3]]], np.float32)

    colours = fit_colours([many, few])

    variances = np.array([few[1].var(), many[0].var()]) / 2
    np.testing.assert_allclose(colours.axes[:2], [[0, 1], [1, 0]], atol=1e-12)
    assert colours.share[:2].tolist() == pytest.approx((variances / variances.sum()).tolist())


@given(seed=st.integers(0, 2**32 - 1), channels=st.integers(1, 6))
def test_a_component_is_a_direction_of_most_variance_with_a_fixed_sign(seed, channels):
    rng = np.random.default_rng(seed)
    maps = [rng.normal(size=(channels, 3, 5)), rng.normal(1, 2, size=(channels, 1, 2))]

    colours = fit_colours(maps)

    weights = np.concatenate([np.full(15, 0.5 / 15), np.full(2, 0.5 / 2)])
    tokens = np.concatenate([m.reshape(channels, -1) for m in maps], axis=1)
    centred = tokens - (tokens * weights).sum(1, keepdims=True)
    assert 0 < colours.share.sum() <= 1 + 1e-9
    for k in range(min(3, channels)):
        spread = (weights * (colours.axes[k] @ centred) ** 2).sum()
        total = (weights * centred**2).sum()
        assert spread / total == pytest.approx(colours.share[k])
        assert colours.deviation[k] ** 2 == pytest.approx(spread)
        assert colours.axes[k][np.abs(colours.axes[k]).argmax()] > 0
        other = rng.normal(size=channels)
        other -= colours.axes[:k].T @ (colours.axes[:k] @ other)  # no better direction is left
        length = np.linalg.norm(other)
        if length > 1e-6:
            assert (weights * (other / length @ centred) ** 2).sum() <= spread * (1 + 1e-9)
    np.testing.assert_array_equal(fit_colours(maps).axes, colours.axes)


def test_flat_maps_are_the_middle_colour_and_no_error():
    flat = np.full((5, 2, 3), 7, np.float32)

    colours = fit_colours([flat])

    assert (colours(flat) == 128).all()
    assert colours.share.tolist() == [0, 0, 0]
