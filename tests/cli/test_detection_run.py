"""`evaluate-run` with a detector: the run that it stores, and the numbers that it prints."""

import json

import pytest

from tests.detection.planted import planted
from tests.runs.detection.made import write_set
from transcnn.detection.detector import ObjectDetector
from transcnn.detection.evaluation import evaluate_detector
from transcnn.detection.sets import read_set
from transcnn.runs.detection.store import open_any_run

MODEL = ("--model", "retinanet_transcnn_lite0")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Five images with an error of most kinds; the detector that is opened finds what is red."""
    monkeypatch.setattr(ObjectDetector, "open", lambda *_, **__: planted())
    return write_set(tmp_path / "set")


@pytest.mark.parametrize("command", ["evaluate-run", "evaluate --store"])
def test_a_run_is_stored_and_has_the_numbers_of_the_set(folder, called, tmp_path, command):
    run = tmp_path / "run.sqlite"
    if command == "evaluate-run":
        arguments = ("evaluate-run", folder, run)
    else:
        arguments = ("evaluate", folder, "--store", run)
    code, out, err = called(*arguments, *MODEL, "--draws", 20, "--json")

    assert (code, err) == (0, "")
    given = json.loads(out)
    assert (given["done"], given["of"], given["draws"]) == (5, 5, 20)
    assert (given["classes"], given["unreadable"]) == (["dog", "cat"], [])
    expected = evaluate_detector(planted(), read_set(folder), draws=20).measured["on"]["box"]
    assert given["box"]["AP50"] == expected.scores.number("AP50")._asdict()
    assert given["box"]["errors"] == {k: vars(v) for k, v in expected.errors.kinds.items()}
    assert len(open_any_run(run).pictures()) == 5

    again = called(*arguments, *MODEL, "--draws", 20)[1]  # nothing is left to do
    assert "5 of 5 images done" in again
    for kind in expected.errors.kinds:
        assert f" {kind}\n" in again
    assert "left out, 3 classes of the detector that the set does not have" in again


def test_the_report_of_a_classifier_is_refused_for_it(folder, called, tmp_path):
    run = tmp_path / "run.sqlite"
    called("evaluate-run", folder, run, *MODEL, "--draws", 0)
    code, out, err = called("report", run, "--out", tmp_path / "report.html")

    assert (code, out) == (2, "")
    assert "The run 'run' is that of a detector" in err


@pytest.mark.parametrize(
    "options",
    [(*MODEL, "--resize", "squash"), ("--split", "val"), ("--draws", "9")],
)
def test_what_only_the_other_kind_of_network_has_is_refused(folder, called, tmp_path, options):
    code, _, err = called("evaluate-run", folder, tmp_path / "run.sqlite", *options)

    assert code == 2
    assert options[-2].removeprefix("--") in err
    assert not (tmp_path / "run.sqlite").exists()
