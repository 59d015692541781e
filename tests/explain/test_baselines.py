"""Baselines are what they are called, and do not change their inputs."""

import numpy as np
import pytest
from PIL import Image

from transcnn.assets import FOLDER
from transcnn.explain.attribution import Attribution, Kind
from transcnn.explain.baselines import (
    blurred,
    centre_gaussian,
    edges,
    random_orders,
    reordered,
)

SIGNED = Kind("signed", signed=True)


def test_random_maps_have_the_values_of_the_map_in_orders_and_their_reverses():
    values = np.random.default_rng(0).normal(size=(8, 8))
    orders = random_orders(64, 6, np.random.default_rng(0))

    maps = [reordered(Attribution("m", SIGNED, values), 8, order) for order in orders]

    assert len({one.values.tobytes() for one in maps}) == 6
    for one, order in zip(maps, orders, strict=True):
        assert sorted(one.values.ravel()) == sorted(values.ravel())
        assert (np.diff(one.values.ravel()[order]) <= 0).all()
    assert (orders[0] == orders[1][::-1]).all()
    again = random_orders(64, 6, np.random.default_rng(0))
    assert all((a == b).all() for a, b in zip(orders, again, strict=True))


@pytest.mark.parametrize("side", [8, 14])
def test_the_centre_gaussian_peaks_in_the_middle_and_falls_to_every_side(side):
    gaussian = centre_gaussian(side).values
    middle = slice(side // 2 - 1, side // 2 + 1)

    assert (gaussian[middle, middle] == gaussian.max()).all()
    assert (np.diff(gaussian[side // 2 :], axis=0) < 0).all()
    assert gaussian == pytest.approx(gaussian.T)
    assert gaussian == pytest.approx(gaussian[::-1])


def test_edges_are_sobel_of_gray_values_by_plain_loops():
    pixels = np.asarray(Image.open(FOLDER / "samples" / "zebra.jpg").resize((40, 40)))
    gray = np.asarray(Image.fromarray(pixels).convert("L")).astype(int)

    found = edges(pixels).values

    for y in range(1, 39):
        for x in range(1, 39):
            down = across = 0
            for i, weight in ((-1, 1), (0, 2), (1, 1)):
                down += weight * (gray[y + 1, x + i] - gray[y - 1, x + i])
                across += weight * (gray[y + i, x + 1] - gray[y + i, x - 1])
            assert found[y, x] == pytest.approx((down**2 + across**2) ** 0.5)


def test_a_line_down_at_column_5_has_its_edges_there():
    pixels = np.zeros((16, 12, 3), dtype=np.uint8)
    pixels[:, 5] = 255

    assert edges(pixels).values.sum(0).nonzero()[0].tolist() == [4, 6]


def test_the_blurred_map_is_the_map_with_less_detail_at_the_same_position():
    values = np.zeros((32, 32))
    values[16, 20] = 1

    made = blurred(Attribution("m", SIGNED, values))

    assert made.kind == SIGNED
    assert made.values.sum() == pytest.approx(1, rel=0.1)
    assert np.unravel_index(made.values.argmax(), (32, 32))[1] == 20
    assert made.values.max() < 0.03
    assert values.max() == 1
