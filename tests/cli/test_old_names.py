"""Commands and options by the names of earlier versions."""

import json
import shutil

import pytest

from transcnn.assets import FOLDER
from transcnn.cli.main import OLD_COMMANDS, OLD_OPTIONS, app
from transcnn.model.interventions import INTERVENTIONS

PARTS = "runs without --attention, --change, --engine, --size and parts: a run has all cases"


@pytest.fixture
def folder(tmp_path):
    for name in ("zebra", "lion"):
        (tmp_path / "images" / name).mkdir(parents=True)
        shutil.copy(FOLDER / "samples" / f"{name}.jpg", tmp_path / "images" / name)
    return tmp_path / "images"


@pytest.mark.parametrize("old", OLD_COMMANDS)
def test_an_old_command_is_found_and_not_listed(old, called):
    code, out, _ = called(old, "--help")
    _, new, _ = called(OLD_COMMANDS[old], "--help")

    assert (code, out) == (0, new)
    assert old not in app.commands
    assert OLD_COMMANDS[old] in app.commands


def test_an_old_option_is_the_new_one(called, zebra, tmp_path):
    out = tmp_path / "h.html"

    for given in (("--lang", "zh"), ("--lang=zh",)):
        assert called("handout", zebra, "--out", out, *given)[0] == 0
        assert '<html lang="zh-CN">' in out.read_text(encoding="utf-8")


def test_every_old_option_stands_for_an_option_that_exists():
    listed = {
        name: {option for one in command.params for option in one.opts}
        for name, command in app.commands.items()
    }

    for old, new in OLD_OPTIONS.items():
        assert any(new in options for options in listed.values())
        assert not any(old in options for options in listed.values())


def test_evaluate_store_is_evaluate_run(called, folder, tmp_path):
    path = tmp_path / "run.sqlite"

    code, out, err = called("evaluate", folder, "--store", path, "--json")
    again = called("evaluate-run", folder, path, "--json")

    assert (code, err) == (0, "")
    assert json.loads(out)["done"] == 2
    assert again == (0, out, "")


@pytest.mark.parametrize("given", [("--attention", "off"), ("--change", "gray:0.2"), ("--head", 0)])
def test_evaluate_store_has_no_intervention(called, folder, given):
    code, out, err = called("evaluate", folder, "--store", "x", *given)

    assert (code, out, err) == (2, "", f"store is 'x'; allowed: {PARTS}.\n")


def test_the_help_says_what_each_intervention_is(called):
    _, out, _ = called("ablate", "--help")

    lines = [line.split() for line in out.splitlines()]
    assert [name for name in INTERVENTIONS if not any(line[:1] == [name] for line in lines)] == []
