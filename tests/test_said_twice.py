"""Figures that stand in several documents are the same in all of them."""

import re

import pytest

from tests.architecture.repository import ROOT
from transcnn.assets import FOLDER
from transcnn.checkpoints.catalogue import shipped, shipped_names
from transcnn.detection.catalogue import shipped_detector, shipped_detectors

README = (ROOT / "README.md").read_text(encoding="utf-8")
CARDS = {name: FOLDER / "weights" / f"{name}.md" for name in shipped_names()}


@pytest.mark.parametrize("name", CARDS)
def test_how_often_a_network_is_right_is_what_its_card_and_the_readme_say(name):
    right = f"{100 * shipped(name).scores['imagenette_top1']:.1f}"
    card = CARDS[name].read_text(encoding="utf-8")

    assert right in card
    section = README[README.index(f"`{name}`: ") :].split("\n\n")[0]
    assert re.search(rf"\b{right} %", section)


@pytest.mark.parametrize("name", shipped_detectors())
def test_how_good_a_detector_is_is_what_its_card_and_the_readme_say(name):
    entry = shipped_detector(name)
    section = README[README.index(f"`{name}`: ") :].split("\n\n")[0]

    for score in entry.scores.values():
        assert f"{100 * score:.1f} %" in entry.card.read_text(encoding="utf-8")
        assert f"{100 * score:.1f} %" in section
