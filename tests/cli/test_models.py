"""`models`: every network with the numbers of the closed forms, and every detector."""

import json

import pytest

from tests.cli.process import transcnn
from transcnn import list_models
from transcnn.detection.catalogue import shipped_detectors
from transcnn.detection.presets import detector, list_detectors


@pytest.fixture(scope="module")
def everything():
    done = transcnn("models", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    return {row["name"]: row for row in json.loads(done.stdout)}


@pytest.fixture(scope="module")
def rows(everything):
    return {name: row for name, row in everything.items() if row["kind"] == "classifier"}


@pytest.fixture(scope="module")
def detectors(everything):
    return {name: row for name, row in everything.items() if row["kind"] != "classifier"}


def test_json_lists_every_network_and_detector_with_the_documented_keys(everything):
    assert list(everything) == [*list_models(), *list_detectors()]
    for row in everything.values():
        assert list(row) == [
            *("name", "kind", "parameters", "macs", "input_size", "classes", "weights"),
        ]


def test_detectors_are_what_the_table_of_detectors_says(detectors):
    for name, row in detectors.items():
        made = detector(name)
        expected = (made.kind, made.longer, len(made.classes))
        assert (row["kind"], row["input_size"], row["classes"]) == expected
        assert (row["weights"] == "shipped") == (name in shipped_detectors())


def test_numbers_are_those_of_the_closed_forms(rows):
    # The paper's sizes and the shipped one, as counted independently of this package.
    assert rows["transcnn_lite0"]["parameters"] == 5_385_256
    assert rows["transcnn_small"]["parameters"] == 12_378_120
    assert rows["transcnn_base"]["parameters"] == 24_718_728
    assert rows["transcnn_small"]["macs"] == 1_770_364_160
    assert rows["transcnn_base"]["macs"] == 3_881_775_488
    assert rows["transcnn_nano"]["parameters"] <= 4_000_000
    assert {row["input_size"] for row in rows.values()} == {128, 224, 256}


def test_weights_say_what_is_included(rows):
    assert {name for name, row in rows.items() if row["weights"]} == {
        "transcnn_lite0",
        "transcnn_nano",
    }
    assert rows["transcnn_lite0"]["weights"] == "shipped"
    assert rows["transcnn_small"]["weights"] is None


def test_the_text_has_the_same_numbers(rows, detectors, called):
    code, out, err = called("models")

    assert (code, err) == (0, "")
    networks, found = out.split("\n\n")
    head, *lines = found.splitlines()
    assert head.split() == ["detector", "finds", "input", "classes", "weights"]
    for line, row in zip(lines, detectors.values(), strict=True):
        name, *finds, size, classes, weights = line.split()
        assert (name, int(size)) == (row["name"], row["input_size"])
        assert ("masks" in finds) == (row["kind"] == "mask_rcnn")
        assert (int(classes), weights) == (row["classes"], row["weights"] or "-")
    head, *lines = networks.splitlines()
    assert head.split() == ["name", "parameters", "multiply-adds", "input", "classes", "weights"]
    for line, row in zip(lines, rows.values(), strict=True):
        name, parameters, macs, size, classes, weights = line.split()
        assert name == row["name"]
        assert int(parameters.replace(",", "")) == row["parameters"]
        assert int(macs.replace(",", "")) == row["macs"]
        assert (int(size), int(classes)) == (row["input_size"], row["classes"])
        assert weights == (row["weights"] or "-")
