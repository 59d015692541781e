"""A detector's run on the error board: kinds of error, their galleries, curves, files, uploads."""

import json

import pytest

from tests.app.shapes import packed
from tests.app.test_errors import component, open_board, open_upload
from tests.app.test_pages import session
from tests.detection.planted import planted
from tests.runs.detection.made import BOXES, CAT, coco, detected_run, files, write_set
from transcnn.detection.kinds import KINDS
from transcnn.runs.detection.store import open_any_run
from transcnn.runs.uploads import new_upload, upload_folder, upload_path
from transcnn.ui.app.links import decode
from transcnn.ui.pages.errors import new_run, runs
from transcnn.ui.pages.errors.detection.data import judge
from transcnn.ui.pages.errors.detection.link import PARTS, DetectionErrorsChoice
from transcnn.ui.pages.errors.link import ErrorsChoice

pytestmark = pytest.mark.usefixtures("runs_home")


@pytest.fixture
def run():
    """The run of an upload with one error of most kinds, whole."""
    name = new_upload()
    detected_run(upload_path(name), write_set(upload_folder(name) / "pictures"))
    yield name
    runs.delete_upload(name)


def cells(app):
    """The table of kinds: the count of each, and what is picked with it."""
    return {row[0]["text"]: row[1] for row in component(app, "pick_table")["rows"]}


def said(app):
    return " ".join(one.value for one in app.markdown)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("part", PARTS)
def test_every_part_opens_in_every_language(run, part, language):
    app = open_upload(run, part=part, lang=language)
    assert not app.exception
    assert "AP50" in said(app)


def test_the_count_of_every_kind_leads_to_as_many_boxes(run):
    found = cells(open_upload(run))
    expected = {"Confused": "1", "Badly placed": "1", "Confused and badly placed": "0"}
    expected |= {"Duplicate": "0", "Background": "1", "Missed": "1", "Correct": "2"}
    assert {name: cell["text"] for name, cell in found.items()} == expected
    for cell in found.values():
        if "pick" in cell:
            shown = component(open_upload(run, part="images", kind=cell["pick"]), "gallery")
            assert len(shown["pictures"]) == int(cell["text"])


def test_the_gallery_says_what_was_found_and_what_is_annotated(run):
    app = open_upload(run, part="images", kind="classification")
    (one,) = component(app, "gallery")["pictures"]
    assert (one["name"], one["answer"]) == ("b.png", "cat 0.75")
    assert one["label"].startswith("annotated: dog, IoU ")
    assert one["src"].startswith("data:image/jpeg")
    assert not one["right"]
    (lost,) = component(open_upload(run, part="images", kind="missed"), "gallery")["pictures"]
    assert (lost["name"], lost["answer"], lost["label"]) == ("e.png", "Missed", "annotated: dog")


def test_class_and_score_filter_what_is_shown(run):
    every = component(open_upload(run, part="images"), "gallery")["pictures"]
    assert len(every) == 4
    dogs = component(open_upload(run, part="images", object="dog"), "gallery")["pictures"]
    assert sorted(one["name"] for one in dogs) == ["b.png", "e.png"]
    # No detection has a score of 0.8: then every object is missed.
    missed = component(open_upload(run, part="images", score="0.8"), "gallery")["pictures"]
    assert len(missed) == 5
    assert {one["answer"] for one in missed} == {"Missed"}


def test_an_opened_box_shows_its_image_with_all_boxes_and_their_table(run):
    store = open_any_run(upload_path(run))
    number = next(one.id for one in store.pictures() if one.name == "b.png")
    app = open_upload(run, part="images", kind="classification", box=f"{number}d0")
    view = component(app, "detections")
    assert [box["dashed"] for box in view["boxes"]] == [False, True]
    assert view["boxes"][0]["says"] == "cat 0.75: Confused"
    assert view["chosen"] == 0
    found = view["boxes"][0]
    left, top, _, bottom = BOXES["b.png"]
    assert found["left"] == pytest.approx(100 * left / 160, abs=0.5)
    assert found["height"] == pytest.approx(100 * (bottom - top) / 120, abs=0.5)
    (table,) = [one.value for one in app.markdown if "| Outcome |" in one.value]
    assert table.count("Confused") == 1
    assert any(button.label == "Open in Detect" for button in app.button)
    app.button("errors_detection_close").click().run()
    assert session(app).part(DetectionErrorsChoice).opened == ""


def test_where_the_files_are_gone_small_copies_are_shown(run):
    for name in BOXES:
        (upload_folder(run) / "pictures" / "images" / name).unlink()
    app = open_upload(run, part="images", box="2d0")
    assert component(app, "gallery")["pictures"][0]["src"].startswith("data:image/jpeg")
    assert any("thumbnail that the run kept" in one.value for one in app.caption)
    assert all(button.label != "Open in Detect" for button in app.button)


@pytest.mark.parametrize(
    "link", [{"part": "x", "kind": "?", "score": "nan", "box": "9" * 50}, {"score": "2"}]
)
def test_what_does_not_exist_falls_back_to_the_usual(link):
    assert decode(DetectionErrorsChoice, link) == DetectionErrorsChoice()


@pytest.mark.parametrize("box", ["999d0", "2d7", "d", "2d0x", "١d0"])
def test_a_box_that_is_not_there_opens_nothing(run, box):
    app = open_upload(run, part="images", box=box, object="unicorn")
    assert not app.exception
    assert len(component(app, "gallery")["pictures"]) == 4


def test_the_curves_are_those_of_the_classes_with_objects(run):
    app = open_upload(run, part="curves")
    rows = component(app, "pick_table")["rows"]
    assert [row[0]["text"] for row in rows] == ["cat", "dog"]
    assert [row[0]["pick"] for row in rows] == ["cat", "dog"]
    assert len(app.get("plotly_chart")) == 1


def test_the_files_have_every_detection_and_every_missed_object(run):
    from transcnn.figures.detection_run import curves_csv, verdicts_csv
    from transcnn.ui.pages.errors.detection.data import scores_of

    store = open_any_run(upload_path(run))
    judged = judge(store, 0.0)
    text = verdicts_csv(
        [one.name for one in store.pictures()], judged.pictures, judged.verdicts, ("dog", "cat")
    )
    lines = text.splitlines()
    assert lines[0].startswith("file,outcome,class,score,left,top,width,height,annotated_class,iou")
    outcomes = sorted(line.split(",")[1] for line in lines[1:])
    assert outcomes == sorted(
        [*("correct", "correct"), *(k for k in KINDS if k not in ("both", "duplicate"))]
    )
    assert len(curves_csv(scores_of(store, 0)).splitlines()) == 1 + 2 * 101


@pytest.fixture
def _red_is_found(monkeypatch):
    monkeypatch.setattr(new_run, "open_detector", lambda _: planted())


def begin(name, data):
    app = open_board()
    app.file_uploader("errors_uploader_0").set_value((name, data, "application/zip")).run()
    app.button("errors_begin_upload").click().run(timeout=60)
    assert not app.exception
    return app


@pytest.mark.usefixtures("_red_is_found")
@pytest.mark.parametrize("around", ["", "my set/"])
def test_an_uploaded_set_becomes_a_run_and_what_is_wrong_with_it_is_listed(around):
    annotations = coco(
        [
            *[("a.png", CAT, BOXES["a.png"]), ("b.png", CAT, BOXES["b.png"])],
            *[("c.png", 7, BOXES["c.png"]), ("d.png", CAT, (60, 20, 60, 100))],
        ]
    )
    given = {f"{around}{path}": data for path, data in files(annotations).items()}
    del given[f"{around}images/e.png"]
    app = begin("mine.zip", packed(given))
    (name,) = session(app).part(runs.OwnRuns).begun
    if (task := runs.task_of(name)) is not None:
        task.join(60)
    store = open_any_run(runs.path_of(name))
    assert store.progress().finished
    assert len(store.pictures()) == 4
    app.run()
    assert session(app).part(ErrorsChoice).shown == name
    (listed,) = [one.value for one in app.markdown if one.value.startswith("- ")]
    for wrong in ("c\\.png", "d\\.png", "e\\.png"):
        assert wrong in listed
    runs.delete_upload(name)


@pytest.mark.usefixtures("_red_is_found")
def test_a_file_that_is_no_coco_file_is_one_sentence_under_the_archives_name():
    given = files() | {"annotations.json": b"{"}
    app = begin("mine.zip", packed(given))
    (error,) = app.error
    assert error.value.replace("\\", "").startswith("mine.zip: this is not a COCO file of objects")
    assert session(app).part(runs.OwnRuns).begun == []


def test_folders_named_by_class_are_classified_whatever_lies_beside_them():
    given = {"zebra/a.jpg": b"x", "notes.json": json.dumps({"a": 1}).encode()}
    app = begin("mine.zip", packed(given))
    (name,) = session(app).part(runs.OwnRuns).begun
    if (task := runs.task_of(name)) is not None:
        task.join(60)
    assert [one.name for one in open_any_run(runs.path_of(name)).broken()] == ["zebra/a.jpg"]
    runs.delete_upload(name)
