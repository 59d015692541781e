"""The labelled samples as a folder of class folders."""

import json
import shutil

import pytest

from transcnn import Classifier
from transcnn.assets import FOLDER
from transcnn.labels import class_names


@pytest.fixture(scope="session")
def classifier():
    return Classifier("transcnn_lite0")


@pytest.fixture(scope="session")
def samples(tmp_path_factory):
    """A folder with each labelled sample in the folder of its first accepted class."""
    folder = tmp_path_factory.mktemp("labelled")
    for row in json.loads((FOLDER / "samples" / "samples.json").read_text(encoding="utf-8")):
        if row["accepted"]:
            sub = folder / class_names()[row["accepted"][0]].wnid
            sub.mkdir(exist_ok=True)
            shutil.copy(FOLDER / "samples" / row["file"], sub)
    return folder
