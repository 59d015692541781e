"""The values inside the boxes are those of the network's own run."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from tests.golden.recipe import fill, reference_input
from transcnn import create_model
from transcnn.analysis.overview.description import describe
from transcnn.analysis.overview.values import box_values
from transcnn.model.hooks import Hooks
from transcnn.model.network import fold_batch_norms
from transcnn.pictures import Box, Crop
from transcnn.trace import record

SIDE = 96


@pytest.fixture(scope="module", params=["transcnn_nano", "transcnn_lite0", "transcnn_nano, folded"])
def run(request):
    name, _, folded = request.param.partition(", ")
    model = fill(create_model(name, weights=None)).eval()
    model = fold_batch_norms(model) if folded else model
    x = reference_input(7, 128, 128)[:, :, :SIDE, :SIDE]
    trace = record(model, x, Crop((SIDE, SIDE), Box(0, 0, SIDE, SIDE), SIDE))
    return model, x, trace, box_values(model, x, trace)


def test_they_lead_to_the_networks_answer(run):
    model, _, trace, boxes = run

    found = model.head(torch.tensor(boxes[-1].out.ravel())[None])

    np.testing.assert_allclose(found.detach().numpy()[0], trace.logits, rtol=1e-4, atol=1e-5)
    assert len(boxes) == len(describe(model.config)["boxes"])


def test_each_stage_leaves_the_map_that_the_network_leaves(run):
    model, x, _, boxes = run
    with torch.inference_mode():
        _, maps = model.forward_intermediates(x, hooks=Hooks())
    kinds = [box["stage"] for box in describe(model.config)["boxes"]]

    for stage, wanted in enumerate(maps):
        last = max(i for i, of in enumerate(kinds) if of == stage)
        np.testing.assert_allclose(boxes[last].out, wanted[0].numpy(), rtol=1e-4, atol=1e-5)


def test_the_projection_of_the_summed_levels_is_what_the_block_added(run):
    model, _, trace, boxes = run
    attention = [b for b in boxes if b.block is not None]

    assert [b.block for b in attention] == list(trace.blocks)
    for box in attention:
        blocks = [b.attn for b in model.blocks[box.block.stage] if b.attn is not None]
        proj = blocks[box.block.block].proj
        with torch.inference_mode():
            added = proj(torch.tensor(box.parts["total"])[None])[0].numpy()
        np.testing.assert_allclose(added, box.block.added, rtol=1e-3, atol=1e-4)


def test_bottlenecks_and_downsamplings_are_the_sum_of_their_branches(run):
    model, _, _, boxes = run
    described = describe(model.config)["boxes"]
    for before, box, told in zip(boxes, boxes[1:], described[1:], strict=False):
        if told["kind"] == "bottleneck":
            wanted = box.parts["branch"] + (before.out if told["residual"] else 0)
            np.testing.assert_allclose(box.out, wanted, rtol=1e-5, atol=1e-5)
        if told["kind"] == "down":
            both = torch.tensor(box.parts["conv"] + box.parts["pool_conv"])
            np.testing.assert_allclose(box.out, F.silu(both).numpy(), rtol=1e-4, atol=1e-5)
            pooled = F.max_pool2d(torch.tensor(before.out)[None], 2, ceil_mode=True)[0]
            np.testing.assert_array_equal(box.parts["pool"], pooled.numpy())
