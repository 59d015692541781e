"""The page Your own classes: from images to a network that every page shows."""

import time

import pytest

from tests.app.shapes import KINDS, packed, shape, shapes
from tests.app.test_pages import open_app, session, view
from tests.golden.recipe import fill
from transcnn.checkpoints.description import Description
from transcnn.checkpoints.save import to_bytes
from transcnn.classifier import Classifier
from transcnn.model.network import build
from transcnn.ui.app.custom_models import open_custom_model
from transcnn.ui.app.page_files import page_file
from transcnn.ui.app.tasks import Task
from transcnn.ui.pages.own_classes.data import OwnClasses

PAGES = (
    "overview",
    "explore",
    "tokens",
    "occlusion",
    "compare",
    "explanations",
    "errors",
    "course",
    "cost",
)


def own_page(**link):
    app = open_app(**link)
    return go(app, "own_classes")


def go(app, page):
    app.switch_page(page_file(page)).run()
    assert not app.exception
    return app


def own(app):
    return session(app).part(OwnClasses)


def field(app, start):
    return next(u for u in app.main.file_uploader if u.key.startswith(start))


def click(app, key):
    next(b for b in app.main.button if b.key == key).click().run()
    assert not app.exception


def wait(app):
    """Until what is under way has ended; then the page is drawn once more."""
    if own(app).task is not None:
        own(app).task.join(60)
        app.run()
    assert not app.exception


def give(app, number, files):
    """Upload images into a class."""
    files = [(name, data, "image/jpeg") for name, data in files]
    field(app, f"own_files_{number}_").set_value(files).run()
    wait(app)


def give_archive(app, files, name="mine.zip"):
    field(app, "own_archive_").set_value((name, packed(files), "application/zip")).run()
    wait(app)


def name(app, number, called):
    next(i for i in app.main.text_input if i.key == f"own_name_{number}").set_value(called).run()
    assert not app.exception


def choose_nano(app):
    next(s for s in app.main.selectbox if s.key == "own_base").set_value("transcnn_nano").run()


def said(app):
    parts = (*app.main.markdown, *app.main.caption, *app.main.info, *app.main.warning)
    return "\n".join(part.value for part in parts).replace("\\", "")


def counts(app):
    return {one.name: len(one.images) for one in own(app).collection.classes}


@pytest.fixture(scope="module")
def trained():
    """The page after two classes of six images were brought one by one and learned by nano."""
    app = own_page()
    for number, kind in enumerate(KINDS[:2], 1):
        name(app, number, f"my {kind}")
        give(app, number, shapes(kind, 6))
    choose_nano(app)
    click(app, "own_learn")
    wait(app)
    return app


def test_the_page_begins_with_two_classes_and_says_what_is_missing():
    app = own_page()

    assert counts(app) == {"Class 1": 0, "Class 2": 0}
    assert "Still too few: Class 1 (0), Class 2 (0)." in said(app)
    assert next(b for b in app.main.button if b.key == "own_learn").disabled
    assert not app.get("camera_input"), "no camera unless asked for"
    click(app, "own_camera_1")
    assert len(app.get("camera_input")) == 1


def test_the_models_page_leads_there():
    app = go(open_app(), "models")
    links = [link.proto for link in app.get("page_link")]

    assert any(link.page == "own_classes" for link in links)


def test_what_was_learned_is_shown_with_what_keeps_it_honest(trained):
    text = said(trained)

    assert "Held-out accuracy" in text
    assert "95 % interval" in text
    assert "of 12 images correct. Always predicting the most frequent class" in text
    assert "correct for 50.0 %" in text
    assert "Each image was predicted by a head that was trained on all other images" in text
    assert "Fewer than 20 held-out images are too few to tell" in text
    assert "The three hardest images" in text
    matrix = view(trained, "pick_table")
    assert matrix["head"] == ["", "my disk", "my square"]
    shown = sum(int(cell["text"] or 0) for row in matrix["rows"] for cell in row[1:])
    assert shown == 12
    code = trained.main.code[0].value
    assert "train finetune --data DIR --model transcnn_nano" in code
    assert "predict --weights own-classes.safetensors IMAGE" in code


def test_a_count_of_the_matrix_leads_to_its_images(trained):
    found = own(trained).learned.held_out
    own(trained).pair = (0, int(found.predicted[0]))

    trained.run()

    assert "my disk predicted as" in said(trained)
    click(trained, "own_back")
    assert "The three hardest images" in said(trained)


def test_looking_inside_leads_to_explore_with_an_own_image_and_own_names(trained):
    click(trained, "own_look")

    assert not trained.exception
    sent = view(trained)
    assert sent["network"]["name"] == "transcnn_nano"
    assert session(trained).image.title == "disk-0.jpg"
    assert session(trained).config(session(trained).model).own_classes == ("my disk", "my square")
    options = next(s for s in trained.sidebar.selectbox if s.key == "model_picker").options
    assert options[-1] == "transcnn_nano: my disk, my square"


@pytest.mark.parametrize("page", PAGES)
def test_every_page_shows_a_network_of_own_classes(trained, page):
    session(trained).show_model(own(trained).learned.model.key)

    go(trained, page)

    assert not trained.main.error
    assert session(trained).model.startswith("transcnn_nano/")


def test_the_card_names_the_classes_and_what_was_measured(trained):
    text = said(go(trained, "models"))

    assert "trained on your own classes in this session" in text
    assert "Its classes: my disk, my square." in text
    assert "of 12 images correct" in text
    field(trained, "weights_uploader").set_value(
        ("mine.safetensors", own(trained).learned.model.data, "application/octet-stream")
    ).run()
    assert "with the weights of mine.safetensors" in said(trained)
    assert said(trained).count("of 12 images correct") >= 1, "the file itself says so"


def test_the_weight_file_needs_nothing_else(trained, tmp_path):
    path = tmp_path / "own-classes.safetensors"
    path.write_bytes(own(trained).learned.model.data)

    assert Classifier(path).predict(shape("square", 90)).top[0].name.label == "my square"


def test_a_change_after_learning_is_said_and_learning_again_replaces_the_network(trained):
    go(trained, "own_classes")
    before = own(trained).learned.model.key
    name(trained, 2, "box")
    assert "Train again to include the changes" in said(trained)

    click(trained, "own_learn")
    wait(trained)

    assert own(trained).learned.names == ("my disk", "box")
    keys = [k for k, m in session(trained).custom_models.items() if m.origin == "learned"]
    assert keys == [own(trained).learned.model.key] != [before]


def test_an_archive_brings_all_classes_and_lists_what_it_left_out():
    app = own_page()

    give_archive(
        app,
        {
            **{f"{kind}/{i}.jpg": shape(kind, i) for kind in KINDS for i in range(2)},
            "DISK/9.jpg": shape("disk", 9),
            "square/9.jpg": shape("disk", 0),
            "square/note.txt": b"hello",
        },
    )

    assert counts(app) == {"DISK": 3, "square": 2, "stripes": 2}
    text = said(app)
    assert "3 files or folders were left out, or joined with a class" in text
    assert "square/note.txt: This file is not an image" in text.replace("**", "")
    assert "disk: this name differs from DISK in upper and lower case" in text.replace("**", "")
    assert "square/9.jpg: the same image is already in DISK" in text.replace("**", "")


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({}, "there are no folders in this archive"),
        ({"a.jpg": b"x"}, "there are no folders in this archive"),
        ({"one/a.jpg": shape("disk", 0), "one/b.jpg": shape("disk", 1)}, "at least 2 are needed"),
        ({"one/a.jpg": shape("disk", 0), "two/b.jpg": shape("disk", 1)}, "two (1)"),
        ({f"{i}/a.jpg": shape("disk", i) for i in range(21)}, "no room for more than 20 classes"),
    ],
)
def test_bad_archives_are_one_calm_sentence(files, sentence):
    app = own_page()

    give_archive(app, files)

    assert sentence in said(app)
    assert not app.main.error


def test_a_damaged_archive_loses_nothing():
    app = own_page()
    give(app, 1, shapes("disk", 2))

    field(app, "own_archive_").set_value(("bad.zip", b"PK\3\4 no zip", "application/zip")).run()
    wait(app)

    assert "bad.zip: this archive is damaged" in app.main.error[0].value.replace("\\", "")
    assert counts(app) == {"Class 1": 2, "Class 2": 0}


def test_a_name_that_is_taken_is_refused_and_the_last_one_stays():
    app = own_page()
    name(app, 1, "Cup")

    name(app, 2, "cup")

    assert "Another class has this name" in said(app)
    assert counts(app) == {"Cup": 0, "Class 2": 0}
    assert next(i for i in app.main.text_input if i.key == "own_name_2").value == "Class 2"
    name(app, 2, "pen")
    assert "Another class has this name" not in said(app)


def test_classes_come_and_go_up_to_twenty():
    app = own_page()
    for _ in range(18):
        click(app, "own_add")
    assert len(counts(app)) == 20
    assert "the limit of 20 classes" in said(app)
    assert all(b.key != "own_add" for b in app.main.button)

    click(app, "own_remove_3")

    assert "Class 3" not in counts(app)
    click(app, "own_add")
    assert list(counts(app))[-1] == "Class 21", "every name once"


def test_learning_can_be_stopped_and_the_images_stay():
    app = own_page()
    give(app, 1, shapes("disk", 3))
    give(app, 2, shapes("square", 3))

    def endless(task):
        while True:
            task.report(None)
            time.sleep(0.01)

    own(app).learns = True
    own(app).task = task = Task("learn", endless)
    task.start()
    app.run()
    assert app.get("progress")
    click(app, "own_stop")

    task.join(20)
    assert not task.is_alive()
    assert own(app).task is None
    assert counts(app) == {"Class 1": 3, "Class 2": 3}
    assert own(app).learned is None


def test_learning_that_ended_with_the_connection_is_said_when_the_page_is_back():
    app = own_page()
    own(app).learns = True
    own(app).task = task = Task("learn", lambda task: task.report(None))
    task.abandoned = True
    task.cancel()
    task.start()
    task.join(20)
    app.run()
    assert "This stopped because the page lost its connection" in said(app)


def test_names_from_outside_are_shown_as_they_are():
    app = own_page()
    name(app, 1, "![x](http://example.org/a.png)")

    give_archive(app, {"$x$ `<b>`/a.jpg": b"no image"})

    texts = [part.value for part in (*app.main.markdown, *app.main.info)]
    assert any("\\$x\\$ \\`\\<b\\>\\`\\/a\\.jpg" in text for text in texts)
    assert not any("![x](http" in text for text in texts)


def test_the_page_speaks_chinese():
    app = own_page(lang="zh")

    assert app.main.title[0].value == "你自己的类别"
    assert counts(app) == {"类别 1": 0, "类别 2": 0}
    give(app, 1, [("x.txt.jpg", b"x")])
    assert "未被采用" in said(app)


HOSTILE = ("![x](http://example.org/a.png)", "$x$ `<b>` *s* | p", "pen")


@pytest.mark.parametrize(
    ("page", "link"),
    [
        *((page, {}) for page in (*PAGES, "models")),
        *(("course", {"step": step, "view": "teacher"}) for step in ("4.5", "5.3", "5.5", "5.6")),
    ],
)
def test_class_names_of_a_file_from_elsewhere_are_no_markup(page, link):
    made = build("transcnn_nano", classes=HOSTILE)
    file = to_bytes(fill(made).state_dict(), Description(made.config))
    app = open_app(**link)
    given = open_custom_model(file, "theirs.safetensors", "own")
    session(app).add_custom_model(given)
    session(app).show_model(given.key)

    go(app, page)
    reveal = [b for b in app.main.button if b.key == "course_reveal" and not b.disabled]
    if reveal:
        click(app, "course_reveal")

    kinds = (app.main.markdown, app.main.caption, app.main.info, app.main.success, app.main.radio)
    texts = [one.label if hasattr(one, "options") else one.value for k in kinds for one in k]
    texts += [option for radio in app.main.radio for option in radio.options]
    assert texts or page not in ("compare", "course")
    for text in texts:
        assert "![x](" not in text
        assert "$x$ `<b>`" not in text
