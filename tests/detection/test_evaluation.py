"""A detector on a set: every image, every intervention, what both have in common."""

import json

import numpy as np
import pytest
import torch
from PIL import Image

from tests.detection.planted import as_image, planted, scene
from transcnn.detection.detector import ObjectDetector
from transcnn.detection.evaluation import evaluate_detector
from transcnn.detection.evaluation.passes import detect_all
from transcnn.detection.network import make_detector
from transcnn.detection.presets import detector
from transcnn.detection.sets import read_set
from transcnn.detection.sets.classes import match_classes
from transcnn.errors import Cancelled, ChoiceError, FolderError, NoCommonClass
from transcnn.model.network import TransCNN
from transcnn.model.variants import network

BOXES = {"a.png": (10, 20, 60, 90), "b.png": (100, 5, 180, 60), "c.png": (30, 30, 130, 100)}


def a_set(folder, boxes=BOXES, classes=("person", "Cat"), masks=True, turned=1):
    """Images of 200 x 120 with a red box each, which are cats: the last of the classes."""
    images, objects = [], []
    for i, (name, (left, top, right, bottom)) in enumerate(boxes.items()):
        exif = Image.Exif()
        exif[0x0112] = turned
        as_image(scene(200, 120, (left, top, right, bottom))).save(folder / name, exif=exif)
        images.append({"id": i, "file_name": name, "width": 200, "height": 120})
        box = [left, top, right - left, bottom - top]
        polygon = [[left, top, right, top, right, bottom, left, bottom]]
        shape = {"segmentation": polygon} if masks else {}
        objects.append({"image_id": i, "category_id": len(classes) - 1, "bbox": box} | shape)
    categories = [{"id": i, "name": name} for i, name in enumerate(classes)]
    content = {"images": images, "annotations": objects, "categories": categories}
    (folder / "annotations.json").write_text(json.dumps(content))
    return read_set(folder)


@pytest.mark.parametrize("turned", [1, 6, 3])
def test_what_is_found_to_the_pixel_has_full_marks_at_low_thresholds_of_any_turn(tmp_path, turned):
    found = evaluate_detector(planted(masks=True), a_set(tmp_path, turned=turned), draws=10)

    assert found.classes.names == ("cat",)
    for by in ("box", "mask"):
        measured = found.measured["on"][by]
        assert measured.scores.number("AP50").value == pytest.approx(1)
        assert measured.errors.ap50 == pytest.approx(1)
    assert found.unreadable == ()


def test_classes_match_by_folded_name_and_those_of_one_alone_are_told():
    matched = match_classes(("person", "CAT ", "Hund", "dog"), ("dog", "cat", "horse"))

    assert matched.names == ("dog", "cat")
    assert (matched.of_set, matched.of_detector) == ({3: 0, 1: 1}, {0: 0, 1: 1})
    assert matched.only_set == ("person", "Hund")
    assert matched.only_detector == ("horse",)


def test_a_set_of_other_classes_is_refused_before_any_work(tmp_path):
    with pytest.raises(NoCommonClass, match=r"none of its classes \(bird\)"):
        evaluate_detector(planted(), a_set(tmp_path, classes=("bird",)))


def test_what_one_of_both_does_not_know_is_no_error(tmp_path):
    """The detector calls all red things cats; of the set's classes it does not know the person."""
    of_persons = a_set(tmp_path, classes=("dog", "person"))

    found = evaluate_detector(planted(), of_persons, draws=0)

    errors = found.measured["on"]["box"].errors
    assert (errors.detections, errors.missed) == ((), ())
    assert found.classes.only_set == ("person",)
    assert "cat" in found.classes.only_detector


def test_masks_are_measured_where_both_have_them_and_their_lack_is_counted(tmp_path):
    found = evaluate_detector(planted(masks=True), a_set(tmp_path, masks=False), draws=0)

    assert list(found.measured["on"]) == ["box"]
    assert found.without_mask == 3
    assert evaluate_detector(planted(), a_set(tmp_path), draws=0).without_mask == 0


def test_an_image_that_cannot_be_decoded_is_told_and_the_rest_goes_on(tmp_path):
    annotated = a_set(tmp_path)
    data = (tmp_path / "b.png").read_bytes()
    (tmp_path / "b.png").write_bytes(data[: len(data) // 2])
    (tmp_path / "c.png").unlink()

    found = evaluate_detector(planted(), annotated, draws=0)

    assert [one.name for one in found.pictures] == ["a.png"]
    assert [file.name for file, _ in found.unreadable] == ["b.png", "c.png"]
    assert all(why.endswith(".") for _, why in found.unreadable)
    (tmp_path / "a.png").write_bytes(b"")
    with pytest.raises(FolderError):
        evaluate_detector(planted(), annotated, draws=0)


def test_progress_tells_what_is_done_and_can_stop_it(tmp_path):
    reported = []
    annotated = a_set(tmp_path)

    evaluate_detector(
        planted(), annotated, ("on", "off"), draws=2, progress=lambda *t: reported.append(t)
    )

    assert reported == [
        *(("measuring", i, 3) for i in (1, 2, 3)),
        *(("resampling", i, 4) for i in (1, 2, 3, 4)),
    ]

    def stop(*_):
        raise Cancelled

    with pytest.raises(Cancelled):
        evaluate_detector(planted(), annotated, progress=stop)


@pytest.fixture(scope="module")
def real():
    """A detector of seeded weights."""
    torch.manual_seed(33)
    made = detector("retinanet_transcnn_nano")
    inner = make_detector(made, TransCNN(network(made.backbone)).eval())
    inner.score_thresh = 0.0  # untrained networks are sure of nothing
    return ObjectDetector(made, inner, "0" * 64, device="cpu")


def shapes(folder):
    """Two images of different shapes."""
    random = np.random.default_rng(0)
    images = []
    for i, size in enumerate([(60, 90, 3), (80, 50, 3)]):
        name = f"{i}.png"
        Image.fromarray(random.integers(0, 256, size, dtype=np.uint8)).save(folder / name)
        images.append({"id": i, "file_name": name})
    content = {"images": images, "annotations": [], "categories": [{"id": 1, "name": "cat"}]}
    (folder / "annotations.json").write_text(json.dumps(content))
    return read_set(folder).pictures


def test_swapped_is_the_attention_of_the_next_image_at_the_size_of_this_one(tmp_path, real):
    pictures = shapes(tmp_path)

    passes = detect_all(real, pictures, ("on", "swapped"), size=96)

    for picture, other, on, found in zip(
        pictures, pictures[::-1], passes.found["on"], passes.found["swapped"], strict=True
    ):
        pixels, crop = real.prepare(picture.path, 96)
        next_one = Image.open(other.path).resize(crop.sides[::-1], Image.Resampling.BICUBIC)
        matrices = real.attention(np.asarray(next_one), crop)
        expected = real.detect_pixels(pixels, crop, real.intervention("swapped", matrices))
        assert found == expected
        assert found != on


def test_every_intervention_changes_what_is_found(tmp_path, real):
    names = ("on", "uniform", "identity", "swapped", "off")

    passes = detect_all(real, shapes(tmp_path), names, size=96)

    found = [passes.found[name] for name in names]
    assert all(len(one) == 2 and one[0].detections for one in found)
    assert all(found[i] != found[k] for i in range(5) for k in range(i))


def test_interventions_that_cannot_be_are_refused_before_any_work(tmp_path, real):
    annotated = a_set(tmp_path)
    for attention in ("mean", "none"):
        with pytest.raises(ChoiceError):
            evaluate_detector(real, annotated, (attention,))
    only = a_set(tmp_path, {"a.png": BOXES["a.png"]})
    with pytest.raises(FolderError, match="two readable images"):
        evaluate_detector(real, only, ("swapped",), size=96, draws=0)
