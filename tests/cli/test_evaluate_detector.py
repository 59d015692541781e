"""`evaluate` and `ablate` with a detector: its numbers on annotated images, as text and as JSON."""

import json
import re

import pytest

from tests.architecture.repository import ROOT
from tests.detection.planted import planted
from tests.detection.test_evaluation import a_set
from transcnn.detection.detector import ObjectDetector
from transcnn.detection.evaluation import evaluate_detector
from transcnn.detection.evaluation.coco import NUMBERS
from transcnn.detection.sets import read_set
from transcnn.detection.weights import save_detector

JSON = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
MODEL = ("--model", "mask_rcnn_transcnn_lite0")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Three images of cats, one of them misplaced, and an object of no category; the detector that
    is opened finds what is red."""
    monkeypatch.setattr(ObjectDetector, "open", lambda *_, **__: planted(masks=True))
    a_set(tmp_path)
    file = tmp_path / "annotations.json"
    content = json.loads(file.read_text())
    content["annotations"][0]["bbox"] = [10, 20, 50, 28]  # IoU 0.4
    content["annotations"].append({"image_id": 0, "category_id": 9, "bbox": [1, 1, 5, 5]})
    file.write_text(json.dumps(content))
    return tmp_path


def test_the_json_has_the_numbers_of_the_package_under_the_documented_keys(folder, called):
    code, out, err = called("evaluate", folder, *MODEL, "--draws", 20, "--json")

    assert (code, err) == (0, "")
    given = json.loads(out)
    expected = evaluate_detector(planted(masks=True), read_set(folder), draws=20)
    assert (given["count"], given["draws"]) == (3, 20)
    assert given["classes"] == ["cat"]
    assert given["only_in_set"] == ["person"]
    assert given["left_out"] == [
        "1 object was left out because its category is not defined, in a.png."
    ]
    (case,) = given["cases"]
    for by in ("box", "mask"):
        scores = expected.measured["on"][by].scores
        for name in NUMBERS:
            value, low, high = scores.number(name)
            if value == value:
                assert case[by][name] == {"value": value, "low": low, "high": high}
            else:
                assert case[by][name] == {"value": None, "low": None, "high": None}
        assert case[by]["per_class"][0]["objects"] == 3
        assert len(case[by]["per_class"][0]["precision"]) == 101
    assert case["box"]["errors"]["localisation"]["count"] == 1
    assert case["box"]["AP50"]["value"] < case["mask"]["AP50"]["value"] == pytest.approx(1)


def keys(value):
    if isinstance(value, list):
        return set().union(*map(keys, value))
    return set(value).union(*map(keys, value.values())) if isinstance(value, dict) else set()


@pytest.mark.parametrize("command", ["evaluate", "ablate"])
def test_the_json_keys_are_those_of_the_documents(folder, called, command):
    (folder / "b.png").write_bytes((folder / "b.png").read_bytes()[:-200])
    text = JSON.split("## evaluate and ablate with a detector")[1].split("\n## ")[0]
    only = () if command == "evaluate" else ("--attention", "on")

    _, out, _ = called(command, folder, *MODEL, *only, "--draws", 2, "--json")

    assert keys(json.loads(out)) == set(re.findall(r'"(\w+)"', text))


def test_the_text_has_every_number_class_error_and_what_was_left_out(folder, called):
    code, out, _ = called("evaluate", folder, *MODEL, "--draws", 20, "--attention", "on")

    assert code == 0
    assert "3 images, 3 objects of 1 classes; in %, 95 % intervals by 20 draws" in out
    assert "by box, attention on" in out
    assert "by mask, attention on" in out
    for name in NUMBERS:
        assert len(re.findall(rf" {name} ", out)) >= 2
    assert re.search(r"100\.0 \(100\.0 to 100\.0\) AP50 ", out)
    assert re.search(r" 1  localisation$", out, re.MULTILINE)
    assert "left out, 1 classes of the set that the detector does not know: person" in out
    assert "1 object was left out because its category is not defined, in a.png." in out


def test_a_set_without_an_object_to_find_says_so(folder, called):
    file = folder / "annotations.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"annotations": []}))

    _, out, _ = called("evaluate", folder, *MODEL, "--draws", 2)

    assert "No object of a class that the detector knows: nothing can be measured." in out
    assert "nan" not in out


@pytest.mark.parametrize(
    ("command", "option"),
    [
        ("evaluate", ("--resize", "squash")),
        ("evaluate", ("--change", "gray:0.4")),
        ("ablate", ("--held-out",)),
        ("ablate", ("--each", "stage")),
    ],
)
def test_what_detectors_do_not_have_is_refused(folder, called, command, option):
    code, _, err = called(command, folder, *MODEL, *option)

    assert code == 2
    assert err.endswith("allowed: nothing for a detector.\n")


@pytest.mark.parametrize("command", ["evaluate", "ablate"])
@pytest.mark.parametrize("option", [("--split", "val"), ("--draws", "9")])
def test_what_only_detectors_have_is_refused_elsewhere(folder, called, command, option):
    code, _, err = called(command, folder, *option)

    assert code == 2
    assert err.endswith("allowed: values for a detector only.\n")


def test_a_weight_file_of_a_detector_is_known_as_one(folder, called, tmp_path, monkeypatch):
    opened = []
    file = tmp_path / "own.safetensors"
    found = planted()
    save_detector({}, file, found.config, {})
    monkeypatch.setattr(ObjectDetector, "open", lambda *given, **_: opened.append(given) or found)

    code, out, _ = called("evaluate", folder, "--weights", file, "--draws", 0)

    assert (code, opened) == (0, [(None, file)])
    assert "no intervals" in out


def test_ablate_is_a_table_of_all_possible_interventions(folder, called, monkeypatch):
    asked = []

    def measured(detector, annotated, attentions, *rest):
        asked.append(attentions)
        return evaluate_detector(detector, annotated, ("on",), *rest)

    monkeypatch.setattr("transcnn.detection.evaluation.evaluate_detector", measured)

    code, out, _ = called("ablate", folder, *MODEL, "--draws", 5)

    assert code == 0
    assert asked == [("on", "uniform", "identity", "swapped", "off")]
    head, line, row = (part for part in out.splitlines() if part.startswith("|"))
    assert head.count("|") == line.count("|") == row.count("|") == 10
    assert row.startswith("| on | ")
