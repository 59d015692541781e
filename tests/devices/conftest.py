"""A network on the CPU, and what it is shown."""

import numpy as np
import pytest

from transcnn import Classifier
from transcnn.assets import FOLDER
from transcnn.pictures import decode, prepare

NAME = "transcnn_nano"
SAMPLES = FOLDER / "samples"


@pytest.fixture(scope="module")
def here():
    return Classifier(NAME, device="cpu")


@pytest.fixture(scope="module")
def pixels(here):
    size = here.config.input.size
    files = (SAMPLES / "vienna-church.jpg", SAMPLES / "zebra.jpg")
    return np.stack([prepare(decode(path.read_bytes()), size)[0] for path in files])
