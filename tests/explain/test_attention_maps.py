"""Attention and rollout as maps, against plain loops over what a run recorded."""

import itertools

import numpy as np
import pytest
import torch

from tests.explain.conftest import random_pixels
from tests.golden.recipe import fill
from transcnn import Classifier, create_model
from transcnn.errors import ChoiceError
from transcnn.explain.attention import Attention
from transcnn.explain.rollout import Rollout, RolloutAcross, compose
from transcnn.explain.subject import Subject, Target
from transcnn.model.config import LAYER

_ONE_CHANNEL = dict(merges=((6, 3), (5,), (3,), ()), widths=(1, 2, 2, 2), head_width=1)


@pytest.fixture(scope="module")
def seen(small):
    """A picture of random pixels, with what the small network did with it."""
    subject = Subject(small, random_pixels(0), Target(0))
    return subject, subject.trace


def on_map(level, grid, place):
    """Row and column on the level's map of a place of a grid."""
    down, across = grid
    y, x = divmod(place, level.grid_size[1])
    return down * level.grid_size[0] + y, across * level.grid_size[1] + x


def matrix(level, head):
    """[N, N] of one head over the whole map of a level, entry by entry."""
    rows, columns = level.size
    whole = np.zeros((rows * columns, rows * columns))
    _, downs, acrosses, tokens, _ = level.attention.shape
    for down, across in np.ndindex(downs, acrosses):
        for t, s in np.ndindex(tokens, tokens):
            (y, x), (v, u) = on_map(level, (down, across), t), on_map(level, (down, across), s)
            if max(y, v) < rows and max(x, u) < columns:
                whole[y * columns + x, v * columns + u] = level.attention[head, down, across, t, s]
    return whole


def merging(level, channel, above):
    """[merged, N]: the largest token of each grid in one channel, plus its mean."""
    rows, columns = level.size
    attended = (level.attended + level.tokens_in)[channel]
    found = np.zeros((above.size[0] * above.size[1], rows * columns))
    for row, column in np.ndindex(*above.size):
        y, x = row * level.grid_size[0], column * level.grid_size[1]
        ys = range(y, min(y + level.grid_size[0], rows))
        xs = range(x, min(x + level.grid_size[1], columns))
        having = list(itertools.product(ys, xs))
        best = max(having, key=lambda place: attended[place])
        for y, x in having:
            share = 1 / len(having) + ((y, x) == best)
            found[row * above.size[1] + column, y * columns + x] = share
    return found


def upsampling(level, factor, size):
    """[N of the block, N of the level]: each place from the merged token that holds it."""
    found = np.zeros((size[0] * size[1], level.size[0] * level.size[1]))
    for y, x in np.ndindex(*size):
        found[y * size[1] + x, y // factor * level.size[1] + x // factor] = 1
    return found


def paths(block, channel):
    """For each level the matrix [N, N] of what goes up to it and comes back, of one channel."""
    head = channel // (block.width // block.heads)
    factor, found = 1, []
    path = np.eye(block.size[0] * block.size[1])
    for i, level in enumerate(block.levels):
        path = (matrix(level, head) + np.eye(len(path))) @ path
        found.append(upsampling(level, factor, block.size) @ path)
        if i + 1 < len(block.levels):
            path = merging(level, channel, block.levels[i + 1]) @ path
            factor *= level.grid_size[0]
    return np.array(found)


def with_sums_of_1(rows):
    return rows / rows.sum(-1, keepdims=True)


@pytest.fixture(scope="module")
def rolled(seen):
    """The rollout of stage 1 (16 x 16 tokens, a grid of 5 that does not divide them) as a matrix:
    the mean over channels of K_c, rows over their sum."""
    block = seen[1].block(1, 0)
    return with_sums_of_1(np.mean([paths(block, c).sum(0) for c in range(block.width)], axis=0))


@pytest.mark.parametrize("token", [(1, 5), (15, 0), (7, 12)])
def test_rollout_is_the_product_of_the_recorded_matrices(seen, rolled, token):
    found = Rollout(1, token=token).explain(seen[0])

    assert np.allclose(found.values.ravel(), 256 * rolled[token[0] * 16 + token[1]], atol=1e-4)
    assert found.settings == {"stage": 1, "block": 0, "token": f"{token[0]},{token[1]}"}


def test_without_a_token_rollout_is_the_mean_over_all(seen, rolled):
    found = Rollout(1).explain(seen[0])

    assert np.allclose(found.values.ravel(), 256 * rolled.mean(0), atol=1e-4)


def test_every_row_of_every_composition_sums_to_1(small, seen):
    for block in seen[1].blocks:
        shape = small.config.stages[block.stage].attending[block.block]
        for token in [(0, 0), (1, block.size[1] - 1), (block.size[0] - 1, 2)]:
            start = np.zeros(block.size)
            start[token] = 1

            row = compose(block, shape, start)

            assert row.sum() == pytest.approx(1, abs=1e-12)
            assert (row >= 0).all()


def test_where_values_pass_unchanged_a_block_adds_its_rollout_times_its_tokens():
    """The promise of "exact in the weights": one channel, W^v = W^p = 1, no biases, no norms."""
    network = fill(create_model("transcnn_nano", **dict(_ONE_CHANNEL, level_norm=None)))
    attention = network.blocks[0][0].attn
    with torch.no_grad():
        attention.qkv[0].weight[2] = 1
        attention.qkv[0].bias[2] = 0
        attention.proj.weight[:] = 1
        attention.proj.bias[:] = 0
    subject = Subject(Classifier.around(network, "passing"), random_pixels(0), Target(0))
    block = subject.trace.block(0, 0)
    assert [level.grid for level in block.levels] == [6, 3, 2]

    for token in [(1, 5), (31, 0), (20, 31)]:
        shares = Rollout(0, token=token).explain(subject).values / 1024

        tokens = block.levels[0].tokens_in[0].astype(np.float64)
        rows = 2 + 8 + 32  # the sum of a row: (attention + residual) (max + mean) ...
        assert rows * (shares * tokens).sum() == pytest.approx(block.added[0][token], rel=1e-5)


def test_with_output_norms_every_level_has_the_same_weight():
    settings = dict(_ONE_CHANNEL, output_norm=LAYER, widths=(2, 2, 2, 2))
    network = fill(create_model("transcnn_nano", **settings))
    subject = Subject(Classifier.around(network, "normed"), random_pixels(0), Target(0))
    block = subject.trace.block(1, 0)
    each = np.mean([with_sums_of_1(paths(block, c)).mean(0) for c in (0, 1)], axis=0)

    found = Rollout(1, token=(1, 5)).explain(subject)

    assert np.allclose(found.values.ravel(), 256 * each[21], atol=1e-4)


def test_across_blocks_each_block_has_half_the_weight_and_stages_distribute_by_area(small, seen):
    subject, trace = seen
    shares = np.full((4, 4), 1 / 16)
    for block in reversed(trace.blocks):
        finer = block.size[0] // len(shares)
        shares = np.kron(shares, np.ones((finer, finer)) / finer**2)
        shape = small.config.stages[block.stage].attending[block.block]
        shares = shares / 2 + compose(block, shape, shares) / 2

    found = RolloutAcross().explain(subject)

    assert np.allclose(found.values, shares * 1024, rtol=1e-9)
    assert found.values.mean() == pytest.approx(1)


def test_attention_of_a_query_is_its_row_on_the_whole_map(seen):
    subject, trace = seen
    for level, reading in enumerate(trace.read(0, 0, (13, 29))):
        expected = np.zeros(trace.block(0, 0).levels[level].size)
        for row, column in np.argwhere(reading.valid):
            place = reading.grid_origin[0] + row, reading.grid_origin[1] + column
            expected[place] = reading.multiple[:, row, column].mean()

        found = Attention(0, 0, level, (13, 29)).explain(subject)

        assert np.allclose(found.values, expected, atol=1e-6)
    assert found.settings == {"stage": 0, "block": 0, "level": 2, "token": "13,29"}


def test_attention_without_a_query_is_the_mean_attention_to_each_token(seen):
    subject, trace = seen
    for level in trace.block(0, 0).levels:
        columns = level.size[1]
        weights = np.mean([matrix(level, head) for head in range(2)], axis=0)
        reads = weights > 0  # the grid of a token
        expected = np.zeros(level.size)
        for s in range(weights.shape[1]):
            asking = reads[:, s]
            expected[divmod(s, columns)] = weights[asking, s].mean() * asking.sum()

        found = Attention(0, 0, level.level).explain(subject)

        assert np.allclose(found.values, expected, atol=1e-5)
        assert found.values.mean() == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("method", [Attention, Rollout, RolloutAcross])
@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (dict(stage=4), "stage is 4; allowed: 0 to 3."),
        (dict(stage=1, block=1), "block is 1; allowed: 0 to 0."),
        (dict(stage=3, token=(1, 4)),
         "token is (1, 4); allowed: a row from 0 to 3, a column from 0 to 3."),
    ],
)  # fmt: skip
def test_a_part_that_the_network_lacks_is_one_sentence(method, settings, sentence, seen):
    with pytest.raises(ChoiceError) as raised:
        method(**settings).explain(seen[0])

    assert str(raised.value) == sentence


def test_rollout_needs_nearest_upsampling_and_maps_need_attention():
    bilinear = create_model("transcnn_nano", **dict(_ONE_CHANNEL, upsampling="bilinear"))
    bare = create_model("transcnn_nano", **dict(_ONE_CHANNEL, attends=False))

    for network, sentence in [
        (bilinear, "upsampling is 'bilinear'; allowed: nearest."),
        (bare, "model is 'transcnn_nano'; allowed: networks with H-MHSA."),
    ]:
        subject = Subject(Classifier.around(fill(network), ""), random_pixels(0), Target(0))
        with pytest.raises(ChoiceError) as raised:
            Rollout().explain(subject)
        assert str(raised.value) == sentence
