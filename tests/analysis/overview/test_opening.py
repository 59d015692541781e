"""The stored opening is what the command finds, and what the app shows."""

import json

import pytest

from transcnn.analysis.ablation import rerun_removed
from transcnn.analysis.overview import search as searching
from transcnn.analysis.overview.opening import FILE, changed_sample, openings
from transcnn.analysis.overview.search import search, stored
from transcnn.classifier import Classifier
from transcnn.pictures.samples import find_sample


@pytest.mark.parametrize("model", openings())
def test_the_stored_opening_is_right_with_attention_alone(model):
    classifier, opening = Classifier(model), openings()[model]
    sample = find_sample(opening.sample)
    [row] = [
        r for r in json.loads(FILE.read_text(encoding="utf-8"))["openings"] if r["model"] == model
    ]
    pixels = changed_sample(opening.sample, opening.change, classifier.config.input.size)

    runs = {run.intervention: run for run in rerun_removed(classifier, pixels)}

    right = {name: run.top[0].name.index in sample.accepted for name, run in runs.items()}
    assert right == {"on": True, "uniform": False, "off": False}
    if len(sample.accepted) == 1:
        for name, run in runs.items():
            assert row["probability"][name] == pytest.approx(run.answer.probability, abs=1e-3)


def test_the_search_finds_the_largest_fall_among_those_that_both_turn(monkeypatch):
    chosen = ("lion", "tree-frog", "elephant")
    kept = tuple(s for s in searching.samples() if s.name in chosen)
    monkeypatch.setattr(searching, "samples", lambda: kept)
    monkeypatch.setattr(searching, "CHANGES", searching.CHANGES[6:9])

    found = search(Classifier("transcnn_lite0"))

    assert len(found.cases) == 9
    turned = [c for c in found.cases if c.right == {"on": True, "uniform": False, "off": False}]
    assert found.turned[0] == max(turned, key=lambda c: c.shares["on"] - c.shares["off"])
    told = stored({"transcnn_lite0": found}, "command")
    assert told["openings"][0]["sample"] == found.turned[0].sample
    assert told["searched"][0]["wrong_both"] == len(turned)
