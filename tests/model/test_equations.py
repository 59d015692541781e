"""H-MHSA is what its equations say: a slow second implementation, and examples done by hand."""

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.golden.recipe import fill
from tests.model import reference
from tests.model.filled import filled_hmhsa
from transcnn.model.attention import HierarchicalAttention
from transcnn.model.config import BATCH, GROUP, HMHSA, LAYER, PooledAttention
from transcnn.model.hooks import BlockHooks, HookPoint, Hooks
from transcnn.model.pooled import GridPooledAttention

TOLERANCE = {torch.float32: 1e-5, torch.float64: 1e-10}  # of the largest value
NORMS = st.sampled_from([None, BATCH, GROUP, LAYER])


@st.composite
def hmhsa(draw):
    heads, head_width = draw(st.integers(1, 3)), draw(st.integers(3, 5))
    return HMHSA(
        width=heads * head_width,
        merges=tuple(draw(st.lists(st.integers(2, 5), max_size=3))),
        head_width=head_width,
        qkv_per_level=draw(st.booleans()),
        input_norm=draw(NORMS),
        level_norm=draw(NORMS),
        output_norm=draw(NORMS),
        upsampling=draw(st.sampled_from(["nearest", "bilinear"])),
    )


@st.composite
def pooled(draw):
    heads, head_width = draw(st.integers(1, 3)), draw(st.integers(3, 5))
    return PooledAttention(
        width=heads * head_width,
        grid=draw(st.integers(1, 5)),
        pool=draw(st.integers(1, 4)),
        head_width=head_width,
        norm=draw(st.sampled_from([BATCH, GROUP])),
    )


SIZES = st.tuples(st.integers(1, 13), st.integers(1, 13))
SEEDS = st.integers(0, 10_000)
DTYPES = st.sampled_from(list(TOLERANCE))


def picture(width, size, seed, batch=1):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(batch, width, *size, generator=generator, dtype=torch.float64)


def arrays(module):
    """The weights that `module` really has, float32 rounding included, in float64."""
    return {key: value.double().numpy() for key, value in module.state_dict().items()}


def assert_close(actual, expected, dtype):
    error = np.abs(actual.double().numpy() - expected).max()
    assert error <= TOLERANCE[dtype] * max(1, np.abs(expected).max())


def check_against_equations(shape, size, seed, dtype):
    module = filled_hmhsa(shape, seed).to(dtype)
    x = picture(shape.width, size, seed, batch=2).to(dtype)
    hooks = Hooks()

    with torch.no_grad():
        fused, explicit = module(x), module(x, BlockHooks(hooks, 0, 0))

    for one in range(2):
        added, levels = reference.h_mhsa(x[one].double().numpy(), arrays(module), shape)
        assert_close(fused[one], added, dtype)
        assert_close(explicit[one], added, dtype)
        for i, level in enumerate(levels):
            for name in ("tokens_in", "attended", "merged_max", "merged_avg"):
                expected = getattr(level, name)
                if expected is not None:
                    assert_close(hooks.records[HookPoint(0, 0, name, i)][one], expected, dtype)


@settings(max_examples=80)
@given(hmhsa(), SIZES, SEEDS, DTYPES)
@example(HMHSA(24, (8,), 8, True, LAYER, None, LAYER), (24, 16), 1, torch.float32)  # lite0's kind
@example(HMHSA(8, (2, 2, 2), 4), (11, 9), 2, torch.float64)  # four levels, all cut off
def test_hmhsa_agrees_with_the_equations(shape, size, seed, dtype):
    check_against_equations(shape, size, seed, dtype)


@pytest.mark.long
@settings(max_examples=4000)
@given(hmhsa(), SIZES, SEEDS, DTYPES)
def test_hmhsa_agrees_with_the_equations_on_many_shapes(shape, size, seed, dtype):
    check_against_equations(shape, size, seed, dtype)


@given(pooled(), SIZES, SEEDS, DTYPES)
def test_the_authors_attention_agrees_with_its_description(shape, size, seed, dtype):
    module = fill(GridPooledAttention(shape), seed).to(dtype)
    x = picture(shape.width, size, seed).to(dtype)

    with torch.no_grad():
        fused, explicit = module(x), module(x, BlockHooks(Hooks(), 0, 0))

    expected = reference.grid_pooled(x[0].double().numpy(), arrays(module), shape)
    assert_close(fused[0], expected, dtype)
    assert_close(explicit[0], expected, dtype)


def averaging(merges, **settings):
    """H-MHSA that can be followed by hand: one channel, no norms, W^q = W^k = 0 (so attention is
    the mean of the grid), W^v = W^p = 1, no biases."""
    shape = HMHSA(1, merges, 1, level_norm=None, **settings)
    module = HierarchicalAttention(shape).double()
    with torch.no_grad():
        for qkv in module.qkv:
            qkv.weight.copy_(torch.tensor([0.0, 0.0, 1.0]).reshape(3, 1, 1, 1))
            qkv.bias.zero_()
        module.proj.weight.fill_(1)
        module.proj.bias.zero_()
    return module


@torch.no_grad()
def test_sixteen_numbers_in_four_grids_by_hand():
    x = torch.arange(16.0, dtype=torch.float64).reshape(1, 1, 4, 4)
    expected = [
        [47.5, 49.5, 61.5, 63.5],
        [55.5, 57.5, 69.5, 71.5],
        [103.5, 105.5, 117.5, 119.5],
        [111.5, 113.5, 125.5, 127.5],
    ]
    hooks = Hooks()

    added = averaging((2,))(x, BlockHooks(hooks, 0, 0))

    assert (x + added)[0, 0].tolist() == expected
    assert hooks.records[HookPoint(0, 0, "tokens_in", 1)][0, 0].tolist() == [
        [12.5, 20.5],
        [44.5, 52.5],
    ]
    assert hooks.records[HookPoint(0, 0, "attended", 1)][0, 0].tolist() == [
        [32.5, 32.5],
        [32.5, 32.5],
    ]


@torch.no_grad()
def test_nine_numbers_with_grids_cut_off_by_hand():
    x = torch.arange(9.0, dtype=torch.float64).reshape(1, 1, 3, 3)
    expected = torch.tensor([[33, 35, 44], [39, 41, 50], [66, 68, 77]], dtype=torch.float64)

    added = averaging((2,))(x)

    torch.testing.assert_close((x + added)[0, 0], expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("size", [(4, 4), (5, 7), (1, 1), (9, 2)])
@pytest.mark.parametrize("upsampling", ["nearest", "bilinear"])
@pytest.mark.parametrize(("merges", "expected"), [((), 3.0), ((2,), 11.0), ((2, 3), 43.0)])
@torch.no_grad()
def test_a_constant_map_grows_to_1_plus_two_thirds_of_4_to_the_levels_minus_1(
    merges, expected, size, upsampling
):
    x = torch.ones(1, 1, *size, dtype=torch.float64)

    added = averaging(merges, upsampling=upsampling)(x)

    assert expected == 1 + 2 * (4 ** (len(merges) + 1) - 1) / 3
    torch.testing.assert_close(x + added, torch.full_like(x, expected), rtol=0, atol=1e-11)
