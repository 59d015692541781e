"""The small parts against their definitions."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from tests.golden.recipe import fill
from transcnn.model.config import BATCH, GROUP, LAYER
from transcnn.model.layers import (
    Pointwise,
    SamePadConv2d,
    drop_path,
    make_activation,
    make_norm,
)
from transcnn.model.network import build


def random_map(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(2), dtype=torch.float64)


def test_same_padding_puts_the_smaller_half_first_by_hand():
    conv = SamePadConv2d(1, 1, 3, stride=2, bias=False)
    nn.init.ones_(conv.weight)
    x = torch.tensor([[1.0, 2, 3, 4, 5, 6]]).reshape(1, 1, 1, 6)

    # One column of padding in all, so it stands at the right: 1+2+3, 3+4+5, 5+6+0. Of the two rows
    # of padding, one stands above and one below.
    assert conv(x).tolist() == [[[[6, 12, 11]]]]


@given(
    rows=st.integers(1, 12),
    columns=st.integers(1, 12),
    kernel=st.sampled_from([1, 2, 3, 5]),
    stride=st.sampled_from([1, 2, 3]),
    depthwise=st.booleans(),
)
@torch.no_grad()
def test_same_padding_is_tensorflows_definition(rows, columns, kernel, stride, depthwise):
    conv = SamePadConv2d(2, 2, kernel, stride, groups=2 if depthwise else 1).double()
    x = random_map(1, 2, rows, columns)

    y = conv(x)[0].numpy()

    def first(side):  # TensorFlow's guide: total padding, and the part in front of the first pixel
        rest = side % stride
        total = max(kernel - stride if rest == 0 else kernel - rest, 0)
        return total // 2

    assert y.shape == (2, math.ceil(rows / stride), math.ceil(columns / stride))
    weight = conv.weight.numpy()
    for c, i, j in np.ndindex(y.shape):
        total = conv.bias[c].item()
        for c_in, u, v in np.ndindex(weight.shape[1:]):
            row, column = i * stride + u - first(rows), j * stride + v - first(columns)
            if 0 <= row < rows and 0 <= column < columns:
                source = c if depthwise else c_in
                total += weight[c, c_in, u, v] * x[0, source, row, column].item()
        assert y[c, i, j] == pytest.approx(total, abs=1e-12)


def test_pointwise_is_a_1x1_convolution():
    layer = fill(Pointwise(3, 5)).double()
    x = random_map(2, 3, 4, 6)

    expected = F.conv2d(x, layer.weight, layer.bias)

    torch.testing.assert_close(layer(x), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("norm", "axes"),
    [(GROUP, (1, 2, 3)), (LAYER, (1,))],  # over the whole picture; at each place by itself
)
def test_a_norm_standardises_over_its_axes_then_scales_and_shifts(norm, axes):
    layer = fill(make_norm(norm, 6)).double()
    x = random_map(2, 6, 3, 5)

    y = layer(x)

    mean = x.mean(axes, keepdim=True)
    deviation = (x.var(axes, correction=0, keepdim=True) + norm.eps).sqrt()
    expected = (x - mean) / deviation * layer.weight.reshape(1, 6, 1, 1)
    expected += layer.bias.reshape(1, 6, 1, 1)
    torch.testing.assert_close(y, expected, rtol=0, atol=1e-12)


def test_batch_norm_has_the_eps_it_was_asked_for_and_no_norm_changes_nothing():
    x = random_map(1, 6, 3, 5)

    assert make_norm(BATCH, 6).eps == BATCH.eps == 1e-5
    assert make_norm(None, 6)(x) is x


@pytest.mark.parametrize(
    ("name", "formula"),
    [
        ("silu", lambda x: x / (1 + torch.exp(-x))),
        ("gelu", lambda x: x * (1 + torch.erf(x / math.sqrt(2))) / 2),
        ("relu6", lambda x: x.clamp(0, 6)),
    ],
)
def test_an_activation_is_its_formula_and_leaves_its_input(name, formula):
    x = torch.linspace(-9, 9, 37, dtype=torch.float64)
    before = x.clone()

    y = make_activation(name)(x)

    torch.testing.assert_close(y, formula(before), rtol=0, atol=1e-12)
    assert torch.equal(x, before)


@pytest.mark.parametrize(("name", "kind"), [("silu", nn.SiLU), ("gelu", nn.GELU)])
def test_the_activation_of_a_network_is_selectable(name, kind):
    model = build("transcnn_nano", activation=name)

    found = {type(m) for m in model.modules() if isinstance(m, nn.SiLU | nn.GELU | nn.ReLU6)}

    assert found == {kind}


def test_drop_path_leaves_everything_in_place_outside_of_training():
    x = random_map(4, 2, 3, 3)

    assert drop_path(x, 0.5, training=False) is x
    assert drop_path(x, 0.0, training=True) is x


def test_drop_path_drops_whole_pictures_and_keeps_the_expected_value():
    rate, batch = 0.2, 4000
    x = torch.ones(batch, 2, 2, 2)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        y = drop_path(x, rate, training=True)

    kept = y.flatten(1)
    assert torch.equal(kept.amin(1), kept.amax(1))  # a picture is kept or dropped as a whole
    assert set(kept[:, 0].tolist()) == {0.0, 1.25}
    assert (kept[:, 0] == 0).double().mean().item() == pytest.approx(rate, abs=0.02)
    assert kept.mean().item() == pytest.approx(1, abs=0.02)


def test_drop_rates_grow_linearly_over_all_blocks():
    model = build("transcnn_small", drop_path=0.35)

    rates = [block.drop for stage in model.blocks for block in stage]

    assert rates == pytest.approx([0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35])
