"""Networks small enough that the result of every method is known."""

import numpy as np
import pytest
import torch
from torch import nn

from tests.golden.recipe import fill
from transcnn import Classifier, create_model
from transcnn.assets import FOLDER
from transcnn.explain.subject import Subject, Target
from transcnn.pictures import decode, prepare

# On 128 pixels the maps are 32, 16, 8 and 4 tokens wide: no grid divides its map.
SMALL = dict(merges=((6, 3), (5,), (3,), ()), widths=(16, 24, 32, 48), head_width=8)


class Linear(nn.Module):
    """number_k = sum of weights[k] * x: what a network is to a method, and nothing else."""

    def __init__(self, weights):
        super().__init__()
        self.weights = nn.Parameter(weights)  # classes 3 S S

    def forward(self, x, hooks=None):  # noqa: ARG002
        return torch.einsum("bcyx,kcyx->bk", x, self.weights)


def random_pixels(seed, side=128):
    return np.random.default_rng(seed).integers(0, 256, (side, side, 3), dtype=np.uint8)


@pytest.fixture(scope="session")
def small():
    """A small network with random weights and ten classes, for pictures of 128 pixels."""
    return Classifier.around(fill(create_model("transcnn_nano", **SMALL)), "small")


@pytest.fixture
def linear():
    """Makes a classifier that is linear, from its weights [classes, 3, 128, 128]."""

    def make(weights):
        classifier = Classifier.around(create_model("transcnn_nano", **SMALL), "linear")
        classifier.model = Linear(torch.as_tensor(weights, dtype=torch.float32))
        return classifier

    return make


@pytest.fixture(scope="session")
def nano():
    return Classifier("transcnn_nano")


@pytest.fixture(scope="session")
def photos():
    """Two photos as nano sees them, by name."""
    return {
        name: prepare(decode((FOLDER / "samples" / f"{name}.jpg").read_bytes()), 128)[0]
        for name in ("dragonfly", "shark")
    }


@pytest.fixture
def subject(nano, photos):
    return Subject(nano, photos["shark"], Target(0))
