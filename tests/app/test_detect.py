"""Detect without a browser, with a detector whose head is planted: boxes, attention, links."""

import hashlib
import json

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from tests.app.planted import plant_retinanet, sample_path
from tests.app.test_pages import open_app, session
from transcnn.analysis.detection.differences import FATES, compare_detections
from transcnn.analysis.detection.inside import attention_inside, centre_token
from transcnn.detection import catalogue
from transcnn.detection.detector import ObjectDetector
from transcnn.ui.app import detectors
from transcnn.ui.app.networks import compute_on_one_thread
from transcnn.ui.pages.detect.link import ABLATIONS, DetectChoice
from transcnn.ui.pages.detect.page import OPENING
from transcnn.words.translator import plain

NAME = "retinanet_transcnn_nano"


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    path = tmp_path_factory.mktemp("detector") / "planted.safetensors"
    plant_retinanet(path)
    return path


@pytest.fixture(autouse=True)
def _ships(planted, monkeypatch):
    """The planted detector is the only one that ships."""
    digest = hashlib.sha256(planted.read_bytes()).hexdigest()
    entry = catalogue.ShippedDetector(NAME, planted, digest, planted, 1, "", "", {})
    monkeypatch.setattr(catalogue, "_catalogue", lambda: {NAME: entry})
    detectors._shipped.clear()
    compute_on_one_thread()  # as pages do: rounding depends on it
    yield
    detectors._shipped.clear()


@pytest.fixture(scope="module")
def network(planted):
    return ObjectDetector.open(weights=planted, device="cpu")


def open_detect(**link: str) -> AppTest:
    app = open_app("detect", **link)
    assert not app.exception
    return app


def views(app: AppTest, name: str) -> list[dict]:
    return [
        json.loads(c.proto.json)
        for c in app.get("bidi_component")
        if c.proto.component_name == f"transcnn.{name}"
    ]


def tables(app: AppTest) -> dict[str, list[list[str]]]:
    """The tables of the page, by their first head."""
    found = {}
    for m in app.markdown:
        if m.value.startswith("|"):
            rows = [[c.strip() for c in line.split("|")[1:-1]] for line in m.value.splitlines()]
            found[rows[0][0]] = [rows[0], *rows[2:]]
    return found


def test_the_boxes_are_those_of_the_detector_on_the_whole_image(network):
    """A wide image, of which a square would see two fifths."""
    [view] = views(open_detect(picture="taxis-wide", crop="0"), "detections")
    detected = network.detect(sample_path("taxis-wide")).above(0.5)
    width, height = detected.size
    assert view["size"] == [width, height]
    assert width > 2 * height
    assert len(view["boxes"]) == len(detected.detections) > 1
    for shown, one in zip(view["boxes"], detected.detections, strict=True):
        left, top, right, bottom = one.box
        assert shown["left"] == pytest.approx(100 * left / width, abs=0.01)
        assert shown["top"] == pytest.approx(100 * top / height, abs=0.01)
        assert shown["width"] == pytest.approx(100 * (right - left) / width, abs=0.01)
        assert shown["height"] == pytest.approx(100 * (bottom - top) / height, abs=0.01)
        name = network.config.classes[one.label]
        assert shown["text"] == f"{shown['choice'] + 1} {name} {one.score:.2f}"


def test_the_attention_is_that_of_the_token_at_the_centre_of_the_chosen_box(network):
    app = open_detect(picture="cat", box="1", stage="1")
    run = network.trace(sample_path("cat"))
    box = run.detected.detections[1].box
    token = centre_token(run.trace.block(1, 0), run.trace.crop, box)
    readings = run.trace.read(1, 0, token)
    [cells] = views(app, "cells")
    maps = {m["id"]: m for m in cells["maps"]}
    assert set(maps) == {"tokens", *(str(r.level) for r in readings)}
    rows = tables(app)["Level"]
    for row, reading in zip(rows[1:], readings, strict=True):
        multiples = reading.multiple.mean(0).ravel()
        for text, multiple, valid in zip(
            maps[str(reading.level)]["values"], multiples, reading.valid.ravel(), strict=True
        ):
            if valid:
                assert float(text.split("×")[0]) == pytest.approx(multiple, rel=0.006, abs=1e-4)
            else:
                assert text is None
        found = attention_inside(reading, box)
        assert row[1:3] == [f"{100 * found.share:.1f} %", f"{100 * found.uniform:.1f} %"]


def test_a_token_inside_the_box_is_kept_and_one_beside_it_is_not(network):
    run = network.trace(sample_path("cat"))
    block, box = run.trace.block(0, 0), run.detected.detections[0].box
    middle = centre_token(block, run.trace.crop, box)
    beside = (block.size[0] - 1, block.size[1] - 1)
    assert beside != middle
    for token, shown in (
        ((middle[0], middle[1] + 1), (middle[0], middle[1] + 1)),
        (beside, middle),
    ):
        app = open_detect(picture="cat", box="0", stage="0", token=f"{token[0]},{token[1]}")
        [cells] = views(app, "cells")
        tokens = next(m for m in cells["maps"] if m["id"] == "tokens")
        ring, origin = tokens["boxes"][0], tokens["origin"]
        assert (ring["top"] + origin[0], ring["left"] + origin[1]) == shown


@pytest.mark.parametrize("ablation", ["uniform", "off"])
def test_an_ablation_shows_what_becomes_of_every_box(network, ablation):
    app = open_detect(picture="zebra", intervention=ablation)
    before = network.detect(sample_path("zebra")).above(0.5).detections
    after = network.detect(sample_path("zebra"), network.intervention(ablation))
    differences = compare_detections(before, after.above(0.5).detections)
    fates = [d.fate for d in differences]
    assert "vanished" in fates
    original, other = views(app, "detections")
    assert len(original["boxes"]) == len(before)
    assert [b["dashed"] for b in original["boxes"]] == [
        d.fate == "vanished" for d in differences if d.before is not None
    ]
    assert len(other["boxes"]) == fates.count("appeared") + len(before) - fates.count("vanished")
    counted = tables(app)["Attention"]
    row = counted[list(ABLATIONS).index(ablation)]
    assert row[1:6] == [str(fates.count(fate)) for fate in FATES]
    listed = [r[4] for r in tables(app)["Box"][1:]]
    assert len(listed) == len(differences)


def test_swapped_attention_is_that_of_the_next_sample(network):
    app = open_detect(picture="cat", intervention="swapped")
    donor = session(app).donor_image
    assert any(plain(donor.title) in c.value for c in app.caption)
    pixels, crop = network.prepare(sample_path("cat"))
    other = Image.fromarray(network.prepare(sample_path(donor.sample))[0])
    attention = network.attention(np.asarray(other.resize(pixels.shape[1::-1])), crop)
    swapped = network.intervention("swapped", attention)
    found = network.detect(sample_path("cat"), swapped).above(0.5).detections
    _, shown = views(app, "detections")
    scores = sorted(b["text"].split(" · ")[0].split()[-1] for b in shown["boxes"])
    assert scores == sorted(f"{one.score:.2f}" for one in found)


def test_a_class_shows_its_boxes_alone():
    [every] = views(open_detect(picture="cat"), "detections")
    [horses] = views(open_detect(picture="cat", object="horse"), "detections")
    assert horses["boxes"] == [b for b in every["boxes"] if " horse " in b["text"]]
    assert 0 < len(horses["boxes"]) < len(every["boxes"])


def test_no_box_is_a_sentence_that_says_what_to_do(network):
    app = open_detect(picture="taxis-wide", threshold="0.95")
    best = network.detect(sample_path("taxis-wide")).detections[0]
    assert best.score < 0.95
    [said] = [i.value for i in app.info]
    assert "at least 0.95" in said
    assert f"{best.score:.2f}" in said
    assert not views(app, "cells")
    dogs = open_detect(picture="taxis-wide", object="dog", threshold="0.5")
    assert "“dog”" in dogs.info[0].value
    assert "Attention" not in tables(open_detect(picture="pen", threshold="0.95", object="sheep"))


@pytest.mark.parametrize(
    "link",
    [
        {"detector": "../../etc/passwd", "object": "<b>", "box": "99999"},
        {"threshold": "nan", "stage": "77", "block": "-1", "token": "9999,9999"},
        {"intervention": "mean", "box": "x", "token": "1"},
    ],
)
def test_a_link_to_what_does_not_exist_shows_the_usual(link):
    usual = views(open_detect(picture="cat"), "detections")
    assert views(open_detect(picture="cat", **link), "detections") == usual


def test_who_has_chosen_no_image_sees_one_that_the_detector_knows():
    app = open_detect()
    assert session(app).sample == OPENING
    assert open_detect(picture="pizza").session_state["session"].sample == "pizza"


def test_the_crop_of_other_pages_changes_nothing():
    moved = open_detect(picture="taxis-wide", crop="100")
    assert views(moved, "detections") == views(open_detect(picture="taxis-wide"), "detections")
    assert "Crop" not in "".join(s.label for s in moved.slider)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_upload_is_detected_and_stays_out_of_the_link(language):
    app = open_detect(lang=language)
    file = ("own.jpg", sample_path("cat").read_bytes(), "image/jpeg")
    app.file_uploader[0].set_value(file).run()
    assert not app.exception
    [own] = views(app, "detections")
    [cat] = views(open_detect(picture="cat", lang=language), "detections")
    assert own["boxes"] == cat["boxes"]
    session(app).put(DetectChoice(box=1, token=(1, 1)))
    app.run()
    query = session(app).query(session(app).part(DetectChoice))
    assert not {"box", "token", "picture"} & set(query)


def test_two_visitors_never_see_each_others_boxes(network):
    """Two sessions of one server, in turns."""
    one, two = open_detect(picture="cat"), open_detect(picture="zebra", threshold="0.6")
    session(one).put(DetectChoice(box=2))
    for app, name, least in ((one, "cat", 0.5), (two, "zebra", 0.6), (one, "cat", 0.5)):
        app.run()
        [view] = views(app, "detections")
        detected = network.detect(sample_path(name)).above(least)
        assert view["size"] == list(detected.size)
        assert len(view["boxes"]) == len(detected.detections)
        assert view["chosen"] == (2 if app is one else 0)


def test_the_exports_are_those_of_what_is_shown(network):
    from transcnn.detection.as_coco import as_coco
    from transcnn.figures.detect import Query, detections_csv, draw_detect, inside_csv
    from transcnn.figures.drawing import Picture
    from transcnn.labels import object_name
    from transcnn.pictures import decode
    from transcnn.words.translator import translator

    run = network.trace(sample_path("cat"))
    shown, classes = run.detected.above(0.5), network.config.classes
    coco = json.loads(json.dumps(as_coco(shown, classes, "cat.jpg")))
    assert [a["score"] for a in coco["annotations"]] == [d.score for d in shown.detections]
    left, top, right, bottom = shown.detections[0].box
    assert coco["annotations"][0]["bbox"] == [left, top, right - left, bottom - top]
    assert coco["categories"][coco["annotations"][0]["category_id"] - 1]["name"] == "horse"

    off = network.detect(sample_path("cat"), network.intervention("off")).above(0.5)
    lines = detections_csv({"on": shown, "off": off}, classes).splitlines()
    assert len(lines) == 1 + len(shown.detections) + len(
        compare_detections(shown.detections, off.detections)
    )
    box = shown.detections[0].box
    lines = inside_csv(run.trace, box, (left + right) / 2, (top + bottom) / 2).splitlines()
    assert len(lines) == 1 + sum(len(block.levels) for block in run.trace.blocks)

    picture = decode(sample_path("cat").read_bytes())
    pixels, _ = network.prepare(sample_path("cat"))
    for language in ("en", "zh"):
        drawing = draw_detect(
            translator(language),
            picture,
            {"original": shown, "removed": off},
            classes,
            threshold=0.5,
            query=Query(run.trace, 0, 0, (1, 1)),
            pixels=pixels,
        )
        assert drawing.png.startswith(b"\x89PNG")
        for one in shown.detections:
            assert f"{object_name(classes[one.label], language)} {one.score:.2f}" in drawing.svg
        tops = [s.top for s in drawing.shapes if isinstance(s, Picture)]
        assert tops == sorted(tops), "one below the other"
        assert drawing.height > max(tops)
