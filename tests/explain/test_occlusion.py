"""Occlusion against a network that is a sum."""

import numpy as np
import pytest

from tests.explain.conftest import random_pixels
from transcnn.errors import ChoiceError
from transcnn.explain.fill import filling
from transcnn.explain.occlusion import Occlusion
from transcnn.explain.subject import Subject, Target


@pytest.mark.parametrize("fill", ["gray", "blur"])
def test_of_a_linear_network_a_drop_is_the_sum_under_the_window(linear, fill):
    weights = np.random.default_rng(3).standard_normal((10, 3, 128, 128))
    pixels = random_pixels(0)
    subject = Subject(linear(weights), pixels, Target(4))
    differs = (subject.input - subject.classifier.normalise(filling(pixels, fill)[None]))[0].numpy()
    part = weights[4] * differs
    totals, windows = np.zeros((8, 8)), np.zeros((8, 8))
    for row in range(7):
        for column in range(7):
            removed = part[:, 16 * row : 16 * row + 32, 16 * column : 16 * column + 32].sum()
            for y in (row, row + 1):
                for x in (column, column + 1):
                    totals[y, x] += removed
                    windows[y, x] += 1

    found = Occlusion(fill=fill).explain(subject)

    assert np.allclose(found.values, totals / windows, atol=0.02)


def test_only_the_area_that_a_network_uses_matters(linear):
    weights = np.zeros((10, 3, 128, 128))
    weights[0, :, 20:28, 84:92] = 1  # row 1, column 5 of 16-pixel cells
    pixels = np.full((128, 128, 3), 255, np.uint8)

    found = Occlusion(window=16).explain(Subject(linear(weights), pixels, Target(0)))

    assert np.argwhere(np.abs(found.values) > 0.01).tolist() == [[1, 5]]
    assert found.values[1, 5] > 100


@pytest.mark.parametrize(
    ("method", "sentence"),
    [
        (Occlusion(window=129), "window is 129; allowed: 1 to 128 pixels."),
        (Occlusion(window=0), "window is 0; allowed: 1 to 128 pixels."),
        (Occlusion(stride=12), "stride is 12; allowed: divisors of the window, 32, and of the "
         "image's side, 128."),
        (Occlusion(fill="pink"), "fill is 'pink'; allowed: gray, blur."),
    ],
)  # fmt: skip
def test_invalid_settings_are_one_sentence(method, sentence, subject):
    with pytest.raises(ChoiceError) as raised:
        method.explain(subject)

    assert str(raised.value) == sentence
