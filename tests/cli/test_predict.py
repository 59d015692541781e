"""`predict`: the classifier's predictions; an unreadable image does not stop the others."""

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.cli.process import transcnn
from tests.pictures.refused import NOT_A_PICTURE
from transcnn import Classifier
from transcnn.assets import FOLDER
from transcnn.checkpoints import shipped


@pytest.fixture(scope="module")
def zebra_alone(zebra):
    return transcnn("predict", zebra, "--json")


def test_json_has_the_documented_keys_and_the_classifiers_predictions(zebra_alone, zebra):
    assert (zebra_alone.returncode, zebra_alone.stderr) == (0, "")
    expected = Classifier().predict(zebra)
    assert json.loads(zebra_alone.stdout) == {
        "model": "transcnn_lite0",
        "images": [
            {
                "file": str(zebra),
                "top": [
                    {
                        "index": answer.name.index,
                        "wnid": answer.name.wnid,
                        "label": answer.name.label,
                        "probability": pytest.approx(answer.probability, abs=1e-6),
                    }
                    for answer in expected.top
                ],
            }
        ],
    }
    assert len(expected.top) == 5


@pytest.fixture(scope="module")
def some_bad(zebra, spoilt, tmp_path_factory):
    lion = FOLDER / "samples" / "lion.jpg"
    nowhere = tmp_path_factory.mktemp("empty") / "nowhere.jpg"
    files = [spoilt, zebra, nowhere, lion]
    return files, transcnn("predict", *files, "--json", "--top", 2)


def test_unreadable_images_have_an_error_and_the_others_are_predicted(some_bad):
    files, done = some_bad
    images = json.loads(done.stdout)["images"]

    assert [image["file"] for image in images] == [str(file) for file in files]
    assert [image.get("error") for image in images] == [
        NOT_A_PICTURE,
        None,
        "No such file or directory.",
        None,
    ]
    assert [set(image) for image in images] == [
        {"file", "top" if image.get("error") is None else "error"} for image in images
    ]
    labels = [[answer["label"] for answer in images[i]["top"]] for i in (1, 3)]
    assert [(len(row), row[0]) for row in labels] == [(2, "zebra"), (2, "lion")]


def test_unreadable_images_end_in_code_2_with_a_sentence_each(some_bad):
    files, done = some_bad
    images = json.loads(done.stdout)["images"]

    assert done.returncode == 2
    bad = [(file, image) for file, image in zip(files, images, strict=True) if "error" in image]
    assert done.stderr.splitlines() == [f"{file}: {image['error']}" for file, image in bad]


def test_the_text_has_the_same_predictions(zebra_alone, zebra, called):
    code, out, err = called("predict", zebra)

    assert (code, err) == (0, "")
    file, *lines = out.splitlines()
    assert file == str(zebra)
    top = json.loads(zebra_alone.stdout)["images"][0]["top"]
    assert lines == [f"  {100 * a['probability']:5.1f} %  {a['label']}" for a in top]


def test_weights_by_file_are_used(zebra, called):
    code, out, _ = called(
        "predict", zebra, "--json", "--weights", shipped("transcnn_lite0").path, "--top", 1
    )

    assert code == 0
    assert json.loads(out)["images"][0]["top"][0]["label"] == "zebra"


def test_file_names_in_any_script_and_encoding_are_printed(zebra, tmp_path):
    names = ["斑马 é.jpg", os.fsdecode(b"\xff.jpg"), "two\nlines.jpg"]
    for name in names:
        shutil.copy(zebra, tmp_path / name)
    strict = {**os.environ, "PYTHONIOENCODING": "latin-1:strict"}

    done, words = (
        transcnn("predict", *names, *how, cwd=tmp_path, env=strict, encoding="latin-1")
        for how in (["--json"], [])
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert [image["file"] for image in json.loads(done.stdout)["images"]] == names
    assert (words.returncode, words.stderr) == (0, "")
    assert words.stdout.startswith("\\u6591\\u9a6c é.jpg\n")
    assert "\n\\xff.jpg\n" in words.stdout
    assert "\ntwo\\nlines.jpg\n" in words.stdout


def test_a_network_of_few_classes_says_whether_the_image_is_outside_them(zebra, called):
    code, out, _ = called("predict", zebra, "--model", "transcnn_nano", "--json")
    _, text, _ = called("predict", zebra, "--model", "transcnn_nano")

    coverage = json.loads(out)["images"][0]["class_coverage"]
    assert code == 0
    assert set(coverage) == {"probability", "outside", "top1"}
    assert (coverage["outside"], coverage["top1"]) == (True, "zebra")
    assert coverage["probability"] < 0.02
    assert "Probably outside this network's classes: transcnn_lite0 predicts zebra" in text


@pytest.fixture
def album(tmp_path):
    """Two images, one of them in a sub-folder, beside files that are no images."""
    (tmp_path / "Köln").mkdir()
    (tmp_path / ".thumbs").mkdir()
    for place in ("a.JPG", "Köln/b.jpg", ".thumbs/a.jpg"):
        shutil.copy(FOLDER / "samples" / "zebra.jpg", tmp_path / place)
    (tmp_path / "labels.csv").write_text("file,label\n")
    return tmp_path


@pytest.mark.parametrize(
    ("given", "files"),
    [
        (".", ["Köln/b.jpg", "a.JPG"]),
        ("*.JPG", ["a.JPG"]),
        ("**/*.jpg", ["Köln/b.jpg"]),
    ],
)
def test_a_folder_or_a_pattern_stands_for_its_images(called, album, monkeypatch, given, files):
    monkeypatch.chdir(album)
    code, out, err = called("predict", given, "--json", "--top", 1)
    assert (code, err) == (0, "")
    assert [Path(image["file"]) for image in json.loads(out)["images"]] == list(map(Path, files))


@pytest.mark.parametrize(
    ("given", "sentence"),
    [("Leer", "Leer: it has no images."), ("*.tiff", "*.tiff: no file matches.")],
)
def test_a_folder_or_a_pattern_without_images_is_one_sentence(
    called, album, monkeypatch, given, sentence
):
    monkeypatch.chdir(album)
    (album / "Leer").mkdir()
    assert called("predict", given) == (2, "", sentence + "\n")
