"""The error board without a browser: links, runs that may be seen, what is kept."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.shapes import packed
from tests.app.test_pages import open_app, session
from tests.runs.made import SETTINGS, made_run, measured
from transcnn.analysis.errors.filters import parse_filter
from transcnn.errors import ChoiceError, NoRun
from transcnn.pictures.samples import samples
from transcnn.reports.predictions import as_csv
from transcnn.runs.labelled import LabelledPicture
from transcnn.runs.remarks import RemarkedRun, Remarks
from transcnn.runs.store import begin, open_run, run_path
from transcnn.runs.uploads import new_upload, upload_folder, upload_path
from transcnn.ui.app.links import decode
from transcnn.ui.app.page_files import page_file
from transcnn.ui.pages.errors import runs
from transcnn.ui.pages.errors.data import whole_table
from transcnn.ui.pages.errors.link import VIEWS, ErrorsChoice

pytestmark = pytest.mark.usefixtures("runs_home")


def open_board(**link: str) -> AppTest:
    app = open_app(**link)
    app.switch_page(page_file("errors")).run()
    assert not app.exception
    return app


def open_upload(run: str, **link: str) -> AppTest:
    """The page as it is once a link has brought the key of a run."""
    app = open_board(**link)
    state = session(app)
    state.part(runs.OwnRuns).open(run)
    state.put(state.part(ErrorsChoice).of_run(run))
    return app.run()


def component(app: AppTest, name: str) -> dict:
    mounted = {c.proto.component_name: c.proto for c in app.get("bidi_component")}
    return json.loads(mounted[f"transcnn.{name}"].json)


@pytest.fixture
def store():
    return open_run(run_path("demonstration"))


@pytest.fixture
def own_run():
    """The run of an upload, whole."""
    run = new_upload()
    made_run(upload_path(run), 6)
    yield run
    runs.delete_upload(run)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("view", VIEWS)
def test_every_view_opens_in_every_language(view, language):
    open_board(view=view, lang=language)


@pytest.mark.parametrize(
    "link",
    [
        {"view": "nonsense", "sort": "?", "page": "-3", "pins": "x,,9999999999", "where": '"'},
        {"where": "right", "page": "٣", "pins": "1e3"},
    ],
)
def test_what_does_not_exist_falls_back_to_the_usual(link):
    assert decode(ErrorsChoice, link) == ErrorsChoice()


def test_a_filter_that_the_run_does_not_know_falls_back_to_all_pictures():
    app = open_board(where="unicorns:1..2")
    assert len(component(app, "gallery")["pictures"]) == 24


def test_the_gallery_shows_the_pictures_of_the_filter_the_most_confident_errors_first(store):
    table = store.table()
    wrong = table.take(parse_filter("right:no").chosen(table))
    expected = sorted(zip(-wrong.confidence, wrong.ids, strict=True))
    shown = component(open_board(where="right:no"), "gallery")["pictures"]
    assert [p["id"] for p in shown] == [int(i) for _, i in expected][:24]
    assert not any(p["right"] for p in shown)


def test_every_count_of_the_matrix_leads_to_as_many_pictures(store):
    table = store.table()
    rows = component(open_board(view="classes"), "pick_table")["rows"]
    picked = [cell for row in rows for cell in row if "pick" in cell]
    assert picked
    for cell in picked:
        assert parse_filter(cell["pick"]).chosen(table).sum() == int(cell["text"]) > 0


@pytest.mark.parametrize("view", ["confidence", "survival", "groups"])
def test_every_count_of_a_table_leads_to_as_many_pictures(view, store):
    from transcnn.analysis.errors.derived import with_derived

    table = with_derived(store.table())
    rows = component(open_board(view=view), "pick_table")["rows"]
    for cell in (cell for row in rows for cell in row if "pick" in cell):
        assert parse_filter(cell["pick"]).chosen(table).sum() == int(cell["text"]) > 0


def test_a_pinned_picture_shows_its_answers_in_three_cases(store):
    picture = int(store.table().ids[5])
    app = open_board(pins=str(picture))
    assert str(store.table().names[5]) in app.markdown[1].value.replace("\\", "") or any(
        str(store.table().names[5]) in m.value.replace("\\", "") for m in app.markdown
    )
    (table,) = app.table
    assert list(table.value.columns) == [
        "original",
        "H-MHSA removed (backbone only)",
        "uniform attention",
    ]
    assert len(table.value) == 5


def add_remarks(app: AppTest, picture: int) -> None:
    app.text_area(f"errors_note_{picture}").set_value("a *strange* one").run()
    app.text_input(f"errors_tags_{picture}").set_value("odd look-again").run()


def test_remarks_on_the_demonstration_are_their_visitors_own(store):
    """They reach this visitor's filters, tables, files and groups, nobody else's, and no file."""
    picture, before = int(store.table().ids[0]), store.version()
    app, other = open_board(pins=str(picture)), open_board(pins=str(picture))
    add_remarks(app, picture)
    assert any("yours alone" in caption.value for caption in app.caption)
    app.text_input("errors_filter_text").set_value("STRANGE").run()
    assert [p["id"] for p in component(app, "gallery")["pictures"]] == [picture]
    app.text_input("errors_filter_name").set_value("mine").run()
    next(b for b in app.button if b.label == "Save").click().run()
    assert "mine" in [b.label for b in app.button]

    state = session(app)
    run = RemarkedRun(store.path, state.part(Remarks))
    table = whole_table(run)
    assert table.notes[0] == run.table().notes[0] == "a *strange* one"
    assert {"odd", "look-again"} <= table.tags[0]
    assert "a *strange* one" in as_csv(table, store.settings.classes.by_number)

    other.run()
    assert other.text_area(f"errors_note_{picture}").value == ""
    assert "mine" not in [b.label for b in other.button]
    other.text_input("errors_filter_text").set_value("STRANGE").run()
    assert any("No image matches" in info.value for info in other.info)
    assert "odd" not in other.selectbox("errors_filter_tag").options
    assert store.version() == before
    assert not any(store.table().notes)


def test_a_run_keeps_so_many_groups_and_says_so(own_run):
    store = open_run(upload_path(own_run))
    for i in range(49):
        store.save_slice(f"group {i}", "right:yes")
    app = open_upload(own_run, where="right:no")
    app.text_input("errors_filter_name").set_value("x" * 100).run()
    next(b for b in app.button if b.label == "Save").click().run()
    assert "x" * 60 in store.slices(), "a name has its limit, too"
    assert len(store.slices()) == 50
    assert next(b for b in app.button if b.label == "Save").disabled
    assert any("Delete one of them first" in caption.value for caption in app.caption)


def test_remarks_on_a_run_of_ones_own_are_kept_in_it(own_run):
    store = open_run(runs.path_of(own_run))
    picture = int(store.table().ids[0])
    add_remarks(open_upload(own_run, pins=str(picture)), picture)
    found = store.table()
    assert found.notes[0] == "a *strange* one"
    assert {"odd", "look-again"} <= found.tags[0]
    again = open_upload(own_run, where="tag:odd text:STRANGE")
    assert [p["id"] for p in component(again, "gallery")["pictures"]] == [picture]


@pytest.mark.parametrize(
    "where",
    ["label:5000", "confidence:5..6", "brightness:..-5", "entropy:1e400..", "confidence:inf.."],
)
def test_a_link_out_of_all_bounds_is_no_error(where):
    open_board(where=where)


def test_a_filter_that_fits_nothing_says_so():
    app = open_board(where="text:nowhere-at-all")
    assert any("No image matches" in info.value for info in app.info)


def test_two_pinned_images_stand_side_by_side(store):
    first, second = store.table().ids[:2].tolist()
    app = open_board(pins=f"{first},{second}")
    assert len(app.text_area) == 2


def test_folders_are_read_only_where_the_server_was_started_to(monkeypatch, tmp_path):
    with pytest.raises(ChoiceError):
        runs.check_folder(str(tmp_path))
    monkeypatch.setenv("TRANSCNN_FOLDERS", str(tmp_path))
    assert runs.check_folder(str(tmp_path / "inside")) == tmp_path / "inside"
    (tmp_path / "way").symlink_to(tmp_path.parent)
    for outside in (tmp_path.parent, tmp_path / ".." / "x", tmp_path / "way" / "x"):
        with pytest.raises(ChoiceError):
            runs.check_folder(str(outside))


@pytest.fixture
def named_runs(runs_home, tmp_path):
    """Runs of the command line by their names, with images in and out of the folder "allowed"."""
    (tmp_path / "allowed").mkdir()
    (tmp_path / "allowed" / "way").symlink_to(tmp_path / "secret")
    folders = {
        "inside": ["allowed/zebra", "allowed/lion"],
        "outside": ["secret"],
        "partly": ["allowed", "secret"],
        "climbing": ["allowed/../secret"],
        "linked": ["allowed/way"],
        "beside": ["allowed-not"],
        "untold": [],
    }
    for name, places in folders.items():
        items = [
            LabelledPicture(f"{i}.jpg", tmp_path / place / f"{i}.jpg", (i,), str(i))
            for i, place in enumerate(places)
        ]
        begin(runs_home / f"{name}.sqlite", SETTINGS, items).add([measured(i) for i in items])
    (runs_home / "damaged.sqlite").write_bytes(b"no run")
    yield [*folders, "damaged", "nowhere"]
    for name in (*folders, "damaged"):
        (runs_home / f"{name}.sqlite").unlink()


def test_runs_by_name_are_shown_where_all_of_their_folders_are_allowed(
    named_runs, monkeypatch, tmp_path
):
    def shown() -> list[str]:
        return list(open_board().selectbox("errors_run").options)[1:]

    assert shown() == []
    monkeypatch.setenv("TRANSCNN_FOLDERS", str(tmp_path / "allowed"))
    assert shown() == ["inside"]
    assert [p["name"] for p in component(open_board(run="inside"), "gallery")["pictures"]] == [
        "0.jpg",
        "1.jpg",
    ]
    for hidden in named_runs[1:]:
        (said,) = open_board(run=hidden).error
        assert said.value.replace("\\", "") == (
            f"The run '{hidden}' does not exist here; it may have been deleted. "
            "Known runs: demonstration, inside."
        )
    monkeypatch.delenv("TRANSCNN_FOLDERS")
    assert len(open_board(run="inside").error) == 1


@pytest.mark.parametrize("name", ["outside", "demonstration", "upload-" + 32 * "a"])
def test_a_new_run_does_not_take_the_name_of_one_that_is_hidden(
    name, named_runs, monkeypatch, tmp_path
):
    assert "outside" in named_runs
    monkeypatch.setenv("TRANSCNN_FOLDERS", str(tmp_path / "allowed"))
    place = tmp_path / "allowed" / "zebra"
    place.mkdir()
    (place / "0.jpg").write_bytes(samples()[0].path.read_bytes())
    app = open_board()
    app.text_input("errors_folder").set_value(str(tmp_path / "allowed"))
    app.text_input("errors_name").set_value(name)
    app.button("errors_begin_folder").click().run(timeout=60)
    (said,) = app.error
    assert "a name of its own" in said.value


def test_a_run_cannot_be_begun_on_images_to_which_a_link_leads_out(monkeypatch, tmp_path):
    (tmp_path / "allowed").mkdir()
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "0.jpg").write_bytes(samples()[0].path.read_bytes())
    (tmp_path / "allowed" / "zebra").symlink_to(tmp_path / "secret")
    monkeypatch.setenv("TRANSCNN_FOLDERS", str(tmp_path / "allowed"))
    app = open_board()
    app.text_input("errors_folder").set_value(str(tmp_path / "allowed"))
    app.text_input("errors_name").set_value("linked-out")
    app.button("errors_begin_folder").click().run(timeout=60)
    (said,) = app.error
    assert "folder" in said.value
    assert not run_path("linked-out").exists()


@pytest.mark.parametrize("run", ["../../etc/x.sqlite", "a/b", "/x.sqlite", "upload-1", ""])
def test_no_link_leads_to_another_file(run, monkeypatch, tmp_path):
    monkeypatch.setenv("TRANSCNN_FOLDERS", str(tmp_path))
    app = open_board(run=run)
    if run:
        assert len(app.error) == 1


def test_an_uploaded_archive_becomes_a_run_of_its_own_that_can_be_deleted():
    photos = {s.name: s.path.read_bytes() for s in samples()}
    data = packed({"zebra/a.jpg": photos["zebra"], "340/b.jpg": photos["lion"], "340/c.jpg": b"x"})
    app = open_board()
    app.file_uploader("errors_uploader_0").set_value(("mine.zip", data, "application/zip")).run()
    app.button("errors_begin_upload").click().run(timeout=60)
    assert not app.exception
    (run,) = session(app).part(runs.OwnRuns).begun
    assert session(app).part(ErrorsChoice).shown == run
    job = runs.task_of(run)
    if job is not None:
        job.join(60)
    store = open_run(runs.path_of(run))
    assert (len(store.table()), len(store.broken())) == (2, 1)
    assert len(open_board().selectbox("errors_run").options) == 1
    app.run()
    next(b for b in app.button if b.label == "Delete this run").click().run()
    assert not upload_folder(run).exists()
    assert len(app.selectbox("errors_run").options) == 1
    with pytest.raises(NoRun):
        open_run(runs.path_of(run))


def test_the_key_of_a_run_is_in_no_address_and_in_no_log(own_run, caplog):
    app = open_upload(own_run, where="right:no")
    assert session(app).part(ErrorsChoice).shown == own_run
    assert dict(app.query_params) == {"where": "right:no"}
    copied = [
        json.loads(c.proto.json) for c in app.get("bidi_component") if own_run in c.proto.json
    ]
    assert [(one.get("query"), one.get("fragment")) for one in copied if "copy" in one] == [
        (None, f"run={own_run}")
    ]
    with_key = decode(ErrorsChoice, {"run": own_run})
    assert with_key == ErrorsChoice(), "who writes it there all the same opens nothing"
    runs.resume(own_run, None)  # it fails, which is logged
    task = runs._tasks[own_run]
    task.join(60)
    assert caplog.text
    assert own_run not in caplog.text


def test_a_tab_that_is_loaded_anew_has_its_runs_again(own_run):
    other = new_upload()
    made_run(upload_path(other), 3)
    gone = new_upload()
    before, after = runs.OwnRuns([gone, own_run], [other]), runs.OwnRuns()
    assert after.add(before.as_text(own_run)) == own_run
    assert (after.begun, after.opened) == ([own_run], [other])
    assert after.add(before.as_text(gone)) == ""
    assert after.all() == [own_run, other]
    assert runs.OwnRuns().as_text("") == ""
    odd = ('["", 3, null]', f'["../x", ["../x"], "{own_run}"]', "[" * 100_000)
    for nonsense in ("", "{", "3", "[1, 2]", *odd):
        own_runs = runs.OwnRuns()
        assert own_runs.add(nonsense) == ""
        assert own_runs.all() == []
    runs.delete_upload(other)


def begin_another(app: AppTest) -> None:
    data = packed({"zebra/a.jpg": samples()[0].path.read_bytes()})
    key = f"errors_uploader_{len(session(app).part(runs.OwnRuns).begun)}"
    app.file_uploader(key).set_value(("mine.zip", data, "application/zip")).run()
    app.button("errors_begin_upload").click().run(timeout=60)
    assert not app.exception


def test_who_keeps_as_many_runs_as_they_may_is_asked_to_delete_one(monkeypatch):
    monkeypatch.setenv("TRANSCNN_LIMIT_UPLOAD_RUNS", "1")
    app = open_board()
    begin_another(app)
    (run,) = session(app).part(runs.OwnRuns).begun
    begin_another(app)
    (error,) = app.error
    assert error.value.replace("\\", "") == (
        "You have reached the limit of uploaded runs (1). Delete one of them to start another."
    )
    assert session(app).part(runs.OwnRuns).all() == [run]
    begin_another(other := open_board())
    assert not other.error, "nobody else's"
    runs.delete_upload(run)
    begin_another(app)
    assert not app.error
    for own_runs in (session(a).part(runs.OwnRuns) for a in (app, other)):
        for run in own_runs.all():
            runs.delete_upload(run)


def test_the_runs_of_all_uploads_have_a_limit_of_disk(monkeypatch, own_run):
    monkeypatch.setenv("TRANSCNN_LIMIT_UPLOAD_RUNS_MB", "1")
    (upload_folder(own_run) / "large.jpg").write_bytes(bytes(10**6))
    uploads = upload_folder(own_run).parent
    before = list(uploads.iterdir())
    app = open_board()
    begin_another(app)
    (error,) = app.error
    assert error.value.startswith("There is no room for another run now")
    assert session(app).part(runs.OwnRuns).all() == []
    assert list(uploads.iterdir()) == before


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"../a.jpg": b"x"}, "outside"),
        ({"unicorn/a.jpg": b"x"}, "nearest"),
        ({"labels.csv": b"file,label\n../../x.jpg,zebra\n"}, "outside"),
        ({}, "sub-folders"),
    ],
)
def test_an_archive_that_cannot_be_used_is_a_sentence_and_leaves_nothing(files, says, runs_home):
    before = set((runs_home / "uploads").glob("*/*"))
    app = open_board()
    upload = ("mine.zip", packed(files), "application/zip")
    app.file_uploader("errors_uploader_0").set_value(upload).run()
    app.button("errors_begin_upload").click().run(timeout=60)
    assert not app.exception
    assert any(says in error.value.replace("\\", "") for error in app.error)
    assert set((runs_home / "uploads").glob("*/*")) == before
    assert len(component(app, "gallery")["pictures"]) == 24
