"""The course without a browser: every step in both languages, guesses, progress, links."""

import hashlib
import json
import math
import re
import sys
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import AlertBase, Block, Button, Caption, Element, Markdown

from tests.app.test_pages import open_app, session
from tests.course.test_lessons import count_sentences
from tests.in_turn import in_turn
from transcnn.checkpoints import create_model
from transcnn.classifier import Classifier
from transcnn.course import ch5_baselines as baselines
from transcnn.course.answer_key import AnswerKey
from transcnn.course.before_after import TIMES, form_at, items_of, load_items
from transcnn.course.choice import LearnerChoice
from transcnn.course.experiments import Lab
from transcnn.course.lessons import load_lesson
from transcnn.course.questions import Choose, Click, Draw, Estimate, Order, Tick
from transcnn.course.scene import Scene
from transcnn.course.steps import QUESTIONS, STEPS, find_step
from transcnn.course.submission import Submission
from transcnn.errors import ChoiceError
from transcnn.figures.scale import format_multiple
from transcnn.labels import IMAGENET
from transcnn.model import variants
from transcnn.pictures import decode, prepare
from transcnn.pictures.samples import samples
from transcnn.ui.app import links
from transcnn.ui.app.custom_models import CustomModel
from transcnn.ui.app.page_files import page_file
from transcnn.ui.pages.course.link import CourseChoice
from transcnn.ui.pages.course.progress import LARGEST, Progress, read_progress
from transcnn.words.translator import plain, translator

NUMBERS = [step.number for step in STEPS]


@pytest.fixture(scope="module")
def zebra(shipped_trace):
    sample = next(s for s in samples() if s.name == "zebra")
    digest = hashlib.sha256(sample.path.read_bytes()).hexdigest()
    pixels, _ = prepare(decode(sample.path.read_bytes()), 224)
    classifier = Classifier()
    return Scene(
        classifier=classifier,
        trace=shipped_trace,
        pixels=pixels,
        digest=digest,
        sample="zebra",
        kept=Lab(classifier),
    )


def open_course(**link: str) -> AppTest:
    """The page about the zebra, where the link names no other picture."""
    app = open_app("course", **{"picture": "zebra", **link})
    assert not app.exception
    return app


def said(app: AppTest) -> str:
    parts = [*app.markdown, *app.caption, *app.success, *app.subheader, *app.get("latex")]
    return unlinked("\n".join(str(part.value) for part in parts))


def unlinked(text: str) -> str:
    """A text as it is read: without the links to its terms."""
    return re.sub(r"\[([^]]+)\]\(#term-\w+\)", r"\1", text)


def drawn(block: Block) -> list[str]:
    """What a part of the page holds, from top to bottom: texts without links, keys of buttons."""
    found = (node for node in block if isinstance(node, Element))
    return [
        node.key or "" if isinstance(node, Button) else unlinked(str(node.value))
        for node in found
        if isinstance(node, Button | Markdown | Caption | AlertBase)
    ]


def beside_the_figures(app: AppTest) -> list[str]:
    """The column in which the step asks, and answers."""
    columns = (drawn(column) for column in app.columns)
    return next(found for found in columns if found and found[0].startswith("**1.**"))


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
            case Tick(options=options, right=key):
                for option in options:
                    box = app.checkbox(key=f"guess|{place}|{option}")
                    box.set_value((option in key) == right)
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


def reveal(app: AppTest) -> None:
    app.button(key="course_reveal").click().run()
    assert not app.exception


def note(app: AppTest, saw: str) -> None:
    """Write what there was to see."""
    app.text_area[0].set_value(saw)
    next(b for b in app.button if b.key and b.key.startswith("keep|saw|")).click().run()
    assert not app.exception


@pytest.mark.parametrize("case", in_turn(NUMBERS, ("en", "zh")))
def test_a_step_is_walked_from_prediction_to_why(zebra, case):
    number, language = case
    lesson, step = load_lesson(find_step(number), language), find_step(number)
    zebra = replace(zebra, labels=IMAGENET.said_in(language))
    app = open_course(step=number, lang=language)
    why = lesson.fill(step, zebra).why
    assert why not in said(app), "the why comes last"
    assert lesson.title in said(app)
    assert drawn(app.main).count(lesson.fill(step, zebra).lead) == 1
    assert beside_the_figures(app), "where one answers, the first thing is the question"
    assert lesson.fill(step, zebra).body not in said(app)
    assert app.button(key="course_reveal").disabled, "predictions first"
    predict(app, zebra, number, right=language == "en")
    assert not app.button(key="course_reveal").disabled
    assert why not in said(app)
    reveal(app)
    answered = beside_the_figures(app)
    explained = [answered.index(text) for text in (lesson.fill(step, zebra).body, why)]
    assert explained == sorted(explained), "no sentence has to be typed for it"
    assert sum(map(count_sentences, (answered[at] for at in explained))) >= 2
    if step is not STEPS[-1]:
        assert answered.index("course_go_on") > explained[-1], "Next is right below"
    note(app, "*stripes* <b>")
    assert "*stripes* <b>" in [t.value for t in app.get("text")], "as it was written"
    right = "✓" if language == "en" else "✗"
    assert said(app).count(right) >= len(step.questions)
    if step is not STEPS[-1]:
        app.button(key="course_go_on").click().run()
        assert STEPS[STEPS.index(step) + 1].number in app.subheader[0].value


def test_no_key_is_on_the_page_before_the_reveal():
    before = said(open_course(step="1.1"))
    assert "3136" not in before
    assert "3,136" not in before
    assert "479" not in said(open_course(step="2.4"))


def test_a_prediction_without_a_number_or_sureness_is_not_kept():
    app = open_course(step="1.1")
    keep = next(b for b in app.button if b.key and b.key.startswith("keep|tokens.count|"))
    place = keep.key.removeprefix("keep|")
    app.text_input(key=f"guess|{place}").set_value("a lot")
    app.radio(key=f"sure|{place}").set_value("certain")
    app.button(key=keep.key).click().run()
    assert app.warning
    assert not session(app).part(Progress).submissions


def test_a_guess_of_one_picture_is_not_one_of_another(zebra):
    app = open_course(step="1.3")
    predict(app, zebra, "1.3")
    reveal(app)
    session(app).sample = "lion"
    app.run()
    assert app.button(key="course_reveal").disabled
    session(app).sample = "zebra"
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
    file = session(app).part(Progress).as_json().encode()
    key = find_step("1.4").questions["mix.top_five"].pose(zebra).asks.key
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
        b'{"version": 1, "kept": {"a": {"guess": {}, "sure": ""}}, "revealed": [], "saw": {}}',
        b'{"version": 1, "kept": {"a": {"guess": 1, "sure": "very"}}, "revealed": [], "saw": {}}',
        b'{"version": 1, "kept": {}, "revealed": [7], "saw": {}}',
        b'{"version": 1, "kept": {}, "revealed": [], "saw": {}, "tests": {"before": 1}}',
        b'{"version": 1, "kept": {}, "revealed": [], "saw": {}, "tests": {}, "learner": "x"}',
        b"[" * 100_000,
        b" " * (LARGEST + 1),
    ],
    ids=range(11),
)
def test_a_file_that_is_no_progress_is_refused(data):
    with pytest.raises(ChoiceError):
        read_progress(data)


def test_a_file_with_a_guess_of_another_kind_does_no_harm(zebra):
    app = open_course(step="1.1")
    predict(app, zebra, "1.1")
    kept = session(app).part(Progress).submissions
    for place in kept:
        kept[place] = replace(kept[place], guess="nonsense")
    app.run()
    assert not app.exception
    assert app.button(key="course_reveal").disabled


def test_nothing_of_the_tests_is_revealed_before_both_are_done_and_then_they_are_saved():
    app = open_course(step="1.2", lang="zh")
    learner, words = session(app).part(Progress).learner, load_items("zh")
    for time in TIMES:
        assert not [c for c in app.get("download_button") if "CSV" in c.proto.label]
        assert "✓" not in said(app)
        for item in items_of(form_at(learner, time)):
            field = app.radio(key=f"test|{learner}|{time}|{item.name}")
            assert list(field.options) == [words[item.name].options[o] for o in item.shown]
            if item.number > 1 or time == "after":
                field.set_value(item.key)
        app.button(key=f"course_test_keep_{time}").click().run()
        if time == "before":
            assert session(app).part(Progress).tests == {}, "one is not answered"
            first = items_of(form_at(learner, time))[0]
            wrong = next(o for o in first.options if o != first.key)
            app.radio(key=f"test|{learner}|{time}|{first.name}").set_value(wrong)
            app.button(key="course_test_keep_before").click().run()
            assert not [r for r in app.radio if "|after|" in str(r.key)], "it waits for the course"
            app.button(key="course_test_open").click().run()
        assert not app.exception
    assert "前测 2/3，后测 3/3" in said(app)
    assert "前测 3/3，后测 3/3" in said(app)
    assert said(app).count("✗") == 1
    assert [c for c in app.get("download_button") if "CSV" in c.proto.label]
    again = read_progress(session(app).part(Progress).as_json().encode())
    assert again == session(app).part(Progress)
    assert set(again.tests) == set(TIMES)


def test_a_loaded_file_brings_its_tests_and_one_without_them_takes_none_away():
    mine = Progress(tests={"before": {"A1": "place"}}, learner="0000000a")
    mine.add(Progress())
    assert (mine.tests, mine.learner) == ({"before": {"A1": "place"}}, "0000000a")
    other = Progress()
    other.add(mine)
    assert other == mine
    old = b'{"version": 1, "kept": {}, "revealed": [], "saw": {}}'
    assert read_progress(old).tests == {}


def test_an_option_of_a_saved_file_has_its_present_name():
    key = "patches.still_correct|transcnn_lite0|0123|5,6"
    kept = {key: {"guess": "body", "sure": "certain"}}
    file = json.dumps({"version": 1, "kept": kept, "revealed": [], "saw": {}}).encode()
    [submission] = read_progress(file).submissions.values()
    assert submission.guess in QUESTIONS["patches.still_correct"].options


def test_a_file_of_the_version_with_numbered_questions_still_opens():
    """It was saved by that version: the steps 1.1, 1.3 and 4.5 with everything right."""
    file = (Path(__file__).parents[1] / "golden" / "progress_numbered.json").read_bytes()
    app = open_course(step="1.3")
    uploader = next(u for u in app.file_uploader if u.key == "course_file")
    uploader.set_value(("course.json", file, "application/json")).run()
    app.run()
    progress = session(app).part(Progress)
    assert {key.name for key in progress.revealed} == {"tokens", "rows", "cam"}
    assert {key.name for key in progress.submissions} <= set(QUESTIONS)
    assert progress.tests == {"before": {"B1": "place"}}
    assert "3 of" in said(app)
    for number in ("1.1", "1.3", "4.5"):
        app.selectbox(key="course_step").set_value(number).run()
        assert load_lesson(find_step(number), "en").title in said(app)
        assert said(app).count("✓") == 2, number
        assert "✗" not in said(app)
        assert f"rows {number}" in [text.value for text in app.get("text")]
    app.selectbox(key="course_step").set_value("1.2").run()
    assert not app.button(key="course_reveal").disabled, "both predictions are there"


def test_progress_is_the_same_after_being_saved_and_loaded():
    keys = [
        AnswerKey("tokens.count", "m", "0" * 16, (1, 2)),
        AnswerKey("qkv.scores", "m", "0" * 16, (1, 2), ("0,1", "b")),
    ]
    answers = {keys[0]: Submission((1, 2), "guess"), keys[1]: Submission(0.5, "certain")}
    progress = Progress(answers, {keys[1]}, {keys[0]: "三"})
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
        ({"hand": "1" + ",0" * 15}, CourseChoice(hand_map=((1, 0, 0, 0), *[(0, 0, 0, 0)] * 3))),
        ({"hand": "4" + ",0" * 15}, CourseChoice()),
        ({"hand": "1" + ",0" * 14}, CourseChoice()),
        ({"hand": "²" + ",0" * 15}, CourseChoice()),
        ({"hand": ",".join("x" * 16)}, CourseChoice()),
        ({"hand": "0," * 9999}, CourseChoice()),
    ],
)
def test_what_a_link_names_but_does_not_exist_is_the_usual(link, expected):
    config = variants.network("transcnn_lite0")
    assert links.decode(CourseChoice, link).existing(config) == expected


def test_a_link_brings_the_map_by_hand_and_a_known_misconception_is_named():
    """Step 1.2, a 3 in place of the asking 1, and somebody who thinks that all are read alike."""
    app = open_course(step="1.2", hand="0,3,1,0,0,1,0,-1,0,-1,0,0,1,0,0,0")
    assert "the query token has x = 3" in said(app)
    keep = {b.key.split("|")[1]: b.key for b in app.button if b.key and "keep|qkv." in b.key}
    places = {name: key.removeprefix("keep|") for name, key in keep.items()}
    for name, place in places.items():
        if name == "qkv.scores":
            app.radio(key=f"guess|{place}").set_value("scores")
        else:
            app.text_input(key=f"guess|{place}").set_value("1/4")
        app.radio(key=f"sure|{place}").set_value("guess")
        app.button(key=keep[name]).click().run()
    misconceptions = load_lesson(find_step("1.2"), "en").questions["qkv.weight"].misconceptions
    assert misconceptions["alike"] not in said(app), "not before the reveal"
    app.button(key="course_reveal").click().run()
    assert [name for name, way in misconceptions.items() if way in said(app)] == ["alike"]


def test_a_step_that_does_not_exist_is_the_first():
    assert "1.1" in open_course(step="7.7").subheader[0].value


def test_a_link_lets_the_named_pixel_be_the_query():
    first, other = open_course(step="1.4"), open_course(step="1.4", at="200,200")

    def marked(app):
        mounted = {c.proto.component_name: c.proto for c in app.get("bidi_component")}
        return json.loads(mounted["transcnn.cells"].json)["maps"][0]["marks"][0]["cell"]

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

    assert "exceeds the budget" in build(8, 7)[0][0]
    assert "does not reach" in build(4, 7)[0][0]
    assert "within the budget" in build(7, 8)[1][0]


def test_the_largest_side_under_a_billion_is_found_with_the_slider(zebra):
    """67 x 67 tokens are under it, 68 x 68 are not."""
    app = open_course(step="2.4")
    predict(app, zebra, "2.4")
    app.button(key="course_reveal").click().run()
    found = {}
    for side in (260, 268, 272):
        app.slider(key="course_side").set_value(side).run()
        assert not app.exception
        found[side] = said(app)
    assert "a larger one fits too" in found[260]
    assert "is the largest under 1,000,000,000" in found[268]
    assert "is too large" in found[272]


def test_a_row_sums_to_one_and_a_column_does_not(zebra):
    app = open_course(step="1.3")
    assert "sum for the marked token" not in said(app)
    predict(app, zebra, "1.3")
    app.button(key="course_reveal").click().run()
    table = next(m.value for m in app.markdown if "sum for the marked token" in m.value)
    row, column = table.splitlines()[2:]
    assert "| 1.00 | 1.00 – 1.00" in row
    assert "1.00 – 1.00" not in column


def test_the_way_from_a_token_that_is_picked_is_shown(zebra):
    app = open_course(step="3.6")
    predict(app, zebra, "3.6")
    app.button(key="course_reveal").click().run()
    app.session_state["course_source"] = (13, 5)
    app.run()
    assert "token u (row 14, column 6) → at level 1 to its whole grid (row 7, column 3)" in said(
        app
    )


def test_merge_grids_are_tried_until_the_bill_is_under_the_budget(zebra):
    app = open_course(step="4.5")
    predict(app, zebra, "4.5")
    app.button(key="course_reveal").click().run()
    for grids, done in (((4, 1), False), ((8, 1), True), ((4, 2), True), ((16, 1), False)):
        for level, grid in enumerate(grids):
            app.number_input(key=f"course_task_{level}").set_value(grid)
        app.run()
        assert not app.exception
        verdict = next(m.value for m in app.markdown if m.value.startswith("Merge grids"))
        assert ("Done" in verdict) == done, grids


def test_votes_of_any_two_classes_are_shown_and_what_is_left_over(zebra):
    app = open_course(step="4.5")
    predict(app, zebra, "4.5")
    app.button(key="course_reveal").click().run()

    def boards():
        mounted = {c.proto.component_name: c.proto for c in app.get("bidi_component")}
        maps = json.loads(mounted["transcnn.cells"].json)["maps"]
        return {m["name"]: [float(v.replace("−", "-")) for v in m["values"]] for m in maps}

    before = boards()
    first = next(v for name, v in before.items() if "k: zebra" in name)
    second = next(v for name, v in before.items() if "j:" in name)
    assert sum(first) / 100 + zebra.contributions.biases[340] == pytest.approx(
        float(zebra.trace.logits[340]), abs=5e-3
    )
    app.toggle(key="course_k_minus_j").set_value(True).run()
    (difference,) = boards().values()
    assert difference == pytest.approx(
        [a - b for a, b in zip(first, second, strict=True)], rel=5e-3, abs=0.11
    )
    assert "completeness error" in said(app)
    j = next(box for box in app.selectbox if box.key and box.key.startswith("course_class_j"))
    j.set_value(340).run()
    assert not app.exception
    (same,) = boards().values()
    assert same == [0.0] * 49


def test_each_press_measures_once_more_on_this_machine(zebra):
    app = open_course(step="4.3")
    predict(app, zebra, "4.3")
    app.button(key="course_reveal").click().run()

    def rows():
        table = next(m.value for m in app.markdown if "times as fast" in m.value)
        return table.splitlines()[2:]

    before = rows()
    app.button(key="course_measure").click().run()
    assert not app.exception
    assert rows()[:1] == before
    assert len(rows()) == 2


def test_the_network_is_looked_into_box_by_box():
    """The paper's network too, which has two-branch downsampling."""
    app = open_course(step="4.4")
    assert "Multiply-adds" not in said(app), "they are keys"
    control = next(c for c in app.button_group if c.key == "course_network")
    control.set_value("transcnn_small").run()
    boxes = next(c for c in app.button_group if c.key == "course_box_transcnn_small")
    down = next(i for i, name in enumerate(boxes.options) if "TDB" in str(name))
    boxes.set_value(down).run()
    assert not app.exception
    table = next(m.value for m in app.markdown if "output shape" in m.value)
    assert [line.split(" | ")[1].rstrip(" |") for line in table.splitlines()[2:]] == [
        "64×56×56",
        "128×28×28",
        "64×28×28",
        "128×28×28",
    ]


@pytest.mark.parametrize(
    "number", ["1.3", "2.1", "3.2", "3.6", "4.1", "4.2", "4.3", "4.4", "4.5", "5.1"]
)
def test_a_network_of_three_levels_whose_readings_are_flat_is_asked_about_too(zebra, number):
    torch.manual_seed(0)
    classifier = Classifier.around(create_model("transcnn_nano", classes=1000).eval(), "0" * 64)
    trace = classifier.trace_pixels(zebra.pixels, zebra.trace.crop)
    scene = replace(zebra, classifier=classifier, trace=trace)
    app = open_app()
    session(app).custom_models = {
        "g": CustomModel("g", "g", "own", classifier.config, 1, classifier)
    }
    session(app).model = "g"
    session(app).put(CourseChoice(number))
    app.switch_page(page_file("course")).run()
    predict(app, scene, number)
    reveal(app)
    assert load_lesson(find_step(number), "en").title in said(app)
    assert (translator("en")("course.flat_asks") in said(app)) == (number in ("1.3", "2.1", "5.1"))


def test_an_upload_is_asked_about_and_its_pixels_are_no_part_of_the_link():
    app = open_course(step="1.4", at="200,200")
    photo = samples()[3].path.read_bytes()
    app.sidebar.file_uploader[0].set_value(("mine.jpg", photo, "image/jpeg")).run()
    assert not app.exception
    assert "1.4" in app.subheader[0].value
    assert session(app).part(CourseChoice).query is None, "the middle of the new picture asks"
    assert app.button(key="course_reveal").disabled


def test_a_bad_upload_gives_one_sentence():
    app = open_course(step="1.4")
    app.sidebar.file_uploader[0].set_value(("x.jpg", b"no picture", "image/jpeg")).run()
    assert not app.exception
    assert "not an image" in app.error[0].value


# Chapter 5


def boards(app: AppTest, mounted: int = 0) -> list[dict]:
    """What the browser is given to draw."""
    found = [c.proto for c in app.get("bidi_component")]
    return [json.loads(p.json) for p in found if p.component_name == "transcnn.cells"][mounted][
        "maps"
    ]


def shares_of_ramp(multiples):
    """Steps of the colour scale: 0 at 1/16 of uniform attention, 256 at 16 times."""
    return [128 + 32 * min(4, max(-4, math.log2(m))) for m in multiples]


def test_the_trained_map_is_on_the_side_that_is_right_and_unnamed_until_the_reveal(zebra):
    app = open_course(step="5.1")
    shown = boards(app)
    assert [board["name"] for board in shown[:2]] == ["A", "B"]
    assert not any(any(board["values"]) for board in shown), "no number before the guess"
    found = baselines.twins(zebra)
    row = found[0].levels[-1].attention[:, 0, 0, found[1]].mean(0)
    side = {"a": 0, "b": 1}[next(iter(QUESTIONS["random.which_is_trained"].pose(zebra).asks.right))]
    stretched = (row - row.min()) / (row.max() - row.min())
    assert shown[side]["steps"] == pytest.approx((256 * stretched).tolist(), abs=0.51)
    predict(app, zebra, "5.1")
    app.button(key="course_reveal").click().run()
    named = boards(app)
    assert "trained" in named[side]["name"]
    assert "random" in named[1 - side]["name"]
    assert named[side]["steps"] == pytest.approx(shares_of_ramp(49 * row), abs=0.51)
    said_of = [float(text.rstrip("×")) for text in named[side]["values"]]
    assert said_of == pytest.approx((49 * row).tolist(), rel=6e-3)
    app.toggle(key="course_common").set_value(False).run()
    assert boards(app)[side]["steps"] == shown[side]["steps"]


def test_the_map_that_is_thought_the_strongest_is_the_one_that_is_asked_about():
    app = open_course(step="5.2")
    assert "now it is A" in said(app)
    session(app).put(replace(session(app).part(CourseChoice), chosen_map=2))
    app.run()
    assert "now it is C" in said(app)
    assert [" · " in board["name"] for board in boards(app)] == [False, False, True]


def test_each_intervention_shows_its_answers_beside_the_plain_ones(zebra):
    app = open_course(step="5.3")
    predict(app, zebra, "5.3")
    app.button(key="course_reveal").click().run()
    for name in ("off", "uniform", "identity", "swapped"):
        app.segmented_control(key="course_switch").set_value(name).run()
        logits = zebra.experiments.switched[name]
        top = int(logits.argmax())
        share = math.exp(logits[top]) / sum(math.exp(v) for v in logits)
        change = f"{logits[top] - zebra.trace.logits[top]:+.2f}".replace("-", "−")
        row = next(m.value for m in app.markdown if m.value.startswith("| class"))
        assert f"{100 * share:.1f} % | {change} |" in row.splitlines()[2]
    assert "Bakery counter" in boards(app)[0]["name"]


def test_patches_and_gray_by_share_are_run_anew(zebra):
    app = open_course(step="5.4")
    assert len(boards(app)[1]["boxes"]) == 20
    predict(app, zebra, "5.4")
    app.button(key="course_reveal").click().run()
    app.select_slider(key="course_share").set_value(80).run()
    app.segmented_control(key="course_fill").set_value("gray").run()
    assert len(boards(app)[1]["boxes"]) == 39
    hiding, _ = zebra.experiments.hidden(0.8, "gray")
    table = next(m.value for m in app.markdown if "With H-MHSA" in m.value)
    for outcome in (hiding.with_attention, hiding.backbone):
        first = outcome.top[0]
        assert f"{first.name.label} {100 * first.probability:.1f} %" in table


def test_an_upload_is_asked_about_once_its_right_class_is_named():
    app = open_course(step="5.5")
    assert "Great white shark" in said(app), "the zebra is answered rightly"
    photo = next(s for s in samples() if s.name == "lion").path.read_bytes()
    app.sidebar.file_uploader[0].set_value(("mine.jpg", photo, "image/jpeg")).run()
    assert translator("en")("course.lacks_right_class") in [info.value for info in app.info]
    assert not [b for b in app.button if b.key == "course_reveal"]
    app.selectbox(key="course_right").set_value(292).run()
    assert not app.exception
    assert "Prediction: **lion**" in said(app)
    assert "True label: **tiger**" in said(app)
    assert app.button(key="course_reveal").disabled


def test_patches_of_an_upload_are_asked_about_too():
    app = open_course(step="5.4")
    photo = next(s for s in samples() if s.name == "beagle").path.read_bytes()
    app.sidebar.file_uploader[0].set_value(("mine.jpg", photo, "image/jpeg")).run()
    assert not app.exception
    assert len(boards(app)[1]["boxes"]) == 20
    assert "Uniform attention: 59 %" in said(app)


def test_the_claim_card_says_the_numbers_of_this_picture_and_links_to_them(zebra):
    app = open_course(step="5.6", at="100,40")
    scene = replace(zebra, choice=LearnerChoice(query=(100, 40)))
    predict(app, scene, "5.6")
    app.button(key="course_reveal").click().run()
    app.segmented_control(key="course_switch").set_value("uniform").run()
    app.selectbox(key="course_head").set_value(2).run()
    card = app.code[0].value
    row = scene.trace.block(2, 2).levels[-1].attention[2, 0, 0, 3 * 7 + 1]
    other = max((c for c in range(49) if c != 22), key=lambda c: row[c])
    given = f"({other // 7 + 1}, {other % 7 + 1}) {format_multiple(49 * float(row[other]))}"
    assert f"Head 3: token (4, 2) gives token {given}" in card
    query = parse_qs(urlsplit(card.splitlines()[-1]).query)
    wanted = {
        "picture": "zebra",
        "stage": "2",
        "block": "2",
        "head": "2",
        "intervention": "uniform",
    }
    assert {name: query[name][0] for name in wanted} == wanted
    assert query["token"] == ["6,2"], "on the 14 x 14 map"


def test_cells_are_covered_one_by_one_and_the_answer_is_run_anew(zebra):
    app = open_course(step="5.6")
    predict(app, zebra, "5.6")
    app.button(key="course_reveal").click().run()
    app.session_state["cover|transcnn_lite0|samples/zebra.jpg"] = set(range(49))
    app.run()
    pixels = np.full((1, 224, 224, 3), 127, np.uint8)
    now = zebra.classifier.rank(zebra.classifier.logits(pixels)[0]).top[0]
    assert f"changes from zebra to {plain(now.name.label)}" in said(app)
    app.button(key="course_uncover").click().run()
    assert translator("en")("course.cover_how") in said(app)


def test_another_network_forgets_what_was_chosen_on_the_input_of_the_last():
    app = open_course(step="1.4", at="200,200")
    session(app).put(
        replace(session(app).part(CourseChoice), true_class=999, subject_box=(5, 5, 6, 6))
    )
    app.sidebar.selectbox[0].set_value("transcnn_nano").run()
    assert not app.exception
    assert session(app).part(CourseChoice) == CourseChoice("1.4")


@pytest.mark.parametrize("number", ["5.1", "5.4", "5.5", "5.6"])
def test_a_network_of_ten_classes_walks_chapter_5_too(number):
    classifier = Classifier("transcnn_nano")
    sample = next(s for s in samples() if s.name == "candles")
    pixels, crop = prepare(decode(sample.path.read_bytes()), 128)
    digest = hashlib.sha256(sample.path.read_bytes()).hexdigest()
    trace = classifier.trace_pixels(pixels, crop)
    right = (int(trace.logits.argmax()) + 1) % 10
    scene = Scene(
        classifier=classifier,
        trace=trace,
        pixels=pixels,
        digest=digest,
        sample="candles",
        choice=LearnerChoice(true_class=right),
    )
    app = open_course(step=number, picture="candles", model="transcnn_nano")
    session(app).put(replace(session(app).part(CourseChoice), true_class=right))
    app.run()
    predict(app, scene, number)
    reveal(app)
    assert load_lesson(find_step(number), "en").title in said(app)


# Chapter 6


def test_where_the_detector_finds_nothing_the_page_says_so_and_shows_a_dog():
    app = open_course(step="6.1", picture="paving-stones")
    beagle = next(s for s in samples() if s.name == "beagle")
    expected = translator("en")(
        "course.boxes_stand_in", threshold="0.5", picture=plain(beagle.title["en"])
    )
    assert expected in [info.value for info in app.info]
    assert "dog 0." in boards(app)[0]["name"]
    app = open_course(step="6.1", picture="beagle")
    assert expected not in [info.value for info in app.info]


def test_the_detector_sees_the_whole_of_an_upload_whatever_its_square():
    """Its name and its crop are other ones; what is found is what is found in the sample."""
    sample = open_course(step="6.1", picture="beagle")
    upload = open_course(step="6.1")
    photo = next(s for s in samples() if s.name == "beagle").path.read_bytes()
    upload.sidebar.file_uploader[0].set_value(("mine.jpg", photo, "image/jpeg")).run()
    session(upload).move_crop(0)
    upload.run()
    assert not upload.exception
    for part in ("name", "boxes", "marks"):
        assert boards(upload)[0][part] == boards(sample)[0][part]


def test_without_a_detector_the_step_says_what_brings_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "torchvision", None)
    app = open_course(step="6.1")
    assert translator("en")("course.lacks_detector") in [info.value for info in app.info]
    assert not [b for b in app.button if b.key == "course_reveal"]


def test_what_becomes_of_each_box_is_a_table_after_the_reveal():
    elephant = next(s for s in samples() if s.name == "elephant")
    app = open_course(step="6.1", picture="elephant")
    pixels, crop = prepare(decode(elephant.path.read_bytes()), 224)
    scene = Scene(
        classifier=(classifier := Classifier()),
        trace=classifier.trace_pixels(pixels, crop),
        pixels=pixels,
        digest=hashlib.sha256(elephant.path.read_bytes()).hexdigest(),
        sample="elephant",
    )
    assert "| original" not in "".join(m.value for m in app.markdown)
    predict(app, scene, "6.1")
    reveal(app)
    table = next(m.value for m in app.markdown if m.value.startswith("| original"))
    assert re.search(r"\| horse 0\.\d\d \| horse 0\.\d\d \(kept\) \|", table)
    fates = {d.before: d.fate for d in scene.boxes.changes("off")}
    assert len(table.splitlines()[2:]) == len(fates)
    assert set(fates.values()) == {"kept"}
    assert load_lesson(find_step("6.1"), "en").sentences["finding"]["spare"] in said(app)
