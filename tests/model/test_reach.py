"""Which token can influence which: inside its grid first, at the last level everywhere."""

import pytest
import torch

from tests.model.filled import filled_hmhsa
from transcnn.model.config import BATCH, HMHSA, LAYER
from transcnn.model.hooks import BlockHooks, HookPoint, Hooks

# Norms of one place or of stored statistics: a group norm would mix all places by itself.
PAPER = dict(level_norm=BATCH)
LITE = dict(input_norm=LAYER, level_norm=None, output_norm=LAYER, qkv_per_level=True)


def attention(merges, **norms):
    return filled_hmhsa(HMHSA(8, merges, 4, **norms)).double()


def random_map(*size):
    return torch.randn(1, 8, *size, generator=torch.Generator().manual_seed(5), dtype=torch.float64)


@torch.no_grad()
def attended_maps(module, x):
    hooks = Hooks()
    module(x, BlockHooks(hooks, 0, 0))
    levels = len(module.config.merges) + 1
    return [hooks.records[HookPoint(0, 0, "attended", i)][0] for i in range(levels)]


def changed_places(module, x, place):
    """For each level, [rows, columns]: True where attention's result changes with x at `place`."""
    other = x.clone()
    other[0, :, place[0], place[1]] += torch.linspace(-1, 1, 8, dtype=x.dtype)
    before, after = attended_maps(module, x), attended_maps(module, other)
    return [(a != b).any(0) for a, b in zip(before, after, strict=True)]


@pytest.mark.parametrize("norms", [PAPER, LITE])
@pytest.mark.parametrize("place", [(0, 0), (4, 7), (10, 8)])
@pytest.mark.parametrize("size", [(12, 12), (11, 9)])  # whole grids; grids cut off by the edge
def test_a_token_reaches_its_grid_then_the_grid_of_its_grid_then_everything(size, place, norms):
    module = attention((3, 2), **norms)

    first, second, last = changed_places(module, random_map(*size), place)

    expected = torch.zeros(size, dtype=torch.bool)
    top, left = place[0] // 3 * 3, place[1] // 3 * 3
    expected[top : top + 3, left : left + 3] = True
    assert torch.equal(first, expected)

    expected = torch.zeros_like(second)
    top, left = place[0] // 6 * 2, place[1] // 6 * 2
    expected[top : top + 2, left : left + 2] = True
    assert torch.equal(second, expected)

    assert last.all()


@pytest.mark.parametrize("norms", [PAPER, LITE])
@pytest.mark.parametrize("size", [(6, 4), (5, 7)])
@pytest.mark.parametrize("merges", [(), (2,), (2, 2), (3, 2)])
def test_every_output_token_depends_on_every_input_token(merges, size, norms):
    module = attention(merges, **norms)

    jacobian = torch.autograd.functional.jacobian(module, random_map(*size))

    influence = jacobian[0, :, :, :, 0].abs().sum((0, 3))  # y x of the output, y x of the input
    assert influence.min() > 1e-9
