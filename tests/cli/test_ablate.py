"""`ablate`, `attention-stats` and `mean-outputs`: the package's numbers, as tables and as JSON."""

import json
import shutil

import numpy as np
import pytest

from transcnn import Classifier
from transcnn.assets import FOLDER
from transcnn.evaluation import find_held_out, find_pictures, parse_change
from transcnn.evaluation.ablation import ablate, backbone_predictions, intervention_cases
from transcnn.evaluation.attention import measure_heads
from transcnn.evaluation.prepared import prepare_pictures

LABELLED = {"zebra": "zebra", "lion": "lion", "pizza": "pizza", "espresso": "palace"}
PHOTOS = ["zebra", "lion", "pizza", "palace"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Four pictures, one of them wrongly labelled."""
    folder = tmp_path_factory.mktemp("labelled")
    for label, name in LABELLED.items():
        (folder / label).mkdir()
        shutil.copy(FOLDER / "samples" / f"{name}.jpg", folder / label)
    return folder


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A training source: 40 names in a folder of no class, a tenth of them held out."""
    folder = tmp_path_factory.mktemp("source")
    (folder / "things").mkdir()
    for i in range(40):
        shutil.copy(FOLDER / "samples" / f"{PHOTOS[i % 4]}.jpg", folder / "things" / f"{i}.jpg")
    return folder


@pytest.fixture(scope="module")
def classifier():
    return Classifier()


def _printed(found, case):
    return {
        "attention": case.attention,
        "where": str(case.where),
        "change": str(case.change),
        "top1": vars(found.share(case)),
        "drop": vars(found.loss(case)),
    }


def test_json_has_the_numbers_of_the_package(called, folder, classifier):
    code, out, _ = called("ablate", folder, "--json")

    pictures = find_pictures(folder)
    changes = [parse_change(text) for text in ("none", "cutmix:0.4")]
    run, labels = prepare_pictures(pictures, 224), [p.label.index for p in pictures]
    found = ablate(classifier, run, labels, intervention_cases(classifier, changes))
    assert code == 0
    assert json.loads(out) == {
        "model": "transcnn_lite0",
        "weights_sha256": classifier.weights_sha256,
        "labels": "folder",
        "count": 4,
        "cases": [_printed(found, case) for case in found.correct],
        "unreadable": [],
    }
    assert len(found.correct) == 12


def test_held_out_images_are_measured_against_the_backbone(called, source, classifier):
    code, out, _ = called("ablate", source, "--held-out", "--change", "gray:0.6", "--json")

    pictures = find_held_out(source)
    run = prepare_pictures(pictures, 224)
    labels = backbone_predictions(classifier, run)
    cases = intervention_cases(classifier, [parse_change("gray:0.6")])
    found = ablate(classifier, run, labels, cases)
    printed = json.loads(out)
    assert code == 0
    assert 1 < printed["count"] == len(pictures) < 10
    assert printed["labels"] == "backbone"
    assert printed["cases"] == [_printed(found, case) for case in found.correct]


def test_the_table_has_a_row_for_each_part(called, folder):
    code, out, _ = called("ablate", folder, "--each", "stage", "--change", "gray:0.4")

    rows = [line.split("|")[1].strip() for line in out.splitlines()[3:]]
    assert code == 0
    assert rows == ["on", *(f"uniform: stage {s}" for s in range(4))]
    assert out.splitlines()[1] == "| part (0-based) | gray:0.4 | drop |"


def test_attention_stats_cover_every_head(called, folder, classifier):
    code, out, _ = called("attention-stats", folder, "--json")

    run = prepare_pictures(find_pictures(folder), 224)
    heads = measure_heads(classifier, run, parse_change("cutmix:0.4"))
    printed = json.loads(out)
    assert code == 0
    assert [row["entropy"] for row in printed] == [head.entropy for head in heads]
    assert [row["on_image"] for row in printed] == [head.own for head in heads]
    assert [row["head"] for row in printed] == [head.where.head for head in heads]


def test_boxes_are_means_over_their_images(called, tmp_path):
    boxes = {"zebra.jpg": [0, 0, 1, 1], "lion.jpg": [0, 0, 1, 0.5]}
    (tmp_path / "boxes.json").write_text(json.dumps(boxes))

    code, out, _ = called(
        "attention-stats", FOLDER / "samples", "--boxes", tmp_path / "boxes.json", "--json"
    )

    rows = json.loads(out)
    assert code == 0
    assert len(rows) == 9
    for row in rows:
        assert row["images"] == 2
        assert row["images_with_outside"] == 1, "the first box covers everything"
        assert row["area"] == pytest.approx((1 + row["area_of_those"]) / 2)
        assert row["in_box"] > 0.5


def test_means_are_written_beside_the_weights(called, source, tmp_path):
    weights = tmp_path / "mine.safetensors"
    shutil.copy(FOLDER / "weights" / "transcnn_lite0.safetensors", weights)

    code, out, _ = called("mean-outputs", weights, "--data", source, "--limit", 3)

    assert code == 0
    assert "means over 3 images" in out
    means = Classifier(weights=weights).means
    assert len(means) == 9
    assert all(np.isfinite(mean.numpy()).all() and mean.any() for mean in means.values())
