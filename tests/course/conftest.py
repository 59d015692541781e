"""Scenes of three samples."""

import pytest

from transcnn.classifier import Classifier

PICTURES = ("zebra", "beagle", "pizza")


@pytest.fixture(scope="session")
def classifier():
    return Classifier()


@pytest.fixture(scope="session")
def scenes(scene_of):
    return {name: scene_of(name) for name in PICTURES}
