"""Two threads with one detector never mix what they record or change."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest
import torch

from transcnn.detection.detector import ObjectDetector
from transcnn.detection.network import make_detector
from transcnn.detection.presets import detector
from transcnn.model.network import TransCNN
from transcnn.model.variants import network

ROUNDS = 3


@pytest.fixture(scope="module")
def found():
    torch.manual_seed(33)
    made = detector("retinanet_transcnn_nano")
    inner = make_detector(made, TransCNN(network(made.backbone)).eval())
    inner.score_thresh = 0.0  # untrained networks are sure of nothing
    return ObjectDetector(made, inner, "0" * 64, device="cpu")


def test_each_thread_records_its_own_image_under_its_own_intervention(found):
    random = np.random.default_rng(33)
    images = [random.integers(0, 256, (96, 96, 3), dtype=np.uint8) for _ in range(2)]
    how = [("on", images[0]), ("on", images[1]), ("uniform", images[0]), ("off", images[1])]
    alone = [run(found, *one) for one in how]
    barrier = Barrier(len(how))

    def together(one):
        results = []
        for _ in range(ROUNDS):
            barrier.wait(timeout=60)
            results.append(run(found, *one))
        return results

    with ThreadPoolExecutor(len(how)) as pool:
        mixed = list(pool.map(together, how))

    assert len({tuple(key for key in each) for each in alone}) == 2  # removed blocks have none
    for expected, results in zip(alone, mixed, strict=True):
        for result in results:
            assert list(result) == list(expected)
            assert all(np.array_equal(result[key], expected[key]) for key in expected)


def run(found, name, image):
    """Everything that a run gives, as arrays by name."""
    done = found.trace(image, found.intervention(name))
    arrays = {"boxes": np.array([[*one.box, one.score] for one in done.detected.detections])}
    for block in done.trace.blocks:
        for level in block.levels:
            arrays[f"{block.stage} {block.block} {level.level}"] = np.asarray(level.attention)
    return arrays
