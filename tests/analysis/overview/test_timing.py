"""The times of the boxes are measured on the network's own run."""

import time

import pytest
import torch

from tests.golden.recipe import fill, reference_input
from transcnn import create_model
from transcnn.analysis.overview import timing
from transcnn.analysis.overview.description import describe


@pytest.fixture(scope="module", params=["transcnn_nano", "transcnn_lite0", "hatnet_tiny"])
def model(request):
    return fill(create_model(request.param, weights=None)).eval()


X = reference_input(7, 128, 128)[:, :, :64, :64]


def test_the_boxes_that_are_timed_are_the_whole_network(model):
    with torch.inference_mode():
        out = X
        for step in timing._steps(model):
            out = step(out)
        torch.testing.assert_close(out, model(X), rtol=1e-4, atol=1e-5)


def test_each_box_has_a_time_and_the_head_has_two(model):
    times = timing.box_times(model, X)
    assert len(times) == len(describe(model.config)["boxes"]) + 1
    assert min(times) > 0


def test_a_box_that_waits_takes_as_long_as_it_waits(model, monkeypatch):
    forward = model.stem.forward

    def slow(x):
        time.sleep(0.03)
        return forward(x)

    monkeypatch.setattr(model.stem, "forward", slow)
    times = timing.box_times(model, X)
    assert times[0] >= 30
    assert times[0] == max(times)
