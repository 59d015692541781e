"""Stored runs of a detector: what goes in comes out, in whole batches, and nothing twice."""

import json

import pytest

from tests.detection.planted import SCORE, planted
from tests.runs.detection.made import (
    BOXES,
    CAT,
    DOG,
    SIZE,
    coco,
    detected_run,
    is_jpeg_of,
    write_set,
)
from tests.runs.made import made_run
from transcnn.detection.detector import ObjectDetector
from transcnn.detection.evaluation.evaluate import evaluate_detector
from transcnn.detection.evaluation.judged import JudgedPicture
from transcnn.detection.evaluation.tide import find_errors
from transcnn.detection.sets import read_set
from transcnn.errors import HoldsDetections, NoCommonClass, NoRun, NotARun, OtherRun
from transcnn.runs.detection.run import BATCH, begin_detection_run, detect_run
from transcnn.runs.detection.store import DetectionStore, open_any_run
from transcnn.runs.store import Store, begin, open_run


@pytest.fixture
def folder(tmp_path):
    return write_set(tmp_path / "set")


@pytest.fixture
def store(tmp_path, folder):
    return detected_run(tmp_path / "run.sqlite", folder)


def test_a_run_holds_the_objects_and_what_was_found_to_the_pixel(store):
    pictures = {one.name: one for one in store.pictures()}

    assert list(pictures) == list(BOXES)
    for name, box in BOXES.items():
        (found,) = pictures[name].detections
        assert (found.label, found.score) == (CAT, SCORE)
        assert found.box == pytest.approx(box, abs=0.5)
        assert pictures[name].size == SIZE
    assert [one.label for one in pictures["e.png"].objects] == [CAT, DOG]
    assert pictures["b.png"].objects[0].box == BOXES["b.png"]
    assert store.progress().finished
    numbers = [one.id for one in pictures.values()]
    assert all(is_jpeg_of(data, (320, 240)) for data in store.thumbnails(numbers).values())
    assert store.file(numbers[0]).name == "a.png"


def test_masks_come_out_as_they_went_in(tmp_path, folder):
    annotations = json.loads((folder / "annotations.json").read_text())
    annotations["annotations"][0]["segmentation"] = [[20, 30, 80, 30, 80, 90, 20, 90]]
    store = detected_run(tmp_path / "run.sqlite", write_set(folder, annotations), masks=True)
    first = store.pictures()[0]

    assert first.objects[0].mask.area == 60 * 60
    assert first.detections == planted(masks=True).detect(folder / "images" / "a.png").detections


def test_a_run_is_measured_as_the_set_is_without_one(store, folder):
    measured = evaluate_detector(planted(), read_set(folder), draws=0).measured["on"]["box"]
    judged = [JudgedPicture(one.size, one.objects, one.detections) for one in store.pictures()]

    assert find_errors(judged, 2) == measured.errors
    once = ("classification", "localisation", "background", "missed")
    counts = {kind: found.count for kind, found in measured.errors.kinds.items()}
    assert counts == dict.fromkeys(once, 1) | {"both": 0, "duplicate": 0}


def test_stopped_and_resumed_nothing_is_searched_twice(tmp_path, folder):
    detector, annotated = planted(), read_set(folder)
    path = tmp_path / "run.sqlite"
    store = begin_detection_run(path, detector, annotated)
    classes = store.settings.classes
    (first,) = detect_run(store, detector, store.remaining(), classes, 1, lambda: True)

    assert first.progress.done == BATCH < len(BOXES)
    again = begin_detection_run(path, detector, annotated)
    left = again.remaining()
    assert [one.name for one in left] == list(BOXES)[BATCH:]
    for _ in detect_run(again, detector, left, classes, 2):
        pass
    assert again.pictures() == detected_run(tmp_path / "whole.sqlite", folder).pictures()


def test_a_moved_set_resumes_and_another_set_or_detector_does_not(tmp_path, folder):
    path = tmp_path / "run.sqlite"
    begin_detection_run(path, planted(), read_set(folder))
    moved = folder.rename(tmp_path / "moved")

    store = begin_detection_run(path, planted(), read_set(moved))
    assert store.file(1) == moved / "images" / "a.png"
    other = write_set(tmp_path / "other", coco([("a.png", CAT, BOXES["b.png"])]))
    with pytest.raises(OtherRun, match="pictures"):
        begin_detection_run(path, planted(), read_set(other))
    detector = planted()
    trained = ObjectDetector(detector.config, detector.network, "1" * 64, device="cpu")
    with pytest.raises(OtherRun, match="weights_sha256"):
        begin_detection_run(path, trained, read_set(moved))


def test_what_cannot_be_read_is_listed_and_the_rest_goes_on(tmp_path, folder):
    (folder / "images" / "a.png").unlink()
    annotations = coco(
        [
            ("c.png", CAT, BOXES["c.png"]),
            ("d.png", 7, BOXES["d.png"]),
            ("e.png", CAT, (30, 30, 30, 90)),
        ]
    )
    path, detector = tmp_path / "run.sqlite", planted()
    store = begin_detection_run(path, detector, read_set(write_annotations(folder, annotations)))
    (folder / "images" / "b.png").write_text("no image any more")
    for _ in detect_run(store, detector, store.remaining(), store.settings.classes, 1):
        pass

    said = [str(one) for one in store.left_out()]
    assert len(said) == 3, said
    for name in ("a.png", "d.png", "e.png"):
        assert any(name in sentence for sentence in said)
    assert [one.name for one in store.broken()] == ["b.png"]
    assert [one.name for one in store.pictures()] == ["c.png", "d.png", "e.png"]
    assert store.progress().finished


def write_annotations(folder, annotations):
    (folder / "annotations.json").write_text(json.dumps(annotations))
    return folder


def test_a_set_without_a_class_of_the_detector_begins_no_run(tmp_path, folder):
    annotations = coco([("a.png", 0, BOXES["a.png"])], names=("spoon",))
    with pytest.raises(NoCommonClass):
        detected_run(tmp_path / "run.sqlite", write_annotations(folder, annotations))
    assert not (tmp_path / "run.sqlite").exists()


def test_each_kind_of_run_opens_as_its_own(store, tmp_path, folder):
    classified = made_run(tmp_path / "classified.sqlite", 3)

    assert type(open_any_run(store.path)) is DetectionStore
    assert type(open_any_run(classified.path)) is Store
    with pytest.raises(HoldsDetections):
        open_run(store.path)
    with pytest.raises(OtherRun, match="kind of network"):
        begin(store.path, classified.settings, [])
    with pytest.raises(OtherRun, match="kind of network"):
        begin_detection_run(classified.path, planted(), read_set(folder))
    (tmp_path / "text.sqlite").write_text("no run at all, but long enough to look like a file" * 9)
    with pytest.raises(NotARun):
        open_any_run(tmp_path / "text.sqlite")
    with pytest.raises(NoRun):
        open_any_run(tmp_path / "nothing.sqlite")
