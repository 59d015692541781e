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
    """A folder with every second labelled sample in the folder of its first accepted class."""
    folder = tmp_path_factory.mktemp("labelled")
    rows = json.loads((FOLDER / "samples" / "samples.json").read_text(encoding="utf-8"))
    for row in [row for row in rows if row["accepted"]][::2]:
        sub = folder / class_names()[row["accepted"][0]].wnid
        sub.mkdir(exist_ok=True)
        shutil.copy(FOLDER / "samples" / row["file"], sub)
    return folder
