"""Gradient times attention against what happens when weights are in fact made smaller."""

import numpy as np
import pytest
import torch

from tests.explain.conftest import random_pixels
from transcnn.errors import ChoiceError
from transcnn.explain.gradient_attention import GradientAttention
from transcnn.explain.subject import Subject, Target
from transcnn.model.hooks import Hooks


class Fainter(Hooks):
    """Takes a share of the weight on one token (row, column) of a level, from all who read it."""

    def __init__(self, place, token, grid, share):
        super().__init__(record=False)
        self.where, self.token, self.grid, self.share = place, token, grid, share

    def attention(self, place, weights, valid):  # noqa: ARG002
        if place[:2] + place[3:] != self.where:
            return weights
        down, across, y, x = (
            *(t // g for t, g in zip(self.token, self.grid, strict=True)),
            *(t % g for t, g in zip(self.token, self.grid, strict=True)),
        )
        changed = weights.clone()
        changed[:, :, down, across, :, y * self.grid[1] + x] *= 1 - self.share
        return changed


@pytest.mark.parametrize(
    ("where", "size", "grid", "tokens"),
    [
        ((0, 0, 0), (32, 32), (6, 6), [(1, 5), (31, 8)]),  # the second in a grid cut off
        ((0, 0, 1), (6, 6), (3, 3), [(1, 5)]),
        ((0, 0, 2), (2, 2), (2, 2), [(0, 1)]),
        ((2, 1, 1), (3, 3), (3, 3), [(0, 2)]),
    ],
)
def test_a_value_is_what_the_logit_loses_with_the_weights_on_a_key(
    small, where, size, grid, tokens
):
    """In float64, by a thousandth of the weights up and down."""
    exact = Subject(small, random_pixels(0), Target(3, versus=1))
    network = small.model.double()
    try:
        x = exact.input.double()
        found = GradientAttention(*where).explain(_Wide(small, exact.pixels, exact.target))
        for token in tokens:
            with torch.no_grad():
                less, more = (
                    exact.target.value(network(x, Fainter(where, token, grid, share))).item()
                    for share in (1e-3, -1e-3)
                )
            assert found.values[token] == pytest.approx((more - less) / 2e-3, rel=1e-4, abs=1e-9)
    finally:
        small.model.float()

    assert found.values.shape == size
    assert found.settings == dict(zip(("stage", "block", "level"), where, strict=True))


class _Wide(Subject):
    """A subject in float64."""

    @property
    def input(self):
        return super().input.double()


def test_the_default_is_the_last_level_of_the_last_block(subject):
    found = GradientAttention().explain(subject)

    assert found.settings == {"stage": 3, "block": 0, "level": 0}
    assert np.array_equal(found.values, GradientAttention(3, 0, 0).explain(subject).values)


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        ((4, None, None), "stage is 4; allowed: 0 to 3."),
        ((2, 2, None), "block is 2; allowed: 0 to 1."),
        ((0, 0, 3), "level is 3; allowed: 0 to 2."),
    ],
)
def test_a_part_that_the_network_lacks_is_one_sentence(place, sentence, subject):
    with pytest.raises(ChoiceError) as raised:
        GradientAttention(*place).explain(subject)

    assert str(raised.value) == sentence
