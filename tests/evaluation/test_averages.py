"""The averages of what is added, stored and read back as the switch `mean` uses them."""

import numpy as np
import pytest
import torch

from transcnn import Classifier
from transcnn.assets import FOLDER
from transcnn.checkpoints.means import load_means, save_means
from transcnn.errors import CheckpointError
from transcnn.evaluation import find_pictures
from transcnn.evaluation.averages import average_added
from transcnn.evaluation.prepared import prepare_pictures
from transcnn.pictures import Box, Crop


@pytest.fixture(scope="module")
def run(samples):
    return prepare_pictures(find_pictures(samples, 3), 224)


@pytest.fixture(scope="module")
def means(classifier, run):
    return average_added(classifier, run)


def test_averages_are_those_of_single_traces(classifier, run, means):
    crop = Crop((224, 224), Box(0, 0, 224, 224), 224)
    traces = [classifier.trace_pixels(np.asarray(p), crop) for p in run.pixels]
    assert len(means) == 9
    for (stage, block), mean in means.items():
        by_hand = np.mean([trace.block(stage, block).added for trace in traces], axis=0)
        np.testing.assert_allclose(mean.numpy(), by_hand, rtol=1e-3, atol=1e-4)


def test_averages_beside_a_weight_file_are_found_and_used(classifier, run, means, tmp_path):
    file = tmp_path / "mine.safetensors"
    file.write_bytes((FOLDER / "weights" / "transcnn_lite0.safetensors").read_bytes())
    pixels = np.asarray(run.pixels[:1])
    assert Classifier(weights=file).means is None

    save_means(means, file)
    mine = Classifier(weights=file)

    for place, mean in means.items():
        torch.testing.assert_close(mine.means[place], mean, rtol=1e-3, atol=1e-4)
    answers = [c.logits(pixels, c.intervention("mean")) for c in (mine, classifier)]
    assert not torch.allclose(*answers)


def test_a_file_that_holds_no_averages_is_said(tmp_path):
    file = tmp_path / "mine.safetensors"
    weights = (FOLDER / "weights" / "transcnn_lite0.safetensors").read_bytes()
    (tmp_path / "mine.means.safetensors").write_bytes(weights)
    with pytest.raises(CheckpointError, match="keys are not"):
        load_means(file)
