"""Saliency, Integrated Gradients and SmoothGrad against networks and sums that are known."""

import numpy as np
import pytest
import torch

from tests.explain.conftest import random_pixels
from transcnn.errors import ChoiceError
from transcnn.explain.fill import filling
from transcnn.explain.integrated_gradients import IntegratedGradients
from transcnn.explain.saliency import Saliency
from transcnn.explain.smooth_grad import SmoothGrad
from transcnn.explain.subject import Subject, Target

SCALE = np.array([58.395, 57.12, 57.375])[:, None, None]  # (pixel - mean) / scale, up to 255


@pytest.fixture
def weights():
    return np.random.default_rng(3).standard_normal((10, 3, 128, 128))


def test_of_a_linear_network_contributions_are_weight_times_difference_from_baseline(
    linear, weights
):
    pixels = random_pixels(0)

    found = IntegratedGradients(steps=2).explain(Subject(linear(weights), pixels, Target(4)))

    differs = (pixels.transpose(2, 0, 1).astype(float) - 127) / SCALE
    expected = (weights[4] * differs).sum(0)
    assert np.allclose(found.values, expected, atol=1e-4)
    assert found.facts["completeness_error"] == pytest.approx(0, abs=0.01)
    assert found.facts["explained_logit"] - found.facts["baseline_logit"] == pytest.approx(
        expected.sum(), abs=0.01
    )


def test_of_a_linear_network_gradients_are_the_largest_weight_of_a_pixel(linear, weights):
    subject = Subject(linear(weights), random_pixels(0), Target(4, versus=7))
    expected = np.abs((weights[4] - weights[7]) * 255 / SCALE).max(0)

    assert np.allclose(Saliency().explain(subject).values, expected, rtol=1e-4)
    assert np.allclose(SmoothGrad(samples=2).explain(subject).values, expected, rtol=1e-4)


def test_contributions_are_the_path_integral_by_plain_steps(small):
    """Gauss-Legendre's places and weights from numpy, one gradient a step."""
    subject = Subject(small, random_pixels(1), Target(2))
    x = subject.input
    blank = small.normalise(filling(subject.pixels, "blur")[None])
    total = np.zeros((3, 128, 128))
    for place, weight in zip(*np.polynomial.legendre.leggauss(6), strict=True):
        at = (blank + (place + 1) / 2 * (x - blank)).requires_grad_()
        slope = torch.autograd.grad(small.model(at)[0, 2], at)[0]
        total += weight / 2 * slope[0].numpy()
    expected = (total * (x - blank)[0].numpy()).sum(0)

    found = IntegratedGradients(steps=6, baseline="blur").explain(subject)

    assert np.allclose(found.values, expected, atol=1e-3 * np.abs(expected).max())
    number, without = small.logits(np.stack([subject.pixels, filling(subject.pixels, "blur")]))[
        :, 2
    ].tolist()
    error = expected.sum() - (number - without)
    assert found.facts["completeness_error"] == pytest.approx(error, abs=0.02)


def test_the_completeness_error_falls_with_the_steps(subject):
    few, many = (
        abs(IntegratedGradients(steps=s).explain(subject).facts["completeness_error"])
        for s in (3, 48)
    )

    assert many < few / 5


def test_smoothing_is_captums_noise_tunnel_with_a_generator_of_its_own(small):
    from captum.attr import NoiseTunnel
    from captum.attr import Saliency as Captum

    subject = Subject(small, random_pixels(1), Target(2))
    scale = torch.tensor(SCALE, dtype=torch.float32)  # so that noise is the same for all colours
    torch.manual_seed(5)
    slopes = NoiseTunnel(Captum(lambda x: subject.explained(x / scale))).attribute(
        (subject.input * scale).contiguous().requires_grad_(),
        nt_samples=3,
        stdevs=255 * 0.2,
        abs=False,
    )
    expected = 255 * slopes[0].abs().amax(0).numpy()

    torch.manual_seed(99)  # what others draw has no part in it
    found = SmoothGrad(samples=3, noise=0.2, seed=5).explain(subject)

    assert np.allclose(found.values, expected, atol=5e-3 * expected.max())


def test_another_seed_gives_another_map_and_the_same_seed_the_same(small):
    subject = Subject(small, random_pixels(1), Target(2))

    first, again, other = (
        SmoothGrad(samples=2, seed=seed).explain(subject).values for seed in (1, 1, 2)
    )

    assert np.array_equal(first, again)
    assert not np.allclose(first, other)


def test_noise_also_smooths_integrated_gradients(small):
    subject = Subject(small, random_pixels(1), Target(2))
    of = IntegratedGradients(steps=2)

    found = SmoothGrad(of, samples=2, noise=1e-6).explain(subject)

    plain = of.explain(subject).values
    assert np.allclose(found.values, plain, atol=1e-3 * np.abs(plain).max())
    assert found.kind.adds_up
    assert found.settings == {
        "of": "integrated_gradients", "steps": 2, "baseline": "gray", "samples": 2,
        "noise": 1e-6, "seed": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("method", "sentence"),
    [
        (IntegratedGradients(steps=1), "steps is 1; allowed: 2 or more."),
        (IntegratedGradients(baseline="pink"), "fill is 'pink'; allowed: gray, blur."),
        (SmoothGrad(samples=0), "samples is 0; allowed: 1 or more."),
        (SmoothGrad(noise=0), "noise is 0; allowed: above 0, at most 1."),
    ],
)
def test_invalid_settings_are_one_sentence(method, sentence, subject):
    with pytest.raises(ChoiceError) as raised:
        method.explain(subject)

    assert str(raised.value) == sentence
