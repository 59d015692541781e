"""Folding batch norms into convolutions: the same function, and the original as it was."""

import pytest
import torch
from torch import nn

from tests.golden.recipe import fill, reference_input
from transcnn.model.hooks import Hooks
from transcnn.model.network import build, fold_batch_norms

NAMES = ["transcnn_lite0", "transcnn_nano", "transcnn_v1_tiny", "hatnet_tiny"]


def batch_norms(model):
    return sum(isinstance(module, nn.BatchNorm2d) for module in model.modules())


@pytest.fixture(scope="module", params=NAMES)
def model(request):
    return fill(build(request.param))


@torch.no_grad()
def test_folding_gives_the_same_function(model):
    x = reference_input(7, 96, 64)
    plain, folded = Hooks(), Hooks()

    expected = model(x, plain)
    logits = fold_batch_norms(model)(x, folded)

    scale = expected.abs().max()
    assert (logits - expected).abs().max() <= 1e-5 * scale
    # and a tap shows the same, although the folded copy's activations work in place
    assert plain.records.keys() == folded.records.keys()
    for place, value in plain.records.items():
        assert (folded.records[place] - value).abs().max() <= 1e-4 * value.abs().max(), place


def test_folding_leaves_no_batch_norm_behind_a_convolution(model):
    folded = fold_batch_norms(model)

    in_attention = sum(
        batch_norms(block.attn) for stage in model.blocks for block in stage if block.attn
    )
    assert batch_norms(folded) == in_attention  # these stand in front of a product
    assert model.config.norm.kind == "group" or batch_norms(model) > in_attention


def test_folding_leaves_the_original_untouched(model):
    before = {key: value.clone() for key, value in model.state_dict().items()}
    model.train()

    folded = fold_batch_norms(model)

    assert not folded.training
    assert all(module.training for module in model.modules())
    assert not any(getattr(module, "inplace", False) for module in model.modules())
    after = model.state_dict()
    assert list(after) == list(before)
    assert all(torch.equal(after[key], value) for key, value in before.items())
    shared = {p.data_ptr() for p in model.parameters()} & {
        p.data_ptr() for p in folded.parameters()
    }
    assert not shared
    model.eval()
