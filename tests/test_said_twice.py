"""Figures that stand in several documents are the same in all of them."""

import re

import pytest

from tests.architecture.repository import ROOT
from transcnn.assets import FOLDER
from transcnn.checkpoints.catalogue import shipped, shipped_names

README = (ROOT / "README.md").read_text(encoding="utf-8")
CARDS = {name: FOLDER / "weights" / f"{name}.md" for name in shipped_names()}


def about(language):
    return (ROOT / f"transcnn/ui/texts/about.{language}.md").read_text(encoding="utf-8")


def rows(text):
    """The rows of its tables that have figures."""
    return [line for line in text.splitlines() if re.match(r"\|.*\| *[-+]?\d", line)]


def test_the_tables_of_about_are_those_of_the_readme():
    """About writes names of methods as words, whose lines break on a phone."""
    there = [row.replace("_", " ") for row in rows(README)]
    assert len(rows(about("en"))) >= 30
    assert [row for row in rows(about("en")) if row not in there] == []


def test_the_tables_of_about_have_the_same_figures_in_chinese():
    def figures(language):
        return [re.findall(r"[-+]?\d[\d,.]*", row) for row in rows(about(language))]

    assert figures("zh") == figures("en")


@pytest.mark.parametrize("name", CARDS)
def test_how_often_a_network_is_right_is_what_its_card_and_the_readme_say(name):
    right = f"{100 * shipped(name).scores['imagenette_top1']:.1f}"
    card = CARDS[name].read_text(encoding="utf-8")

    assert right in card
    section = README[README.index(f"`{name}`: ") :].split("\n\n")[0]
    assert re.search(rf"\b{right} %", section)
