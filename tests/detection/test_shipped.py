"""The detectors that ship are what their catalogue says, and find what is in the samples."""

import pytest

from transcnn.analysis.detection.boxes import iou
from transcnn.checkpoints.catalogue import sha256
from transcnn.detection.catalogue import shipped_detector, shipped_detectors
from transcnn.detection.detector import DEFAULT_DETECTOR, ObjectDetector
from transcnn.pictures.geometry import Box
from transcnn.pictures.samples import samples

# What the samples show of the detector's classes.
ANIMALS = {"beagle": "dog", "cat": "cat"}


@pytest.fixture(scope="module", params=shipped_detectors())
def entry(request):
    return shipped_detector(request.param)


def test_the_default_ships():
    assert DEFAULT_DETECTOR in shipped_detectors()


def test_the_file_is_the_one_that_was_measured(entry):
    assert sha256(entry.path) == entry.sha256
    assert entry.path.stat().st_size <= 15e6
    assert entry.card.is_file()
    network = ObjectDetector.open(entry.name).network
    assert sum(value.numel() for value in network.parameters()) == entry.parameters


def test_the_animals_of_the_samples_are_found_where_they_are(entry):
    detector = ObjectDetector.open(entry.name)
    by_name = {one.name: one for one in samples()}
    for name, wanted in ANIMALS.items():
        found = detector.detect(by_name[name].path)
        best, (width, height) = found.detections[0], found.size
        assert detector.config.classes[best.label] == wanted
        assert best.score > 0.5
        left, top, right, bottom = by_name[name].box
        marked = Box(left * width, top * height, right * width, bottom * height)
        assert iou(best.box, marked) > 0.6
