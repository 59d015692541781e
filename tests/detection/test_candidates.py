"""Candidates of a RetinaNet, once more by torchvision's own run without suppression."""

import copy

import pytest
import torch

from transcnn.detection.candidates import find_candidates
from transcnn.detection.detector import ObjectDetector
from transcnn.errors import ChoiceError
from transcnn.pictures.samples import find_sample


@pytest.fixture(scope="module")
def detector():
    torch.set_num_threads(1)
    return ObjectDetector.open("retinanet_transcnn_lite0", device="cpu")


@pytest.fixture(scope="module", params=["beagle", "penguin", "taxis-wide"])
def seen(detector, request):
    pixels, crop = detector.prepare(find_sample(request.param).path)
    return pixels, crop, find_candidates(detector, pixels, crop)


def test_candidates_are_what_torchvision_finds_where_nothing_is_suppressed(detector, seen):
    pixels, _, found = seen
    every = copy.copy(detector.network)
    every.nms_thresh, every.detections_per_img = 1.0, 10**6
    with torch.inference_mode():
        [expected] = every([detector.tensor(pixels)])
    scores = [one.detection.score for one in found.found]
    assert scores == sorted(scores, reverse=True)
    assert sorted(scores) == pytest.approx(sorted(expected["scores"].tolist()), abs=1e-6)


def test_every_detection_is_one_of_the_candidates(detector, seen):
    pixels, crop, found = seen
    for one in detector.detect_pixels(pixels, crop).detections:
        there = found.source(one).detection
        assert there.box == pytest.approx(one.box, abs=1e-3)
        assert (there.label, there.score) == (one.label, pytest.approx(one.score, abs=1e-6))


def test_the_middle_of_an_anchor_is_the_upper_left_corner_of_its_token(seen):
    """Tokens lie 8, 16 and 32 pixels apart, or a little less where an image ends between them."""
    pixels, crop, found = seen
    rows, columns = pixels.shape[:2]
    assert found.strides == (8, 16, 32)
    assert found.sizes == tuple((-(-rows // s), -(-columns // s)) for s in found.strides)
    assert found.anchors == 6 * sum(down * across for down, across in found.sizes)
    scale = crop.picture[0] / columns, crop.picture[1] / rows
    for one in found.found:
        x, y = (one.anchor.left + one.anchor.right) / 2, (one.anchor.top + one.anchor.bottom) / 2
        down, across = rows // found.sizes[one.level][0], columns // found.sizes[one.level][1]
        row, column = one.token
        assert (y, x) == pytest.approx((row * down * scale[1], column * across * scale[0]), abs=1)


def test_a_detector_of_another_kind_is_refused(detector):
    other = copy.copy(detector)
    other.network = torch.nn.Identity()
    with pytest.raises(ChoiceError, match="RetinaNets"):
        find_candidates(other, *detector.prepare(find_sample("beagle").path))
