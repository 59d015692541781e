"""A run on disk: whole batches or nothing, each picture once, and what a person adds stays."""

import contextlib
import sqlite3
import subprocess
import sys
import threading
import time
from dataclasses import replace

import numpy as np
import pytest

from tests.runs.made import CLASSES, SETTINGS, assert_same, item, jpeg, made_run, measured
from transcnn.analysis.errors.table import CASES, TOP
from transcnn.errors import ChoiceError, NoRun, NotARun, OtherRun
from transcnn.runs.measured import Broken
from transcnn.runs.run_file import RunProgress
from transcnn.runs.store import (
    begin,
    known_runs,
    open_run,
    run_path,
    runs_folder,
)

ITEMS = [
    item("b.jpg", (3, 4), "photo", ("blur", "demonstration")),
    item("a.jpg", (5,)),
    item("ü/café 照片.jpg", (6,)),
    item("broken.jpg", (7,)),
]


@pytest.fixture
def store(tmp_path):
    return begin(tmp_path / "run.sqlite", SETTINGS, ITEMS)


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A data folder without runs."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data"


def test_a_new_run_has_everything_to_do(store):
    assert store.settings == SETTINGS
    assert store.progress() == RunProgress(0, 4)
    assert not store.progress().finished
    left = store.remaining()
    assert [replace(i, path=None) for i in left] == [replace(i, path=None) for i in ITEMS]
    assert [i.path for i in left] == [i.path.resolve() for i in ITEMS]
    assert len(store.table()) == 0
    assert store.broken() == []


def test_what_was_measured_comes_back_as_it_was(store):
    results = [measured(i) for i in ITEMS[:3]]
    store.add([results[2], results[0]])
    store.add([results[1], Broken("broken.jpg", "This is not a picture.")])

    table = store.table()

    assert store.progress() == RunProgress(4, 4)
    assert store.progress().finished
    assert table.names.tolist() == [i.name for i in ITEMS[:3]], "the order of the run"
    assert table.labels == ((3, 4), (5,), (6,))
    assert table.sources.tolist() == [i.source for i in ITEMS[:3]]
    assert table.tags == (frozenset({"blur", "demonstration"}), frozenset(), frozenset())
    assert table.model == SETTINGS.model
    assert table.grid == results[0].attention.grid
    for i, result in enumerate(results):
        assert table.received[i].tolist() == list(result.attention.received)
        assert table.sinks[i] == result.attention.sinks
        features = {name: values[i] for name, values in table.features.items()}
        assert {k: features[k] for k in result.features} == result.features
        for case in CASES:
            kept, stored = table.cases[case], result.predictions[case]
            assert [*zip(kept.classes[i], kept.probabilities[i], strict=True)] == list(stored.top)
            assert kept.true_probability[i] == stored.true_probability
            assert kept.true_rank[i] == stored.true_rank
    thumbnails = store.thumbnails(table.ids)
    assert [thumbnails[i] for i in table.ids] == [r.thumbnail for r in results]
    assert store.file(int(table.ids[1])) == ITEMS[1].path.resolve()
    assert store.broken() == [Broken("broken.jpg", "This is not a picture.")]


def test_a_table_without_answers_has_all_of_its_columns(store):
    table = store.table()

    assert len(table) == len(table.received) == len(table.label) == len(table.tags) == 0
    assert table.cases["on"].classes.shape == (0, TOP)
    assert len(table.take(np.zeros(0, dtype=np.bool_))) == 0


def test_a_batch_is_there_whole_or_not_at_all(store):
    """One of its pictures cannot be written: it is not of the run."""
    stranger = measured(item("stranger.jpg", (1,)))

    with pytest.raises(TypeError):
        store.add([measured(ITEMS[0]), measured(ITEMS[1]), stranger])

    assert store.progress().done == 0
    assert len(store.table()) == 0
    store.add([measured(ITEMS[0]), measured(ITEMS[1])])
    assert store.progress().done == 2


def test_a_picture_that_comes_twice_counts_once_and_the_first_stays(store):
    first = measured(ITEMS[0], seed=1)
    store.add([first])

    store.add([measured(ITEMS[0], seed=2), measured(ITEMS[1])])

    table = store.table()
    assert table.names.tolist() == ["b.jpg", "a.jpg"]
    assert table.received[0].tolist() == list(first.attention.received)


def test_an_unreadable_picture_counts_as_done_and_once(store):
    store.add([Broken("broken.jpg", "No such file or directory.")])

    assert store.progress() == RunProgress(1, 4)
    assert [i.name for i in store.remaining()] == [i.name for i in ITEMS[:3]]


def test_a_run_that_is_begun_again_goes_on(store, tmp_path):
    store.add([measured(ITEMS[1])])

    again = begin(tmp_path / "run.sqlite", SETTINGS, ITEMS)

    assert again.progress() == RunProgress(1, 4)
    assert [i.name for i in again.remaining()] == ["b.jpg", "ü/café 照片.jpg", "broken.jpg"]


@pytest.mark.parametrize("name", ["model", "weights_sha256", "resize", "pictures"])
def test_other_settings_are_refused_by_name(store, name):
    with pytest.raises(OtherRun) as caught:
        begin(store.path, replace(SETTINGS, **{name: "other"}), ITEMS)

    assert str(caught.value) == (
        f"The run 'run' was started with other {name}; choose another name to start a new one."
    )


def another_program(path, version=0):
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE bookmarks (title TEXT)")
        db.execute(f"PRAGMA user_version = {version}")
    db.close()


def test_a_file_that_is_no_run_is_said_and_left_alone(tmp_path):
    files = {name: tmp_path / f"{name}.sqlite" for name in ("text", "empty", "picture", "other")}
    files["text"].write_text("a diary of mine, longer than a header of SQLite, " * 40)
    files["empty"].touch()
    files["picture"].write_bytes(jpeg("red"))
    another_program(files["other"], version=7)
    before = {name: file.read_bytes() for name, file in files.items()}

    for file in files.values():
        for use in (open_run, lambda path: begin(path, SETTINGS, ITEMS)):
            with pytest.raises(NotARun) as caught:
                use(file)
            assert str(caught.value) == f"{file}: this is not a run of this program."

    assert {name: file.read_bytes() for name, file in files.items()} == before


def test_a_database_of_another_program_in_its_first_version_is_no_run(tmp_path):
    another_program(tmp_path / "other.sqlite", version=1)

    with pytest.raises(NotARun):
        begin(tmp_path / "other.sqlite", SETTINGS, ITEMS)


@pytest.mark.parametrize(
    "program",
    [
        "CREATE VIEW settings AS WITH RECURSIVE r(name) AS (SELECT 1 UNION ALL SELECT name FROM r) "
        "SELECT name, name AS value FROM r",
        "CREATE TRIGGER t AFTER INSERT ON notes BEGIN DELETE FROM pictures; END",
    ],
)
def test_a_run_that_would_compute_by_itself_is_no_run(tmp_path, program):
    made_run(tmp_path / "run.sqlite", 2)
    with contextlib.closing(sqlite3.connect(tmp_path / "run.sqlite")) as db, db:
        if "VIEW" in program:
            db.execute("DROP TABLE settings")
        db.execute(program)

    with pytest.raises(NotARun):
        open_run(tmp_path / "run.sqlite")


@pytest.mark.usefixtures("home")
def test_a_run_that_is_not_there_is_said_with_those_that_are():
    with pytest.raises(NoRun, match=r"The run 'dogs' does not exist .* Known runs: none"):
        open_run(run_path("dogs"))
    made_run(run_path("cats"), 2)
    made_run(run_path("birds.v2"), 2)

    with pytest.raises(NoRun, match=r"Known runs: birds\.v2, cats"):
        open_run(run_path("dogs"))


def test_names_are_kept_in_the_data_folder_and_paths_where_they_say(home, tmp_path, monkeypatch):
    assert runs_folder() == home / "transcnn" / "runs"
    assert run_path("my-run_2.b") == runs_folder() / "my-run_2.b.sqlite"
    assert run_path("照片") == runs_folder() / "照片.sqlite"
    assert run_path(f"{tmp_path}/x.sqlite") == tmp_path / "x.sqlite"
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert runs_folder() == tmp_path / ".local" / "share" / "transcnn" / "runs"


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/b", "a b", "-x", "x\n", "a" * 65, "a\0"]
)
def test_what_is_neither_name_nor_path_is_refused(name):
    with pytest.raises(ChoiceError, match=r"run is .*; allowed: letters, digits, "):
        run_path(name)


@pytest.mark.usefixtures("home")
def test_several_runs_lie_side_by_side():
    one, two = made_run(run_path("one"), 4), made_run(run_path("two"), 6)
    one.write_note(1, "of one")

    assert known_runs() == ["one", "two"]
    assert (len(one.table()), len(two.table())) == (4, 6)
    assert two.table().notes == ("",) * 6


def test_notes_are_kept_replaced_and_taken_away(tmp_path):
    path = tmp_path / "run.sqlite"
    store = made_run(path, 3)
    text = 'Zeilen\nund "Zeichen", 斑马; \'); DROP TABLE notes; --'

    store.write_note(2, "first")
    store.write_note(2, text)
    assert open_run(path).table().notes == ("", text, "")

    store.write_note(2, "")
    assert open_run(path).table().notes == ("", "", "")


def test_own_tags_are_kept_beside_those_of_the_table(tmp_path):
    store = made_run(tmp_path / "run.sqlite", 2, tags=("blur",))

    store.write_tags(1, ["odd", "odd", "blur"])
    store.write_tags(2, ["first"])
    store.write_tags(2, ["second"])

    tags = open_run(store.path).table().tags
    assert tags == (frozenset({"blur", "odd"}), frozenset({"blur", "second"}))
    store.write_tags(1, [])
    assert open_run(store.path).table().tags[0] == {"blur"}


def test_slices_are_kept_by_name(tmp_path):
    store = made_run(tmp_path / "run.sqlite", 2)
    store.save_slice("dark", "brightness:..62")
    store.save_slice("blurred", "tag:blur right:no")
    store.save_slice("dark", "brightness:..50")

    assert open_run(store.path).slices() == {
        "blurred": "tag:blur right:no",
        "dark": "brightness:..50",
    }
    store.save_slice("blurred", "")
    assert list(store.slices()) == ["dark"]


def test_the_version_changes_with_everything_that_is_written(tmp_path):
    store = made_run(tmp_path / "run.sqlite", 4)
    seen = [store.version()]
    for write in (
        lambda: store.write_note(1, "x"),
        lambda: store.write_tags(1, ["x"]),
        lambda: store.save_slice("x", "right:no"),
        lambda: store.write_note(1, ""),
    ):
        write()
        seen.append(store.version())

    assert len(set(seen)) == len(seen)
    store.table()
    assert store.version() == seen[-1]


def test_a_reader_sees_the_run_grow_and_every_table_is_whole(tmp_path):
    """While batches are written, a table never has pictures without their answers, or answers
    without their picture."""
    items = [item(f"{i:03}.jpg", (i % CLASSES,)) for i in range(240)]
    store = begin(tmp_path / "run.sqlite", SETTINGS, items)
    results = [measured(i) for i in items]

    def write():
        for start in range(0, len(results), 4):
            store.add(results[start : start + 4])
            time.sleep(0.002)

    writer, seen = threading.Thread(target=write), []
    writer.start()
    reader = open_run(store.path)
    while writer.is_alive():
        table = reader.table()
        assert {len(c.true_rank) for c in table.cases.values()} == {len(table)}
        seen.append(len(table))
    writer.join()

    assert seen == sorted(seen)
    assert all(count % 4 == 0 for count in seen)
    assert len(set(seen)) > 2
    assert len(reader.table()) == 240


_WRITER = """
import sys
from pathlib import Path
from tests.runs.made import CLASSES, SETTINGS, item, measured
from transcnn.runs.store import begin
items = [item(f"{i:04}.jpg", (i % CLASSES,)) for i in range(4000)]
store = begin(Path(sys.argv[1]), SETTINGS, items)
left = store.remaining()
print("begun", flush=True)
for start in range(0, len(left), 8):
    store.add([measured(i) for i in left[start : start + 8]])
"""


def killed_and_gone_on(path, moments):
    """kill -9 at these moments of one run that is gone on with after each."""
    done = [0]
    for moment in moments:
        with subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout.readline() == "begun\n"
            time.sleep(moment)
            process.kill()
        store = open_run(path)
        done.append(store.progress().done)
        table = store.table()
        assert done[-1] % 8 == 0
        assert len(table) == len(set(table.names)) == done[-1]
        assert {len(c.true_rank) for c in table.cases.values()} == {done[-1]}

    assert done == sorted(done)
    assert 0 < done[-1] < 4000
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()
    assert [i.name for i in store.remaining()] == [f"{i:04}.jpg" for i in range(done[-1], 4000)]


def test_whenever_it_is_killed_a_run_holds_whole_batches(tmp_path):
    killed_and_gone_on(tmp_path / "run.sqlite", [0.12, 0.09])


@pytest.mark.long
def test_however_often_it_is_killed_a_run_holds_whole_batches(tmp_path):
    killed_and_gone_on(tmp_path / "run.sqlite", [0.02 + 0.013 * i for i in range(16)])


def test_two_runs_that_say_the_same_are_the_same(tmp_path):
    assert_same(made_run(tmp_path / "a.sqlite", 9), made_run(tmp_path / "b.sqlite", 9))
