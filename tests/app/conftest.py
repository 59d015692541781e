import pytest

from transcnn.classifier import Classifier
from transcnn.pictures.samples import samples


@pytest.fixture(scope="session")
def shipped_trace():
    zebra = next(s for s in samples() if s.name == "zebra")
    return Classifier("transcnn_lite0").trace(zebra.path)
