"""Muon changes matrices alike in all directions; what is no hidden matrix is left to AdamW."""

from dataclasses import replace

import pytest
import torch

from transcnn.training.optimiser import Optimiser

RATE = 0.01


@pytest.fixture
def muon(small):
    return replace(small, optimiser="muon", learning_rate=RATE, weight_decay=0.0)


def _changed(recipe, key, shape):
    """How one step changes a weight of `shape` whose gradient has singular values 1 to 100."""
    generator = torch.Generator().manual_seed(0)
    weight = torch.randn(shape, generator=generator).requires_grad_()
    left, _, right = torch.linalg.svd(
        torch.randn(weight.flatten(1).shape, generator=generator), full_matrices=False
    )
    strengths = torch.logspace(0, 2, len(left))[: right.shape[0]]
    weight.grad = (left * strengths @ right).view(shape)
    before = weight.detach().clone()
    Optimiser({key: weight}, recipe).step(RATE)
    assert weight.grad is None
    return (weight.detach() - before).flatten(1)


@pytest.mark.parametrize("shape", [(16, 16, 1, 1), (16, 4, 3, 3), (16, 32)])
def test_muon_changes_a_matrix_alike_in_all_directions(muon, shape):
    change = _changed(muon, "blocks.0.0.attn.proj.weight", shape)
    strengths = torch.linalg.svdvals(change)
    # Five Newton-Schulz steps bring every singular value near 1 (0.7 to 1.2); torch's Muon then
    # multiplies by 0.2 sqrt(longer side), the root mean square that AdamW's steps have.
    expected = RATE * 0.2 * max(change.shape) ** 0.5
    assert strengths.min() > 0.5 * expected
    assert strengths.max() < 1.3 * expected


@pytest.mark.parametrize(
    ("key", "shape"),
    [("stem.0.weight", (16, 3, 3, 3)), ("head.weight", (10, 16)), ("irb.dw.weight", (16, 1, 3, 3))],
)
def test_stem_head_and_depthwise_kernels_are_left_to_adamw(muon, key, shape):
    change = _changed(muon, key, shape)
    assert torch.equal(change, _changed(replace(muon, optimiser="adamw"), key, shape))
    # The first step of AdamW has the size of the rate wherever there is a gradient.
    torch.testing.assert_close(change.abs(), torch.full_like(change, RATE), rtol=1e-3, atol=0)
