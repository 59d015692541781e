"""`detect`: what a detector finds, as JSON, as text and as a figure; refusals in one sentence."""

import json
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from faster_coco_eval.core import mask as coco_mask
from PIL import Image

from tests.detection.planted import SCORE, as_image, planted, scene
from tests.pictures.files import exif, saved, stored
from tests.pictures.refused import NOT_A_PICTURE
from transcnn.checkpoints import shipped
from transcnn.detection.detector import ObjectDetector
from transcnn.detection.network import make_detector
from transcnn.detection.presets import detector
from transcnn.detection.weights import save_detector
from transcnn.model.network import build

BOX = (100, 20, 324, 132)  # in an image of 640 x 320


@pytest.fixture
def with_planted(monkeypatch, called):
    """Calls the command line with a detector that finds red objects."""

    def call(*arguments, masks=False):
        monkeypatch.setattr(ObjectDetector, "open", lambda *_, **__: planted(masks))
        return called("detect", *arguments)

    return call


@pytest.fixture
def photo(tmp_path):
    """A file that is stored lying on its side."""
    file = tmp_path / "photo.png"
    turned = as_image(stored(scene(640, 320, BOX), "right", "top"))
    file.write_bytes(saved(turned, "PNG", exif=exif(6)))
    return file


@pytest.fixture
def empty(tmp_path):
    file = tmp_path / "empty.png"
    as_image(scene(64, 48, (0, 0, 0, 0))).save(file)
    return file


def test_json_has_the_documented_keys_and_the_upright_images_own_pixels(with_planted, photo):
    code, out, err = with_planted(photo, "--json")

    assert (code, err) == (0, "")
    assert json.loads(out) == {
        "model": "retinanet_transcnn_lite0",
        "images": [
            {
                "file": str(photo),
                "width": 640,
                "height": 320,
                "detections": [
                    {
                        "label": "cat",
                        "score": pytest.approx(SCORE),
                        "box": pytest.approx([100, 20, 224, 112], abs=1e-3),
                    }
                ],
            }
        ],
    }


def test_masks_are_cocos_run_lengths(with_planted, photo):
    _, out, _ = with_planted(photo, "--json", masks=True)

    [one] = json.loads(out)["images"][0]["detections"]
    assert one["mask"]["size"] == [320, 640]
    pixels = coco_mask.decode(one["mask"]).astype(bool)
    rows, columns = np.nonzero(pixels)
    corners = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    assert corners == pytest.approx(BOX, abs=1)


def test_the_text_has_a_line_for_each_detection_and_says_where_there_is_none(
    with_planted, photo, empty
):
    code, out, err = with_planted(photo, empty)

    assert (code, err) == (0, "")
    assert out.splitlines() == [
        str(photo),
        "  0.75  cat: 224 x 112 pixels at left 100, top 20",
        str(empty),
        "  No object has a score of at least 0.5.",
    ]


def test_the_threshold_hides_what_has_a_lower_score(with_planted, photo):
    _, out, _ = with_planted(photo, "--json", "--threshold", 0.8)
    _, text, _ = with_planted(photo, "--threshold", 0.8)

    assert json.loads(out)["images"][0]["detections"] == []
    assert text.splitlines()[1] == "  No object has a score of at least 0.8."


def test_an_unreadable_image_does_not_stop_the_others(with_planted, photo, spoilt, tmp_path):
    nowhere = tmp_path / "nowhere.png"

    code, out, err = with_planted(spoilt, nowhere, photo, "--json")

    assert code == 2
    images = json.loads(out)["images"]
    assert [image.get("error") for image in images] == [
        NOT_A_PICTURE,
        "No such file or directory.",
        None,
    ]
    assert len(images[2]["detections"]) == 1
    assert err.splitlines() == [
        f"{spoilt}: {NOT_A_PICTURE}",
        f"{nowhere}: No such file or directory.",
    ]


def test_folders_and_patterns_are_taken_as_by_predict(with_planted, photo, empty):
    _, below, _ = with_planted(photo.parent, "--json")
    _, matching, _ = with_planted(photo.parent / "ph*.png", "--json")

    assert [one["file"] for one in json.loads(below)["images"]] == [str(empty), str(photo)]
    assert [one["file"] for one in json.loads(matching)["images"]] == [str(photo)]


def test_the_figure_is_written_in_both_formats(with_planted, photo, tmp_path):
    for name in ("found.png", "found.svg"):
        assert with_planted(photo, "--out", tmp_path / name)[0] == 0

    with Image.open(tmp_path / "found.png") as image:
        assert image.format == "PNG"
    drawing = ElementTree.fromstring((tmp_path / "found.svg").read_text(encoding="utf-8"))
    assert "cat 0.75" in [text.text for text in drawing.findall(".//{*}text")]


REFUSED = {
    ("--attention", "swapped"): (
        "attention is 'swapped'; allowed: on, uniform, identity, off for a detector and a single "
        "image."
    ),
    ("--attention", "mean"): (
        "attention is 'mean'; allowed: on, uniform, identity, off for a detector and a single "
        "image."
    ),
    ("--threshold", 1.5): "Invalid value for '--threshold': 1.5 is not in the range 0<=x<=1.",
    ("--size", 9): "size is 9; allowed: 32 to 1333 pixels.",
    ("--out", "found.gif"): "out is 'found.gif'; allowed: names that end in .png, .svg.",
}


@pytest.mark.parametrize("arguments", REFUSED)
def test_what_is_impossible_is_refused_in_one_sentence(with_planted, photo, arguments):
    code, out, err = with_planted(photo, *arguments)

    assert (code, out, err) == (2, "", f"{REFUSED[arguments]}\n")


def test_a_figure_is_of_one_image(with_planted, photo, empty, tmp_path):
    out = tmp_path / "found.png"

    code, _, err = with_planted(photo, empty, "--out", out)

    assert (code, err) == (2, f"out is '{out}'; allowed: one image (2 given).\n")
    assert not out.exists()


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """A weight file of an untrained detector that knows two classes."""
    torch.manual_seed(33)
    made = detector("retinanet_transcnn_nano").with_classes(("left shoe", "right shoe"))
    network = make_detector(made, build(made.backbone))
    torch.nn.init.zeros_(network.head.classification_head.cls_logits.bias)  # scores of about 0.5
    file = tmp_path_factory.mktemp("weights") / "shoes.safetensors"
    save_detector(network.state_dict(), file, made, {})
    return file


def test_a_detector_of_ones_own_is_used_by_its_file_under_every_intervention(
    called, zebra, weights
):
    found = {}
    for attention in ("on", "uniform", "identity", "off"):
        options = ("--weights", weights, "--attention", attention, "--threshold", 0, "--json")
        code, out, err = called("detect", zebra, *options)
        assert (code, err) == (0, "")
        result = json.loads(out)
        assert result["model"] == "retinanet_transcnn_nano"
        found[attention] = result["images"][0]["detections"]

    assert {one["label"] for one in found["on"]} <= {"left shoe", "right shoe"}
    assert len(found["on"]) > 0
    boxes = [json.dumps(detections) for detections in found.values()]
    assert len(set(boxes)) == len(boxes)


def test_files_of_other_networks_are_refused_on_both_sides(called, zebra, weights, tmp_path):
    classifier = shipped("transcnn_nano").path

    assert called("detect", zebra, "--weights", classifier)[2] == (
        f"{classifier}: it does not hold the weights of a detector that this program wrote.\n"
    )
    assert called("detect", zebra, "--weights", weights, "--model", "retinanet_transcnn_lite0")[
        2
    ] == (f"{weights}: it describes retinanet_transcnn_nano, not retinanet_transcnn_lite0.\n")
    for command in (["predict", zebra], ["export", "--out", tmp_path / "x.onnx"]):
        code, _, err = called(*command, "--weights", weights)
        assert (code, err) == (
            2,
            f"{weights}: it holds the weights of a detector, which finds objects and does not "
            "classify images: use it with detect.\n",
        )
