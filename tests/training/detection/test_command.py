"""`train detector` writes a weight file that says what it is; mistakes are one sentence."""

import json
import subprocess

import pytest
from PIL import Image

from transcnn.detection.weights import open_detector


def run(command, *arguments):
    return subprocess.run(
        command("train", "detector", *arguments),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


@pytest.fixture
def coco(annotated, tmp_path):
    """The annotated images as a COCO folder; its JSON."""
    images, annotations = [], []
    (tmp_path / "images").mkdir()
    for number, picture in enumerate(annotated.pictures):
        Image.open(picture.path).save(tmp_path / "images" / picture.name)
        width, height = picture.size
        entry = {"id": number, "file_name": picture.name, "width": width, "height": height}
        images.append(entry)
        for one in picture.objects:
            left, top, right, bottom = one.box
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": number,
                    "category_id": one.label + 5,
                    "bbox": [left, top, right - left, bottom - top],
                    "iscrowd": 0,
                }
            )
    categories = [{"id": i + 5, "name": name} for i, name in enumerate(annotated.classes)]
    content = {"images": images, "annotations": annotations, "categories": categories}
    (tmp_path / "annotations.json").write_text(json.dumps(content), encoding="utf-8")
    return tmp_path


@pytest.mark.slow
def test_the_weight_file_says_what_it_is(command, coco, tmp_path):
    out = tmp_path / "out"
    options = ("--model", "retinanet_transcnn_nano", "--minutes", "0.001", "--out", out)
    done = run(command, "--data", coco, *options)

    assert done.returncode == 0, done.stderr
    assert "12 images with 12 objects, to learn boxes from" in done.stdout
    opened = open_detector(out / "weights.safetensors")
    assert opened.config.name == "retinanet_transcnn_nano"
    assert opened.config.classes == ("red", "blue")
    assert opened.measured["trained_on"] == {"images": 12, "attention": "on"}
    again = run(command, "--data", coco, *options)
    assert again.returncode == 2
    assert "--resume" in again.stderr


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--model", "nothing"), "detector is 'nothing'; allowed: retinanet_transcnn_lite0, "),
        (("--model", "retinanet_resnet50"), "those whose backbone is trained: "),
        (("--model", "mask_rcnn_transcnn_nano"), "a set in which every object has a mask"),
        (("--masks", "."), "Mask R-CNN"),
        (("--minutes", "0"), "minutes"),
    ],
)
def test_mistakes_are_one_sentence(command, coco, tmp_path, options, sentence):
    done = run(command, "--data", coco, "--out", tmp_path / "out", *options)

    assert done.returncode == 2
    assert sentence in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
