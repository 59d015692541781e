"""A small network that answers at once, and one that ships."""

import pytest

from tests.golden.recipe import fill
from transcnn import Classifier, create_model


@pytest.fixture(scope="session")
def small():
    """Ten classes, pictures of 96 pixels, weights of no sense."""
    shape = dict(classes=10, widths=(16, 24, 32, 48), head_width=8, input_size=96)
    return Classifier.around(fill(create_model("transcnn_nano", **shape)), "0" * 64)


@pytest.fixture(scope="session")
def lite0():
    return Classifier("transcnn_lite0")
