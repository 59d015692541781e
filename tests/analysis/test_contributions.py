"""The votes of the last map's places, with one constant, are the logit."""

import numpy as np
import pytest
import torch

from tests.golden.recipe import fill
from transcnn import create_model
from transcnn.analysis.contributions import contributions
from transcnn.classifier import Classifier


@pytest.mark.parametrize(
    ("name", "places"), [("transcnn_lite0", (7, 7)), ("transcnn_nano", (4, 4))]
)
def test_votes_and_constant_add_up_to_every_logit(name, places):
    """With a convolution in front of the mean, and without; against the network's own answer."""
    classifier = Classifier.around(fill(create_model(name)).eval(), "0" * 64)
    side = classifier.config.input.size
    pixels = np.random.default_rng(0).integers(0, 256, (side, side, 3), dtype=np.uint8)
    logits = classifier.logits(pixels[None])[0].numpy()
    found = contributions(classifier, pixels, logits)
    largest = float(np.abs(logits).max())
    for k in range(0, len(logits), 7):
        votes = found.of_class(k)
        assert votes.shape == places
        assert votes.sum() + found.biases[k] == pytest.approx(logits[k], abs=1e-5 * largest)
        assert found.residual(k) == pytest.approx(logits[k] - votes.sum() - found.biases[k])
        assert abs(found.residual(k)) < 1e-5 * largest


def test_a_vote_is_what_a_place_alone_would_add():
    """The last map with one place kept and all others 0, through the network's own last layer."""
    classifier = Classifier()
    pixels = np.random.default_rng(1).integers(0, 256, (224, 224, 3), dtype=np.uint8)
    found = contributions(classifier, pixels, classifier.logits(pixels[None])[0].numpy())
    head = classifier.model.head
    for y, x in ((0, 0), (3, 4), (6, 6)):
        alone = np.zeros_like(found.features)
        alone[:, y, x] = found.features[:, y, x]
        with torch.inference_mode():
            given = head(torch.tensor(alone.mean((1, 2)), dtype=torch.float32)) - head.bias
        for k in (0, 340, 999):
            assert found.of_class(k)[y, x] == pytest.approx(float(given[k]), abs=1e-6)
