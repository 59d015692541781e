"""The first principal component of a map, against numpy's singular value decomposition."""

import numpy as np
import pytest

from transcnn.analysis.overview.component import first_component, halved

R = np.random.default_rng(5)


@pytest.mark.parametrize("shape", [(3, 6, 5), (40, 3, 4)], ids=["few channels", "many"])
def test_it_is_the_first_one_of_the_standardised_channels(shape):
    channels = (R.normal(size=shape) * R.uniform(0.1, 9, size=(shape[0], 1, 1)) + 3).astype("f4")
    flat = channels.reshape(shape[0], -1).astype(float)
    flat = (flat - flat.mean(1, keepdims=True)) / flat.std(1, keepdims=True)
    wanted = np.linalg.svd(flat)[2][0].reshape(shape[1:])
    wanted = (wanted - wanted.mean()) / wanted.std()

    found = first_component(channels, wanted)

    np.testing.assert_allclose(found, wanted, atol=1e-6)
    assert found.std() == pytest.approx(1)


def test_its_sign_is_that_of_the_map_before_it_whatever_the_sizes():
    ramp = np.linspace(0, 1, 8)[:, None] * np.ones(8)
    channels = np.stack([ramp, 2 * ramp]).astype("f4")

    for before in (ramp[::4, ::4], np.kron(ramp, np.ones((3, 3)))):
        assert first_component(channels, before)[-1, 0] > 0
        assert first_component(channels, -before)[-1, 0] < 0


def test_channels_that_are_constant_say_nothing():
    ramp = np.arange(12.0).reshape(3, 4)
    with_constant = np.stack([ramp, np.full((3, 4), 7)]).astype("f4")

    np.testing.assert_allclose(
        first_component(with_constant, ramp), (ramp - ramp.mean()) / ramp.std(), atol=1e-6
    )
    assert not first_component(with_constant[1:], ramp).any()


def test_large_maps_are_averaged_over_two_by_two():
    values = np.arange(20.0).reshape(5, 4)

    np.testing.assert_array_equal(halved(values, 5), values)
    np.testing.assert_array_equal(
        halved(values, 4), [[2.5, 4.5], [10.5, 12.5], [16.5, 18.5]]
    )  # the last row stands for itself
