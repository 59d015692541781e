"""`explain --faithfulness` and `faithfulness`: documented scores, and a file that resumes."""

import json
import re
import shutil
from functools import partial

import pytest

from tests.architecture.repository import ROOT
from tests.explain.planted import Constant, Oracle, subject
from transcnn.assets import FOLDER
from transcnn.cli import scores
from transcnn.explain.faithfulness import Effort, faithfulness
from transcnn.explain.names import BASELINES, SCORES

NANO = ("--model", "transcnn_nano")
LITTLE = Effort(steps=4, orders=2, masks=8, draws=1, ties=2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("labelled")
    for name in ("zebra", "lion"):
        (folder / name).mkdir()
        shutil.copy(FOLDER / "samples" / f"{name}.jpg", folder / name)
    return folder


def keys(value):
    found = set()
    if isinstance(value, dict):
        found = set(value).union(*map(keys, value.values()))
    return found


def result(method):
    of = subject()
    return faithfulness(of, method.explain(of), method, effort=Effort(steps=8, masks=48, draws=2))


def test_a_map_is_scored_against_baselines_as_the_documents_say(called, zebra, monkeypatch):
    text = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    paragraph = re.search(r"^With `--faithfulness`(.*?)\n\n", text, re.MULTILINE | re.DOTALL)[1]
    documented = set(re.findall(r"\"(\w+)\"", paragraph)) - {"better", "no_better", "worse"}
    documented |= {"scores", "baselines", "intervals", "verdict", "wins", "tied", "effort"}

    little = partial(faithfulness, effort=LITTLE)
    monkeypatch.setattr("transcnn.explain.faithfulness.faithfulness", little)
    code, out, err = called(
        "explain", zebra, *NANO, "--method", "saliency", "--faithfulness", "--json"
    )

    found = json.loads(out)
    printed = {key: found[key] for key in list(found)[list(found).index("map") + 1 :]}
    assert (code, err) == (0, "")
    assert keys(printed) == documented
    assert list(found["baselines"]) == list(BASELINES)
    for values in (found["scores"], *found["baselines"].values()):
        assert list(values) == list(SCORES)
        assert all(isinstance(value, float) for value in values.values())
    for score, (low, high) in found["intervals"]["scores"].items():
        assert low <= found["scores"][score] <= high


@pytest.mark.parametrize(
    ("method", "verdict"),
    [
        (Oracle(), "better than its baselines"),
        (Constant(), "no better than its baselines"),
        (Oracle(times=-1), "worse than random order"),
    ],
)
def test_the_verdict_is_printed_with_the_scores_it_follows_from(method, verdict):
    found = result(method)

    *table, last = list(scores.lines(found))[:8]

    assert last.startswith(verdict), found.verdict
    assert all(f"{name} {found.verdict.wins[name]} of 4" in last for name in BASELINES)
    assert table[1].split()[-5:] == [f"{found.own.scores[s].value:.3f}" for s in SCORES]
    assert [line.split()[0] for line in table[2:]] == list(BASELINES)
    ties = list(scores.lines(found))[8:]
    assert bool(ties) == bool(found.own.tied)
    if ties:
        assert ties[0].startswith(f"{100 * found.own.tied:.0f} % of the patches have")


def test_the_table_has_a_row_for_each_method_and_the_same_command_repeats_nothing(
    called, folder, tmp_path
):
    file = tmp_path / "scores.jsonl"
    command = ("faithfulness", folder, *NANO, "--method", "grad_cam", "--out", file)

    code, out, _ = called(*command)
    before = file.read_bytes()
    again = called(*command)

    assert (code, again[0], again[1]) == (0, 0, out)
    assert file.read_bytes() == before
    assert len(before.splitlines()) == 3
    for table in out.split("\n", 1)[1].split("\n\n"):
        head, _, row = table.strip().splitlines()
        assert row.startswith("| grad_cam |")
        assert head.count("|") == row.count("|")

    code, _, err = called(*command, "--resize", "squash")
    assert (code, len(err.splitlines())) == (2, 1)
    assert "resize" in err


def test_invalid_input_is_one_sentence(called, folder, tmp_path):
    file = tmp_path / "scores.jsonl"
    for arguments, word in [(("--method", "magic"), "magic"), (("--limit", 1), "two readable")]:
        code, out, err = called("faithfulness", folder, *NANO, "--out", file, *arguments)

        assert (code, out, len(err.splitlines())) == (2, "", 1)
        assert word in err
    assert not file.exists()
