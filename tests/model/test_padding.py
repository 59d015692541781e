"""Maps that do not divide into grids: padding weighs nothing, and what divides is not touched."""

import math

import torch
import torch.nn.functional as F
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.model.filled import filled_hmhsa
from transcnn.model import grids
from transcnn.model.attention import attend, softmax_weights
from transcnn.model.config import HMHSA, Level
from transcnn.model.hooks import BlockHooks, HookPoint, Hooks

SIDES = st.integers(1, 14)
GRIDS = st.integers(2, 6)


def random_map(width, size, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(2, width, *size, generator=generator)


def unpadded(module, x):
    """H-MHSA of one merge on a map that divides, without a line about padding."""
    shape, (g,) = module.config, module.config.merges
    heads, d = shape.heads, shape.head_width

    def windows(x, rows, columns):
        b, c, h, w = x.shape
        x = x.reshape(b, c, h // rows, rows, w // columns, columns)
        return x.permute(0, 2, 4, 3, 5, 1).reshape(-1, rows * columns, c)

    def plain(qkv, rows, columns):
        b, _, h, w = qkv.shape
        tokens = windows(qkv, rows, columns)
        q, k, v = tokens.reshape(*tokens.shape[:2], 3, heads, d).permute(2, 0, 3, 1, 4)
        out = F.scaled_dot_product_attention(q, k, v).transpose(1, 2)
        out = out.reshape(b, h // rows, w // columns, rows, columns, heads * d)
        return out.permute(0, 5, 1, 3, 2, 4).reshape(b, heads * d, h, w)

    first = plain(module.qkv[0](module.norms[0](x)), g, g) + x
    merged = F.max_pool2d(first, g) + F.avg_pool2d(first, g)
    second = plain(module.qkv[0](module.norms[1](merged)), *merged.shape[2:]) + merged
    return module.proj(first + second.repeat_interleave(g, 2).repeat_interleave(g, 3))


@given(st.integers(1, 4), st.integers(1, 4), GRIDS)
@torch.no_grad()
def test_where_the_map_divides_the_result_is_bit_identical_to_the_unpadded_path(down, across, g):
    module = filled_hmhsa(HMHSA(8, (g,), 4))
    x = random_map(8, (down * g, across * g))

    assert torch.equal(module(x), unpadded(module, x))


@given(SIDES, SIDES, GRIDS)
def test_cutting_and_joining_gives_the_map_back(rows, columns, g):
    level = Level((rows, columns), (g, g), g)
    x = random_map(3, level.size)

    tokens = grids.cut(x, level)

    assert tokens.shape == (2 * math.prod(level.grids), g * g, 3)
    assert torch.equal(grids.join(tokens, level), x)


@given(SIDES, SIDES, GRIDS)
def test_tokens_of_a_grid_are_row_major_and_valid_where_the_map_is(rows, columns, g):
    level = Level((rows, columns), (g, g), g)
    numbers = torch.arange(1.0, rows * columns + 1).reshape(1, 1, rows, columns)

    tokens = grids.cut(numbers, level).reshape(*level.grids, g, g)
    valid = grids.valid_tokens(level, numbers.device).reshape(*level.grids, g, g)

    for (down, across, y, x), number in zip(
        torch.cartesian_prod(*map(torch.arange, tokens.shape)).tolist(),
        tokens.flatten().tolist(),
        strict=True,
    ):
        row, column = down * g + y, across * g + x
        exists = row < rows and column < columns
        assert valid[down, across, y, x] == exists
        assert number == (row * columns + column + 1 if exists else 0)


@given(SIDES, SIDES, GRIDS)
@torch.no_grad()
def test_padded_tokens_get_no_weight_and_rows_of_valid_tokens_sum_to_1(rows, columns, g):
    module = filled_hmhsa(HMHSA(8, (g,), 4))
    hooks = Hooks()

    module(random_map(8, (rows, columns)), BlockHooks(hooks, 0, 0))

    for i, level in enumerate(module.config.levels((rows, columns))):
        weights = hooks.records[HookPoint(0, 0, "attention", i)]  # b head down across t s
        valid = grids.valid_tokens(level, weights.device)[:, :, None, :].expand_as(weights)
        assert (weights[~valid] == 0).all()
        assert (weights >= 0).all()
        sums = weights.sum(-1)[valid.transpose(-1, -2)[..., 0]]
        torch.testing.assert_close(sums, torch.ones_like(sums), rtol=0, atol=1e-6)


@given(SIDES, SIDES, GRIDS)
def test_a_map_that_is_cut_off_is_attended_to_as_if_nothing_was_beyond_its_edge(rows, columns, g):
    level = Level((rows, columns), (g, g), g)
    assume(level.padded_size != level.size)
    qkv = random_map(24, level.size).double()

    together = attend(qkv, level, 2, None, 0)

    for top in range(0, rows, g):
        for left in range(0, columns, g):
            part = (slice(None), slice(None), slice(top, top + g), slice(left, left + g))
            size = (qkv[part].shape[2], qkv[part].shape[3])
            alone = attend(qkv[part], Level(size, size, None), 2, None, 0)
            torch.testing.assert_close(together[part], alone, rtol=0, atol=1e-12)


def test_what_stands_in_masked_places_cannot_leak():
    q, k = (random_map(4, (5, 6), seed)[0] for seed in (1, 2))  # [4, 5, 6]: heads, tokens, d
    mask = torch.tensor([True, True, False, True, False])
    loud = k.clone()
    loud[:, ~mask] = torch.tensor([1e30, -1e30, torch.inf, 0, torch.nan, 7.0])

    weights = softmax_weights(q, loud, mask)

    assert torch.equal(weights, softmax_weights(q, k, mask))
    assert (weights[..., ~mask] == 0).all()


@given(SIDES, SIDES, GRIDS)
def test_merging_uses_only_the_elements_that_exist(rows, columns, g):
    x = -1 - random_map(3, (rows, columns)).abs()  # below 0, so that a padded 0 would win

    largest, mean = grids.merge(x, g)

    assert largest.shape == mean.shape == (2, 3, math.ceil(rows / g), math.ceil(columns / g))
    for y in range(largest.shape[2]):
        for z in range(largest.shape[3]):
            window = x[:, :, y * g : (y + 1) * g, z * g : (z + 1) * g]
            assert torch.equal(largest[:, :, y, z], window.amax((2, 3)))
            torch.testing.assert_close(mean[:, :, y, z], window.mean((2, 3)), rtol=1e-6, atol=1e-6)
