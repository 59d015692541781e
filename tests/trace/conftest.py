"""Runs to look at: the shipped network on sample pictures, and a small one with grids cut off."""

import pytest

from tests.golden.recipe import fill, reference_input
from transcnn import Classifier, create_model
from transcnn.assets import FOLDER
from transcnn.pictures import Box, Crop

SAMPLES = sorted((FOLDER / "samples").glob("*.jpg"))

# On 100 pixels the maps are 25, 13, 7 and 4 tokens wide: no grid divides its map.
PADDED = dict(merges=((6, 3), (5,), (4,), (3,)), widths=(16, 24, 32, 48), head_width=8)


@pytest.fixture(scope="session")
def classifier():
    return Classifier("transcnn_lite0")


@pytest.fixture(scope="session")
def lite0(classifier):
    return classifier.trace(FOLDER / "samples" / "zebra.jpg")


@pytest.fixture(scope="session")
def small():
    """A small network in eval mode whose maps do not divide, for pictures of 100 pixels."""
    return fill(create_model("transcnn_nano", **PADDED))


@pytest.fixture(scope="session")
def small_input():
    return reference_input(7, 128, 128)[:, :, :100, :100]


@pytest.fixture(scope="session")
def small_crop():
    """The middle square of a picture of 300 x 200 pixels: two of them make one of the input."""
    return Crop((300, 200), Box(50, 0, 250, 200), 100)
