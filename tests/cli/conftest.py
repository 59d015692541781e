"""Fixtures of the command line: a sample image and an unreadable file."""

import pytest

from transcnn.assets import FOLDER


@pytest.fixture(scope="session")
def zebra():
    return FOLDER / "samples" / "zebra.jpg"


@pytest.fixture(scope="session")
def spoilt(tmp_path_factory):
    file = tmp_path_factory.mktemp("spoilt") / "spoilt.jpg"
    file.write_text("no picture")
    return file
