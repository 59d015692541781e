"""Asking for attention matrices changes the kernel, not the answer."""

import pytest
import torch

from tests.golden.recipe import fill, reference_input
from transcnn import list_models
from transcnn.model.hooks import Hooks
from transcnn.model.network import build

LARGE = {"transcnn_base", "transcnn_v1_small", "transcnn_v1_medium", "transcnn_v1_large"}
LARGE |= {"hatnet_small", "hatnet_medium", "hatnet_large"}


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=pytest.mark.long if n in LARGE else ()) for n in list_models()],
)
@torch.no_grad()
def test_fused_kernel_and_explicit_softmax_agree_to_1e_5(name):
    model = fill(build(name))

    for height, width in ((64, 96), (75, 90)):  # the second: grids cut off at every stage
        x = reference_input(7, 96, 96)[:, :, :height, :width]
        fused, explicit = model(x), model(x, Hooks())

        assert (fused - explicit).abs().max() <= 1e-5 * fused.abs().max()
