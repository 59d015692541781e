"""`explain`: the map of a method as numbers, as a figure and in words; all of the same map."""

import json

import numpy as np
import pytest
from PIL import Image

from tests.cli.process import transcnn
from transcnn import Classifier
from transcnn.explain.methods import make_method
from transcnn.explain.subject import Subject, Target
from transcnn.figures.explained import colour_scale, drawn_values
from transcnn.pictures import decode, prepare
from transcnn.words.translator import translator

ENGLISH = translator("en")
NANO = ("--model", "transcnn_nano")


@pytest.fixture(scope="module")
def nano():
    return Classifier("transcnn_nano")


@pytest.fixture(scope="module")
def pixels(zebra):
    return prepare(decode(zebra.read_bytes()), 128)[0]


def test_json_has_the_map_of_the_method_for_the_difference_of_two_classes(zebra, nano, pixels):
    done = transcnn(
        *("explain", zebra, *NANO, "--method", "grad_cam", "--stage", 2),
        *("--class", "parachute", "--versus", "丁鱥", "--json"),
    )

    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    keys = "model weights_sha256 class versus method settings facts kind map"
    assert list(found) == keys.split()
    assert found["class"] == {"index": 701, "label": "parachute"}
    assert found["versus"] == {"index": 0, "label": "tench"}
    assert (found["method"], found["settings"]) == ("grad_cam", {"stage": 2})
    assert found["kind"] == {"name": "feature_contributions", "signed": True, "adds_up": False}
    assert (found["model"], found["weights_sha256"]) == ("transcnn_nano", nano.weights_sha256)
    expected = make_method("grad_cam", stage=2).explain(Subject(nano, pixels, Target(9, 0)))
    assert (found["map"]["rows"], found["map"]["columns"]) == expected.values.shape == (8, 8)
    assert np.allclose(found["map"]["values"], expected.values, atol=1e-5)


def test_without_a_class_the_top_1_class_is_explained(called, zebra, nano, pixels):
    code, out, err = called("explain", zebra, *NANO, "--method", "rollout", "--json")

    answer = nano.rank(nano.logits(pixels[None])[0]).top[0]
    assert (code, err) == (0, "")
    assert json.loads(out)["class"]["label"] == answer.name.label
    assert json.loads(out)["versus"] is None


def test_files_hold_the_map_and_every_setting(called, zebra, nano, pixels, tmp_path):
    method = ("--method", "attention", "--stage", 0, "--level", 1, "--token", "12,29")
    expected = make_method("attention", stage=0, level=1, token=(12, 29)).explain(
        Subject(nano, pixels, Target(0))
    )
    for name in ("map.npz", "map.PNG", "map.svg"):
        code, _, err = called(
            "explain", zebra, *NANO, "--class", 0, *method, "--out", tmp_path / name
        )
        assert (code, err) == (0, "")

    with np.load(tmp_path / "map.npz") as arrays:
        assert np.allclose(arrays["map"], expected.values, atol=1e-5)
        about = json.loads(str(arrays["about"]))
    assert about["settings"] == {"stage": 0, "block": 0, "level": 1, "token": "12,29"}
    svg = (tmp_path / "map.svg").read_text(encoding="utf-8")
    assert "stage 1; block 1; level 2; token: row 13, column 30" in svg
    assert "transcnn_nano: Attention, independent of the class" in svg
    with Image.open(tmp_path / "map.PNG") as image:
        colours = set(image.convert("RGB").get_flattened_data())
    drawn = colour_scale(expected.kind).colours(drawn_values(expected, 128)).reshape(-1, 3)
    assert {tuple(colour) for colour in drawn.tolist()} <= colours


def test_the_text_has_the_extreme_cells_and_the_completeness_error(called, zebra):
    code, out, err = called("explain", zebra, *NANO, "--method", "integrated_gradients")

    first, second, *facts, note = out.splitlines()
    assert (code, err) == (0, "")
    assert first.startswith(ENGLISH("explanations.method_integrated_gradients"))
    unit = ENGLISH("explanations.unit_logit_contributions")
    assert second.startswith(f"16 x 16 cells, {unit}: highest ")
    starts = ("logit ", "logit of the gray image ", "completeness error ")
    assert all(fact.startswith(start) for fact, start in zip(facts, starts, strict=True))
    assert "baseline" in note


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["grad_cam", "--stage", "7"], "stage is 7; allowed: 0 to 3."),
        (["rollout", "--block", "9"], "block is 9; allowed: 0 to 0."),
        (["occlusion", "--token", "1,2"], "token is (1, 2); allowed: with the methods attention, "
         "rollout, rollout_across."),
        (["attention", "--token", "1"], "token is '1'; allowed: Y,X such as 18,32."),
        (["saliency", "--class", "1000"], "class is '1000'; allowed: 0, 217, 482, 491, 497, 566, "
         "569, 571, 574, 701, or names such as tench, English springer spaniel, cassette "
         "player, chainsaw, church, French horn, garbage truck, gas pump, golf ball, "
             "parachute."),
        (["saliency", "--class", "0", "--versus", "tench"],
         "versus is 'tench'; allowed: another class than the explained."),
        (["saliency", "--out", "map.jpg"],
         "out is 'map.jpg'; allowed: names that end in .png, .svg, .npz."),
        (["saliency", "--out", "nowhere/map.png"], "nowhere: there is no such folder."),
        (["saliency", "--model", "lite"],
         "classifier with shipped weights is 'lite'; allowed: "),
    ],
)  # fmt: skip
def test_invalid_input_is_one_sentence(called, zebra, arguments, sentence):
    code, out, err = called("explain", zebra, *NANO, "--method", *arguments)

    assert (code, out) == (2, "")
    assert err.startswith(sentence.rstrip("."))
    assert len(err.splitlines()) == 1


def test_an_unknown_method_is_one_sentence(called, zebra):
    code, out, err = called("explain", zebra, "--method", "lime")

    assert (code, out) == (2, "")
    assert err.startswith(
        "Invalid value for '--method': 'lime' is not one of 'integrated_gradients'"
    )
    assert len(err.splitlines()) == 1
