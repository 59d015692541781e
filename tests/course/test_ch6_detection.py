"""Keys of 6.1 a second time: attention inside a box token by token, boxes by runs of our own."""

import sys
from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.course.test_keys import key_of, pose
from tests.course.without_boxes import without_boxes
from transcnn.course import ch6_detection as detection
from transcnn.course.experiments import Lab
from transcnn.course.figures.ch6_detection import boxes
from transcnn.course.found_boxes import BoxFinder, open_detector, see_whole
from transcnn.course.lessons import load_lesson
from transcnn.detection.detector import ObjectDetector
from transcnn.detection.prepare import prepare
from transcnn.pictures import take_picture
from transcnn.pictures.samples import find_sample
from transcnn.reports.handout.html import render
from transcnn.words import LANGUAGES
from transcnn.words.translator import translator

ANIMALS = ("beagle", "cat")
[STEP] = detection.STEPS


@pytest.fixture(scope="module")
def detector():
    torch.set_num_threads(1)
    return ObjectDetector.open("retinanet_transcnn_lite0", device="cpu")


@pytest.fixture(scope="module", params=ANIMALS)
def case(scene_of, request):
    scene = scene_of(request.param)
    return scene, find_sample(request.param).path


def overlap(a, b):
    """IoU, by the area that both share."""
    wide = min(a[2], b[2]) - max(a[0], b[0])
    high = min(a[3], b[3]) - max(a[1], b[1])
    both = max(0, wide) * max(0, high)
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)


def test_boxes_attention_inside_adds_up_what_falls_into_the_box_pixel_by_pixel(case, detector):
    """Every pixel of the input has an equal part of the attention of its merged token."""
    scene, path = case
    run = detector.trace(path)
    rows, columns = run.trace.crop.sides
    best = max(run.detected.detections, key=lambda one: one.score)
    width, height = run.detected.size
    left, top, right, bottom = best.box
    x, y = (left + right) / 2 * columns / width, (top + bottom) / 2 * rows / height
    block = next(b for b in run.trace.blocks if (b.stage, b.block) == (2, 2))
    level = block.levels[-1]
    side = 16 * block.levels[0].grid_size[0]
    down, across = level.size
    query = int(y // side) * across + int(x // side)
    share = area = 0.0
    for r in range(down):
        for c in range(across):
            high, wide = min(side, rows - r * side), min(side, columns - c * side)
            upper, lower = top * rows / height, bottom * rows / height
            first, last = left * columns / width, right * columns / width
            inside = max(0, min(lower, r * side + high) - max(upper, r * side))
            inside *= max(0, min(last, c * side + wide) - max(first, c * side))
            weight = level.attention[:, 0, 0, query, r * across + c].astype(float).mean()
            share += weight * inside / (high * wide)
            area += inside / (high * wide) / (down * across)
    posed = pose(scene, "boxes.attention_inside")
    times = share / area
    assert detection.times_area(scene) == pytest.approx(times, rel=1e-4)
    assert posed.asks.right == {"more" if times > 1.25 else "less" if times < 0.8 else "about"}
    assert posed.placeholders["area"] == f"{100 * area:.0f}"
    assert ("more" in posed.asks.options) == (area < 0.8), "what cannot be is no option"


def test_boxes_without_attention_is_the_largest_change_of_any_box(case, detector):
    scene, path = case
    plain = [d for d in detector.detect(path).detections if d.score >= 0.5]
    without = detector.intervention("off")
    after = [d for d in detector.detect(path, without).detections if d.score >= 0.5]
    key = "stay"
    for one in plain:
        near = [other for other in after if overlap(one.box, other.box) >= 0.5]
        if not near:
            key = "vanish"
        elif key == "stay":
            same = [o for o in near if o.label == one.label and overlap(one.box, o.box) >= 0.9]
            key = "stay" if same else "change"
    assert pose(scene, "boxes.without_attention").asks.right == {key}


def test_keys_and_the_finding_change_with_the_image(scene_of):
    spare = scene_of("beagle")
    inside = [key_of(pose(scene_of(name), "boxes.attention_inside")) for name in ANIMALS]
    assert len(set(inside)) >= 2
    changed = without_boxes(spare)
    assert key_of(pose(spare, "boxes.without_attention")) == ("stay",)
    assert key_of(pose(changed, "boxes.without_attention")) == ("vanish",)
    for language in LANGUAGES:
        lesson = load_lesson(STEP, language)
        said = lesson.sentences["finding"]
        assert said["spare"] in lesson.fill(STEP, spare).body
        assert said["needed"] in lesson.fill(STEP, changed).body


def test_a_box_that_vanishes_is_said_to_in_the_table(scene_of):
    [*_, table] = boxes(without_boxes(scene_of("beagle")), translator("en"), True)
    [row] = table.rows
    assert row[0].startswith("dog 0.")
    assert row[1:] == ["vanished"] * 2


def test_numbers_of_the_text_are_those_of_the_pyramid(scene_of):
    """320 x 213 pixels: maps of 40 x 27, 20 x 14 and 10 x 7 tokens; two sizes in three shapes."""
    facts = STEP.facts(scene_of("beagle"))
    tokens = 40 * 27 + 20 * 14 + 10 * 7
    assert facts["tokens"] == f"{tokens:,}"
    assert facts["anchors"] == f"{6 * tokens:,}"
    assert int(facts["candidates"]) > int(facts["kept"]) >= int(facts["shown"]) == 1


def test_where_nothing_is_found_a_sample_with_a_dog_stands_in(scene_of):
    scene, beagle = scene_of("paving-stones"), scene_of("beagle")
    assert detection.stand_in(scene).name == "beagle"
    assert detection.stand_in(beagle) is None
    assert scene.boxes.boxes == beagle.boxes.boxes
    assert key_of(pose(scene, "boxes.attention_inside")) == key_of(
        pose(beagle, "boxes.attention_inside")
    )
    shown = boxes(scene, translator("en"), False)
    assert find_sample("beagle").title["en"] in shown[0].name
    assert find_sample("beagle").title["en"] not in boxes(beagle, translator("en"), False)[0].name


def test_an_upload_is_seen_whole_and_not_by_the_square_of_the_network(scene_of):
    path = find_sample("beagle").path
    upload = replace(scene_of("beagle"), sample=None, digest="1" * 64)
    whole = replace(upload, digest="2" * 64, whole=see_whole(path))
    assert whole.boxes.boxes == scene_of("beagle").boxes.boxes
    assert upload.boxes.pixels.shape == (320, 320, 3), "what is known of it"


def test_an_image_is_looked_at_once_however_often_it_is_asked_about():
    asked = []
    detector = open_detector()

    def see(shorter, longer):
        asked.append((shorter, longer))
        return prepare(take_picture(find_sample("beagle").path), shorter, longer)

    finder = BoxFinder(lambda: detector)
    first = finder.find("a", see)
    assert finder.find("a", see) is first
    assert asked == [(320, 320)]
    finder.find("b", lambda *_: prepare(take_picture(np.zeros((9, 9, 3), np.uint8)), 320, 320))
    assert finder.find("b", see) is None, "that nothing is found is kept, too"
    assert len(asked) == 1


def test_the_detector_is_opened_only_once_boxes_are_asked_for(scene_of):
    opened = []
    scene = scene_of("beagle")
    lab = Lab(scene.classifier, lambda: opened.append(1) or open_detector())
    scene = replace(scene, kept=lab)
    pose(scene, "mix.top_five")
    assert opened == []
    pose(scene, "boxes.attention_inside")
    pose(scene, "boxes.without_attention")
    assert opened == [1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_its_packages_the_step_says_so_in_a_sentence(scene_of, monkeypatch, language):
    monkeypatch.setitem(sys.modules, "torchvision", None)
    scene = replace(scene_of("beagle"), kept=Lab(scene_of("beagle").classifier, _refuse))
    t = translator(language)
    assert STEP.missing(scene) == "detector"
    assert "transcnn[detection]" in t("course.lacks_detector")
    page = render(scene, 6, language, "x")
    assert page.count("transcnn[detection]") == 2, "where questions and where answers would stand"
    assert '<div class="question">' not in page
    assert boxes(scene, t, True) == []


def test_the_sheets_name_the_detector_and_its_weights(scene_of, detector):
    page = render(scene_of("beagle"), 6, "en", "x")
    assert f"by {detector.config.name}, weights {detector.weights_sha256[:12]}" in page
    assert "transcnn_lite0, weights" in render(scene_of("beagle"), 1, "en", "x")


def _refuse():
    raise AssertionError("there is no detector")
