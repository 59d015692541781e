"""Stored runs of a network with some of the 1000 classes keep the numbers of the 1000."""

import numpy as np
import pytest
from PIL import Image

from transcnn import Classifier, create_model
from transcnn.errors import ChoiceError
from transcnn.model.variants import IMAGENETTE
from transcnn.runs.labelled import find_items
from transcnn.runs.measure import measure, prepare_item
from transcnn.runs.run import begin_run


@pytest.fixture(scope="module")
def nano():
    return Classifier.around(create_model("transcnn_nano").eval(), "0" * 64)


@pytest.fixture
def folder(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (140, 140, 3), dtype=np.uint8)
    for name in ("n02102040", "n03888257"):  # 217 and 701
        (tmp_path / name).mkdir()
        Image.fromarray(pixels).save(tmp_path / name / "a.png")
    return tmp_path


def test_answers_and_labels_are_numbers_of_the_1000(nano, folder):
    items = find_items(folder)
    pictures = [prepare_item(item, 128, "squash") for item in items]
    probabilities = nano.logits(pictures[0].pixels[None])[0].softmax(0)
    for item, found in zip(items, measure(nano, pictures), strict=True):
        answer = found.predictions["on"]
        assert {number for number, _ in answer.top} <= set(IMAGENETTE)
        place = IMAGENETTE.index(item.labels[0])
        assert answer.true_probability == pytest.approx(float(probabilities[place]), rel=1e-3)
        assert 0 <= answer.true_rank < 10


def test_a_picture_of_a_class_that_it_lacks_is_refused_before_the_run(nano, folder, tmp_path):
    (folder / "zebra").mkdir()
    Image.new("RGB", (140, 140)).save(folder / "zebra" / "a.png")
    with pytest.raises(ChoiceError, match="class is 'zebra'; allowed: tench, "):
        begin_run(tmp_path / "run.sqlite", nano, find_items(folder), "squash")
    assert not (tmp_path / "run.sqlite").exists()
