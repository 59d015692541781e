"""The colours of a reading: even steps to the eye, to colour-deficient eyes too, one fixed scale.

The expected numbers were computed when the ramps were designed, by other code, after rounding to
bytes; they agree to one unit of their last digit. OKLab: Ottosson 2020. Colour deficiencies:
Machado, Oliveira and Fernandes 2009, severity 1, in linear RGB.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcnn.figures.scale import DARK, LIGHT, OCTAVES, colours, format_multiple, stops

RAMPS = {"light": LIGHT, "dark": DARK}
MIDDLE = 16

DEFICIENCIES = {
    "normal": np.eye(3),
    "protan": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deutan": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritan": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def linear(srgb):
    """sRGB bytes as linear RGB from 0 to 1."""
    share = np.asarray(srgb, float) / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def oklab(ramp, eyes="normal"):
    """[33, 3]: L, a, b of a ramp's stops as eyes of that kind see them."""
    rgb = np.clip(linear(stops(ramp)) @ np.transpose(DEFICIENCIES[eyes]), 0, 1)
    to_lms = [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
    to_lab = [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
    return np.cbrt(rgb @ np.transpose(to_lms)) @ np.transpose(to_lab)


def steps(lab):
    return np.linalg.norm(np.diff(lab, axis=0), axis=1)


def test_oklab_of_this_test_is_oklab():
    """White is (1, 0, 0); red is (0.628, 0.225, 0.126), as published."""
    assert oklab(("#FFFFFF", "#FF0000")) == pytest.approx(
        np.array([[1, 0, 0], [0.628, 0.225, 0.126]]), abs=1e-3
    )


@pytest.mark.parametrize("ramp", RAMPS.values(), ids=RAMPS)
def test_a_stop_is_a_quarter_of_a_doubling(ramp):
    assert stops(ramp).shape == (33, 3)
    assert OCTAVES == 4
    for index in range(33):
        multiple = np.array(2.0 ** ((index - MIDDLE) / 4))
        assert colours(multiple, ramp).tolist() == stops(ramp)[index].tolist()


@pytest.mark.parametrize(
    ("name", "below", "even", "above"),
    [("light", 0.405, 0.968, 0.430), ("dark", 0.800, 0.284, 0.845)],
)
def test_lightness_at_the_ends_and_the_middle(name, below, even, above):
    lightness = oklab(RAMPS[name])[:, 0]

    assert lightness[[0, MIDDLE, 32]] == pytest.approx([below, even, above], abs=5e-4)


@pytest.mark.parametrize("eyes", DEFICIENCIES)
@pytest.mark.parametrize("name", RAMPS)
def test_lightness_runs_one_way_on_each_side(name, eyes):
    change = np.diff(oklab(RAMPS[name], eyes)[:, 0]) * (1 if name == "light" else -1)

    assert (change[:MIDDLE] > 0).all()
    assert (change[MIDDLE:] < 0).all()


@pytest.mark.parametrize(
    ("name", "below", "above"),
    [("light", (0.035, 0.039), (0.034, 0.041)), ("dark", (0.031, 0.035), (0.035, 0.043))],
)
def test_steps_are_even_to_the_eye(name, below, above):
    found = steps(oklab(RAMPS[name]))

    for side, limits in ((found[:MIDDLE], below), (found[MIDDLE:], above)):
        assert (side.min(), side.max()) == pytest.approx(limits, abs=0.001)


@pytest.mark.parametrize(
    ("name", "eyes", "smallest"),
    [
        *[("light", "deutan", 0.030), ("light", "protan", 0.029), ("light", "tritan", 0.032)],
        *[("dark", "deutan", 0.030), ("dark", "protan", 0.031), ("dark", "tritan", 0.026)],
    ],
)
def test_no_step_vanishes_for_colour_deficient_eyes(name, eyes, smallest):
    assert steps(oklab(RAMPS[name], eyes)).min() == pytest.approx(smallest, abs=0.001)


@pytest.mark.parametrize(
    ("name", "eyes", "expected"),
    [
        *[("light", "normal", [0.12, 0.19, 0.27]), ("dark", "normal", [0.09, 0.16, 0.26])],
        *[("light", "deutan", [0.12, 0.18, 0.24]), ("dark", "deutan", [0.09, 0.15, 0.24])],
        *[("light", "protan", [0.10, 0.15, 0.22]), ("dark", "protan", [0.08, 0.13, 0.22])],
    ],
)
def test_reads_less_and_reads_more_are_on_progress_apart(name, eyes, expected):
    """At 2x, 4x and 16x, the colour so much below the even share and so much above it."""
    lab = oklab(RAMPS[name], eyes)

    apart = [np.linalg.norm(lab[MIDDLE - k] - lab[MIDDLE + k]) for k in (4, 8, 16)]

    assert apart == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("ramp", RAMPS.values(), ids=RAMPS)
def test_an_even_share_is_the_middle_and_the_ends_hold_all_beyond(ramp):
    ends = stops(ramp)

    assert colours(np.array(1.0), ramp).tolist() == ends[MIDDLE].tolist()
    for tiny in (0.0, 1e-30, 1 / 64, 1 / 16):
        assert colours(np.array(tiny), ramp).tolist() == ends[0].tolist()
    for huge in (16.0, 64.0, 1e30, np.inf):
        assert colours(np.array(huge), ramp).tolist() == ends[32].tolist()


@given(st.floats(-5, 5))
def test_the_same_number_of_doublings_is_as_far_on_both_sides(octaves):
    """Measured along a ramp that is its own mirror image, so that only the mapping counts."""
    mirror = tuple(f"#{abs(16 - i) * 15:02x}0000" for i in range(33))

    found = colours(np.array([2.0**octaves, 2.0**-octaves]), mirror)

    assert found[0].tolist() == found[1].tolist()
    assert found[0, 0] == pytest.approx(min(abs(octaves), 4) * 60, abs=0.51)


def test_between_stops_colours_are_mixed_in_srgb():
    between = colours(np.array(2.0 ** (0.125)))  # half a stop above the middle

    half = stops(LIGHT)[MIDDLE : MIDDLE + 2].mean(0)
    assert np.abs(between - half).max() <= 0.5


def test_maps_of_any_shape_keep_it():
    multiples = np.random.default_rng(0).lognormal(size=(3, 8, 8)).astype(np.float32)

    found = colours(multiples)

    assert found.shape == (3, 8, 8, 3)
    assert found.dtype == np.uint8
    assert found[1, 2, 3].tolist() == colours(multiples[1, 2, 3]).tolist()


@pytest.mark.parametrize(
    ("multiple", "text"),
    [
        *[(0.0, "<1/64×"), (1 / 64, "<1/64×"), (0.016, "0.02×"), (0.05, "0.05×"), (0.094, "0.09×")],
        *[(0.096, "0.1×"), (0.5, "0.5×"), (1.0, "1.0×"), (3.21, "3.2×"), (9.94, "9.9×")],
        *[(9.96, "10×"), (11.4, "11×"), (64.0, "64×")],
    ],
)
def test_multiples_are_written_short(multiple, text):
    assert format_multiple(multiple) == text
