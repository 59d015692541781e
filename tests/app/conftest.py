"""What the tests of the app share."""

import pytest

from transcnn.classifier import Classifier
from transcnn.pictures.samples import samples


@pytest.fixture(scope="session", autouse=True)
def _runs_of_the_tests(runs_home):
    """No test reads or writes the runs of whoever runs the tests."""
    assert runs_home.is_dir()


@pytest.fixture(scope="session")
def shipped_trace():
    zebra = next(s for s in samples() if s.name == "zebra")
    return Classifier("transcnn_lite0").trace(zebra.path)
