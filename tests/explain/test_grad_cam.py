"""Grad-CAM against the logit contributions of a linear head, and against plain derivatives."""

import numpy as np
import pytest
import torch

from tests.explain.conftest import random_pixels
from transcnn.classifier import Classifier
from transcnn.errors import ChoiceError
from transcnn.explain.grad_cam import GradCam
from transcnn.explain.subject import Subject, Target


def test_behind_the_last_stage_values_are_the_contributions_of_the_logit(small):
    """A mean over places and a linear layer follow: logit = sum of places + bias."""
    subject = Subject(small, random_pixels(0), Target(3))
    with torch.no_grad():
        features = small.model.forward_features(subject.input)[0].numpy()
    weights = small.model.head.weight.detach().numpy()[3]
    contributions = np.zeros((4, 4))
    for row in range(4):
        for column in range(4):
            contributions[row, column] = weights @ features[:, row, column] / 16

    found = GradCam().explain(subject)

    assert np.allclose(found.values, contributions, atol=1e-5)
    bias = small.model.head.bias[3].item()
    assert found.values.sum() + bias == pytest.approx(subject.values(subject.pixels[None])[0], 1e-4)
    assert found.settings == {"stage": 3}
    assert found.facts["class_bias"] == bias
    assert found.facts["completeness_error"] == pytest.approx(0, abs=1e-4)


def test_where_more_follows_the_stage_there_is_a_completeness_error():
    """transcnn_lite0 has a convolution and an activation between its last stage and the mean."""
    classifier = Classifier()
    subject = Subject(classifier, random_pixels(0, classifier.config.input.size), Target(3))

    found = GradCam().explain(subject)

    number = classifier.logits(subject.pixels[None])[0, 3].item()
    left = found.values.sum() - (number - classifier.model.head.bias[3].item())
    assert found.facts["completeness_error"] == pytest.approx(left, abs=1e-4)
    assert abs(left) > 0.1


@pytest.mark.parametrize("stage", [0, 1, 2])
def test_channels_of_any_stage_are_weighted_by_their_mean_gradient(small, stage):
    subject = Subject(small, random_pixels(0), Target(3, versus=1))
    with torch.no_grad():
        start = small.model.forward_intermediates(subject.input)[1][stage]
    x = features = start.requires_grad_()
    for later in range(stage + 1, 4):
        x = small.model.forward_stage(later, x)
    logits = small.model.forward_head(x)[0]
    slopes = torch.autograd.grad(logits[3] - logits[1], features)[0][0].numpy()
    expected = sum(
        slope.mean() * channel
        for slope, channel in zip(slopes, features[0].detach().numpy(), strict=True)
    )

    found = GradCam(stage).explain(subject)

    assert np.allclose(found.values, expected, atol=1e-5 * np.abs(expected).max())
    assert (found.values < 0).any()  # what speaks against is not cut off


@pytest.mark.parametrize("stage", [-1, 4])
def test_a_stage_that_the_network_lacks_is_one_sentence(subject, stage):
    with pytest.raises(ChoiceError) as raised:
        GradCam(stage).explain(subject)

    assert str(raised.value) == f"stage is {stage}; allowed: 0 to 3."
