"""The course without a browser: every step in both languages, guesses, progress, links."""

import hashlib
import json
from dataclasses import replace

import pytest
import torch
from streamlit.testing.v1 import AppTest

from tests.app.test_pages import open_app
from transcnn.checkpoints import create_model
from transcnn.classifier import Classifier
from transcnn.course.kept import Kept
from transcnn.course.lessons import load_lesson
from transcnn.course.questions import Choose, Click, Draw, Estimate, Order
from transcnn.course.scene import Scene, first_asker
from transcnn.course.steps import STEPS, find_step
from transcnn.errors import ChoiceError
from transcnn.pictures import decode, prepare
from transcnn.pictures.samples import samples
from transcnn.ui.course.choice import CourseChoice, read_course
from transcnn.ui.course.progress import LARGEST, Progress, read_progress
from transcnn.ui.guests import Guest
from transcnn.ui.words import words

NUMBERS = [step.number for step in STEPS]


@pytest.fixture(scope="module")
def zebra(shipped_trace):
    sample = next(s for s in samples() if s.name == "zebra")
    digest = hashlib.sha256(sample.path.read_bytes()).hexdigest()
    pixels, _ = prepare(decode(sample.path.read_bytes()), 224)
    return Scene(
        Classifier(), shipped_trace, pixels, digest, first_asker("zebra", shipped_trace.crop)
    )


def open_course(**link: str) -> AppTest:
    app = open_app(**link)
    app.switch_page("pages/course.py").run()
    assert not app.exception
    return app


def said(app: AppTest) -> str:
    parts = [*app.markdown, *app.caption, *app.success, *app.subheader, *app.get("latex")]
    return "\n".join(str(part.value) for part in parts)


def predict(app: AppTest, scene: Scene, number: str, right: bool = True) -> None:
    """Answer every question of the step, all right or all wrong."""
    for name, question in find_step(number).questions.items():
        posed = question.pose(scene)
        keep = next(b for b in app.button if b.key and b.key.startswith(f"keep|{name}|"))
        place = keep.key.removeprefix("keep|")
        match posed.asks:
            case Choose(options=options, right=key):
                guess = next(o for o in options if (o in key) == right)
                app.radio(key=f"guess|{place}").set_value(guess)
            case Order(right=order):
                app.radio(key=f"guess|{place}").set_value(order if right else order[::-1])
            case Estimate(key=key):
                guess = f"{key if right else 7 * key + 200:.6f}"
                app.text_input(key=f"guess|{place}").set_value(guess)
            case Click(best=best) as click:
                far = (0, 0) if best[0] > 1 else (click.values.shape[0] - 1, 0)
                app.session_state[f"clicked|{place}"] = best if right else far
            case Draw(key=box):
                app.session_state[f"clicked|{place}"] = box if right else (0, 0, 1, 1)
        app.radio(key=f"sure|{place}").set_value("fairly")
        app.button(key=keep.key).click().run()
        assert not app.exception


def reveal(app: AppTest, saw: str = "stripes") -> None:
    app.button(key="course_reveal").click().run()
    app.text_area[0].set_value(saw)
    next(b for b in app.button if b.key and b.key.startswith("keep|saw|")).click().run()
    assert not app.exception


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("number", NUMBERS)
def test_a_step_is_walked_from_prediction_to_why(zebra, number, language):
    lesson, step = load_lesson(find_step(number), language), find_step(number)
    app = open_course(step=number, lang=language)
    why = lesson.why.format(**step.facts(zebra))
    assert why not in said(app), "the why comes last"
    assert (lesson.title in said(app)) != step.trap, "a trap is headed by its number until revealed"
    assert app.button(key="course_reveal").disabled, "predictions first"
    predict(app, zebra, number, right=language == "en")
    assert not app.button(key="course_reveal").disabled
    assert why not in said(app)
    reveal(app, "*stripes* <b>")
    assert lesson.title in said(app)
    assert why in said(app)
    assert lesson.body.format(**step.facts(zebra)) in said(app)
    assert "*stripes* <b>" in [t.value for t in app.get("text")], "as it was written"
    right = "✓" if language == "en" else "✗"
    assert said(app).count(right) >= len(step.questions)


def test_no_key_is_on_the_page_before_the_reveal():
    before = said(open_course(step="1.1"))
    assert "3136" not in before
    assert "3,136" not in before
    assert "479" not in said(open_course(step="2.4"))


def test_a_prediction_without_a_number_or_sureness_is_not_kept():
    app = open_course(step="1.1")
    keep = next(b for b in app.button if b.key and b.key.startswith("keep|Q1|"))
    place = keep.key.removeprefix("keep|")
    app.text_input(key=f"guess|{place}").set_value("a lot")
    app.radio(key=f"sure|{place}").set_value("certain")
    app.button(key=keep.key).click().run()
    assert app.warning
    assert not app.session_state["progress"].kept


def test_a_guess_of_one_picture_is_not_one_of_another(zebra):
    app = open_course(step="1.3")
    predict(app, zebra, "1.3")
    reveal(app)
    app.session_state["sample"] = "lion"
    app.run()
    assert app.button(key="course_reveal").disabled
    app.session_state["sample"] = "zebra"
    app.run()
    assert load_lesson(find_step("1.3"), "en").why in said(app)


def test_steps_are_walked_freely_and_the_way_back_keeps_the_answers(zebra):
    app = open_course(step="1.1")
    predict(app, zebra, "1.1")
    reveal(app)
    app.button(key="course_next").click().run()
    assert "1.2" in app.subheader[0].value
    app.selectbox(key="course_step").set_value(NUMBERS[-1]).run()
    assert NUMBERS[-1] in app.subheader[0].value
    assert app.button(key="course_next").disabled
    app.selectbox(key="course_step").set_value("1.1").run()
    assert "1 of" in said(app)
    assert load_lesson(find_step("1.1"), "en").why in said(app)


def test_progress_survives_in_its_file_and_holds_no_key(zebra):
    app = open_course(step="1.4")
    predict(app, zebra, "1.4", right=False)
    reveal(app)
    file = app.session_state["progress"].as_json().encode()
    key = find_step("1.4").questions["Q7"].pose(zebra).asks.key
    assert f"{key:.2f}" not in file.decode()
    fresh = open_course(step="1.4")
    uploader = next(u for u in fresh.file_uploader if u.key == "course_file")
    uploader.set_value(("course.json", file, "application/json")).run()
    fresh.run()
    assert load_lesson(find_step("1.4"), "en").why in said(fresh)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no json",
        b"[]",
        b'{"version": 2, "kept": {}, "revealed": [], "saw": {}}',
        b'{"version": 1, "kept": {"Q1": {"guess": {}, "sure": ""}}, "revealed": [], "saw": {}}',
        b'{"version": 1, "kept": {"Q1": {"guess": 1, "sure": "very"}}, "revealed": [], "saw": {}}',
        b'{"version": 1, "kept": {}, "revealed": [7], "saw": {}}',
        b"[" * 100_000,
        b" " * (LARGEST + 1),
    ],
    ids=range(9),
)
def test_a_file_that_is_no_progress_is_refused(data):
    with pytest.raises(ChoiceError):
        read_progress(data)


def test_a_file_with_a_guess_of_another_kind_does_no_harm(zebra):
    app = open_course(step="1.1")
    predict(app, zebra, "1.1")
    kept = app.session_state["progress"].kept
    for place in kept:
        kept[place] = replace(kept[place], guess="nonsense")
    app.run()
    assert not app.exception
    assert app.button(key="course_reveal").disabled


def test_progress_is_the_same_after_being_saved_and_loaded():
    progress = Progress(
        {"Q1|a": Kept((1, 2), "guess"), "Q2|b": Kept(0.5, "certain")}, {"1.1|a"}, {"1.1|a": "三"}
    )
    assert read_progress(progress.as_json().encode()) == progress


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ({}, CourseChoice()),
        ({"step": "1.3", "at": "132,83"}, CourseChoice("1.3", (132, 83))),
        ({"at": "224,0"}, CourseChoice()),
        ({"at": "-1,0"}, CourseChoice()),
        ({"at": "1"}, CourseChoice()),
        ({"at": "²,1"}, CourseChoice()),
        ({"step": "9" * 500}, CourseChoice()),
    ],
)
def test_what_a_link_names_but_does_not_exist_is_the_usual(link, expected):
    assert read_course(link, 224) == expected


def test_a_step_that_does_not_exist_is_the_first():
    assert "1.1" in open_course(step="7.7").subheader[0].value


def test_a_link_lets_the_named_place_ask():
    first, other = open_course(step="1.4"), open_course(step="1.4", at="200,200")

    def marked(app):
        mounted = {c.proto.component_name: c.proto for c in app.get("bidi_component")}
        return json.loads(mounted["transcnn.boards"].json)["boards"][0]["marks"][0]["cell"]

    assert marked(other) == 200 // 32 * 7 + 200 // 32
    assert marked(first) != marked(other)


def test_a_stage_is_built_and_checked_by_running_it(zebra):
    app = open_course(step="3.6")
    predict(app, zebra, "3.6")
    app.button(key="course_reveal").click().run()

    def build(first, second):
        app.number_input(key="course_first").set_value(first)
        app.number_input(key="course_second").set_value(second)
        app.button(key="course_check").click().run()
        assert not app.exception
        return [w.value for w in app.warning], [s.value for s in app.success]

    assert "over the budget" in build(8, 7)[0][0]
    assert "does not reach" in build(4, 7)[0][0]
    assert "within the budget" in build(7, 8)[1][0]


@pytest.mark.parametrize("number", ["1.3", "2.1", "3.2", "3.6"])
def test_a_network_of_three_levels_whose_readings_are_flat_is_asked_about_too(zebra, number):
    torch.manual_seed(0)
    classifier = Classifier.around(create_model("transcnn_nano", classes=1000).eval(), "0" * 64)
    trace = classifier.trace_pixels(zebra.pixels, zebra.trace.crop)
    scene = replace(zebra, classifier=classifier, trace=trace)
    app = open_app()
    app.session_state["guests"] = {"g": Guest("g", "g", "own", classifier.config, 1, classifier)}
    app.session_state["model"] = "g"
    app.session_state["course"] = CourseChoice(number)
    app.switch_page("pages/course.py").run()
    predict(app, scene, number)
    reveal(app)
    assert load_lesson(find_step(number), "en").title in said(app)
    flat = {"1.3": True, "2.1": True, "3.2": False, "3.6": False}
    assert (words("en")("course.flat_asks") in said(app)) == flat[number]


def test_an_upload_is_asked_about_and_its_places_are_no_part_of_the_link():
    app = open_course(step="1.4", at="200,200")
    photo = samples()[3].path.read_bytes()
    app.sidebar.file_uploader[0].set_value(("mine.jpg", photo, "image/jpeg")).run()
    assert not app.exception
    assert "1.4" in app.subheader[0].value
    assert app.session_state["course"].at is None, "the middle of the new picture asks"
    assert app.button(key="course_reveal").disabled


def test_a_bad_upload_gives_one_sentence():
    app = open_course(step="1.4")
    app.sidebar.file_uploader[0].set_value(("x.jpg", b"no picture", "image/jpeg")).run()
    assert not app.exception
    assert "not a picture" in app.error[0].value
