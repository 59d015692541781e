"""`report`: a stored run as a page or a table, and mistakes in one sentence."""

import csv
import io
import sqlite3

import pyarrow.parquet
import pytest

from tests.cli.process import transcnn
from tests.runs.made import SETTINGS, item, made_run, measured
from transcnn.analysis.errors.derived import with_derived
from transcnn.analysis.errors.filters import Filter
from transcnn.analysis.errors.scores import accuracy
from transcnn.reports.html import render
from transcnn.runs.store import begin, run_path

NO_RUN = "The run 'nowhere' does not exist here; it may have been deleted. Known runs: none."


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return made_run(tmp_path_factory.mktemp("runs") / "run.sqlite", 60, tags=("blur",))


def rows(path):
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))


def test_a_process_writes_the_page(run, tmp_path):
    done = transcnn("report", run.path, "--out", tmp_path / "r.html")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{tmp_path / 'r.html'}: 60 images of transcnn_nano\n"
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert page == render(run, with_derived(run.table()), Filter(), "en")
    assert f"{100 * accuracy(run.table()).value:.1f} %" in page


def test_the_page_can_be_chinese(run, tmp_path, called):
    assert called("report", run.path, "--out", tmp_path / "r.html", "--language", "zh")[0] == 0

    assert '<html lang="zh-CN">' in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_csv_and_parquet_hold_the_same_images(run, tmp_path, called):
    for ending in ("csv", "parquet"):
        assert called("report", run.path, "--out", tmp_path / f"r.{ending}")[0] == 0

    found = pyarrow.parquet.read_table(tmp_path / "r.parquet").to_pydict()
    table = rows(tmp_path / "r.csv")
    assert len(table) == 60
    for name, values in found.items():
        assert [str(value) for value in values] == [row[name] for row in table]


def test_the_same_run_gives_the_same_bytes(run, tmp_path, called):
    for name in ("a.html", "b.html", "a.csv", "b.csv"):
        called("report", run.path, "--out", tmp_path / name)

    for ending in ("html", "csv"):
        a, b = (tmp_path / f"{name}.{ending}" for name in "ab")
        assert a.read_bytes() == b.read_bytes()


def test_only_the_selected_images_are_written(run, tmp_path, called):
    code, _, _ = called(
        "report", run.path, "--out", tmp_path / "r.csv", "--where", "right:no tag:blur"
    )

    assert code == 0
    found = rows(tmp_path / "r.csv")
    assert [row["name"] for row in found] == run.table().names[~run.table().correct].tolist()
    assert {row["right"] for row in found} == {"False"}


def test_no_selected_image_is_an_empty_table_and_a_short_page(run, tmp_path, called):
    for ending in ("csv", "parquet", "html"):
        out = tmp_path / f"r.{ending}"
        assert called("report", run.path, "--out", out, "--where", "tag:nobody")[0] == 0

    assert rows(tmp_path / "r.csv") == []
    assert pyarrow.parquet.read_table(tmp_path / "r.parquet").num_rows == 0


def test_a_run_is_found_by_its_name(tmp_path, called, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    made_run(run_path("mine"), 20)

    assert called("report", "mine", "--out", tmp_path / "r.csv")[0] == 0

    assert len(rows(tmp_path / "r.csv")) == 20


ENDINGS = "names that end in .html, .csv, .parquet"
NAMES = "letters, digits, - _ . (64 at most), or a path that ends in .sqlite"
OUT = ("--out", "{}/r.html")
MISTAKES = {
    (): "Missing argument 'RUN'.",
    ("RUN",): "Missing option '--out'.",
    ("RUN", "--out", "{}/r.pdf"): f"out is '{{}}/r.pdf'; allowed: {ENDINGS}.",
    ("RUN", "--out", "{}/r"): f"out is '{{}}/r'; allowed: {ENDINGS}.",
    ("RUN", "--out", "{}/nowhere/r.csv"): "{}/nowhere: there is no such folder.",
    ("RUN", "--out", "{}/nowhere/r.html"): "{}/nowhere: there is no such folder.",
    ("RUN", *OUT, "--language", "de"): "Invalid value for '--language': 'de' is not one of ",
    ("no name", *OUT): f"run is 'no name'; allowed: {NAMES}.",
    ("../run", *OUT): f"run is '../run'; allowed: {NAMES}.",
    ("nowhere", *OUT): NO_RUN,
    ("{}/nowhere.sqlite", *OUT): NO_RUN,
    ("{}/text.sqlite", *OUT): "{}/text.sqlite: this is not a run of this program.",
    ("RUN", *OUT, "--where", "right"): "filter is 'right'; allowed: terms like label:340.",
    ("RUN", *OUT, "--where", "right:maybe"): "right is 'maybe'; allowed: yes, no.",
    ("RUN", *OUT, "--where", "colour:1..2"): "filter is 'colour'; allowed: label, answer, ",
    ("RUN", *OUT, "--where", "label:zebra"): "label is 'zebra'; allowed: whole numbers from 0.",
    ("RUN", *OUT, "--where", "entropy:high"): "range is 'high'; allowed: low..high, ",
    ("RUN", *OUT, "--where", "text:'open"): 'filter is "text:\'open"; allowed: closed quotes.',
}


@pytest.mark.parametrize("arguments", MISTAKES, ids=lambda a: " ".join(a)[-40:] or "nothing")
def test_a_mistake_ends_in_code_2_with_one_sentence(called, run, monkeypatch, tmp_path, arguments):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    (tmp_path / "text.sqlite").write_text("a diary " * 200)

    given = [a.replace("{}", str(tmp_path)).replace("RUN", str(run.path)) for a in arguments]
    code, out, err = called("report", *given)

    assert (code, out) == (2, "")
    assert err.startswith(MISTAKES[arguments].replace("{}", str(tmp_path)))
    assert err.count("\n") == 1
    assert not (tmp_path / "r.html").exists()


@pytest.mark.parametrize("where", ["label:5000", "answer:3|5000"])
def test_a_class_that_the_network_lacks_selects_nothing_or_is_refused(run, tmp_path, called, where):
    code, _, err = called("report", run.path, "--out", tmp_path / "r.html", "--where", where)

    assert code in (0, 2)
    assert err.count("\n") <= 1


def test_a_run_that_is_damaged_is_one_sentence(tmp_path, called):
    path = tmp_path / "run.sqlite"
    made_run(path, 60)
    data = bytearray(path.read_bytes())
    data[4096:20_000] = bytes(20_000 - 4096)
    path.write_bytes(data)

    code, out, err = called("report", path, "--out", tmp_path / "r.csv")

    assert (code, out) == (2, "")
    assert err.count("\n") == 1


def test_a_run_of_a_later_version_is_refused(tmp_path, called):
    path = tmp_path / "run.sqlite"
    made_run(path, 4)
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()

    code, _, err = called("report", path, "--out", tmp_path / "r.csv")

    assert (code, err) == (2, f"{path}: this is not a run of this program.\n")


def test_an_unfinished_run_can_be_reported(tmp_path, called):
    """As it is while it is written: with what is there."""
    items = [item(f"{i}.jpg", (i % 10,)) for i in range(30)]
    store = begin(tmp_path / "half.sqlite", SETTINGS, items)
    store.add([measured(i) for i in items[:12]])

    code, out, _ = called("report", store.path, "--out", tmp_path / "r.csv")

    assert code == 0
    assert out.endswith(": 12 images of transcnn_nano\n")
    assert len(rows(tmp_path / "r.csv")) == 12
