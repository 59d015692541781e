"""A class without a browser: a teacher and learners, each in a session of their own."""

from dataclasses import replace

import pytest

from tests.app.test_course import open_course, predict, said, zebra  # noqa: F401
from tests.app.test_pages import session
from tests.golden.recipe import fill
from transcnn.checkpoints.description import Description
from transcnn.checkpoints.save import to_bytes
from transcnn.course.classroom import store
from transcnn.course.lessons import load_lesson
from transcnn.course.steps import STEPS, find_step
from transcnn.model.network import build
from transcnn.pictures.samples import samples
from transcnn.ui.app.custom_models import open_custom_model
from transcnn.ui.app.links import decode, encode
from transcnn.ui.app.page_files import page_file
from transcnn.ui.pages.course import classroom
from transcnn.ui.pages.course.link import CourseChoice
from transcnn.ui.pages.course.progress import Progress
from transcnn.ui.pages.course.role import ForgottenKeys, Role
from transcnn.words.translator import plain, translator

HOSTILE = "*Bo* :smile: $x$ <b>"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Classes of the test's own."""
    monkeypatch.setattr(store.tempfile, "tempdir", str(tmp_path))
    classroom.classes.clear()
    classroom.rate_limiter.clear()
    yield store.classes_folder()
    classroom.classes.clear()


def shows(app):
    """Everything that is written on the page."""
    parts = [*app.info, *app.warning, *app.error, *app.header, *app.get("text")]
    return "\n".join([said(app), *(str(part.value) for part in parts)])


def press(app, key):
    app.button(key=key).click().run()
    assert not app.exception


def has(app, key):
    return any(button.key == key for button in app.button)


def begin(step="1.3", **link):
    """A teacher with a class: the page and the code."""
    teacher = open_course(view="teacher", step=step, **link)
    press(teacher, "class_begin")
    return teacher, session(teacher).part(Role).code


def join(code, name="", **link):
    learner = open_course(**{"class": code}, **link)
    learner.text_input(key="class_name").set_value(name)
    press(learner, "class_join")
    return learner


def come_back(role):
    """The page of a role in a browser that keeps its key."""
    app = open_course(**encode(role))
    assert not session(app).part(Role).key
    app.session_state["browser_key"] = {"held": {"name": role.key_name, "key": role.key}}
    app.run()
    assert not app.exception
    return app


def answer(learner, name, guess):
    keep = next(b for b in learner.button if b.key and b.key.startswith(f"keep|{name}|"))
    place = keep.key.removeprefix("keep|")
    field = learner.text_input if isinstance(guess, str) and guess[0].isdigit() else learner.radio
    field(key=f"guess|{place}").set_value(guess)
    learner.radio(key=f"sure|{place}").set_value("fairly")
    press(learner, keep.key)


def asked(learner):
    """The questions that can be answered now."""
    keys = [
        b.key for b in learner.button if b.key and b.key.startswith("keep|") and "saw" not in b.key
    ]
    return [key.split("|")[1] for key in keys]


def test_two_votes_then_the_reveal_then_why(zebra):  # noqa: F811
    lesson = load_lesson(find_step("1.3"), "en")
    teacher, code = begin()
    assert f"{code[:3]} {code[3:]}" in shows(teacher)
    learner = join(code, HOSTILE)
    assert session(learner).part(CourseChoice).step == "1.3", "it goes where the teacher is"
    assert HOSTILE in [text.value for text in learner.get("text")], "as it was written"
    right = next(iter(find_step("1.3").questions["rows.which_is_row"].pose(zebra).asks.right))
    wrong = "b" if right == "a" else "a"

    answer(learner, "rows.which_is_row", wrong)
    assert asked(learner) == ["rows.largest_column_sum"]
    assert not has(learner, "course_reveal"), "the teacher reveals"
    teacher.run()
    assert "First vote: **1** of 1 have answered." in shows(teacher)
    assert not teacher.get("plotly_chart"), "nobody sees the first vote"

    press(teacher, "class_turn_rows.which_is_row")
    learner.run()
    assert "Discuss it in pairs" in shows(learner)
    assert asked(learner) == ["rows.largest_column_sum"]
    assert "0 % are correct" in shows(teacher)
    assert not teacher.get("plotly_chart")

    press(teacher, "class_turn_rows.which_is_row")
    learner.run()
    assert asked(learner) == ["rows.which_is_row", "rows.largest_column_sum"], "the second vote"
    answer(learner, "rows.which_is_row", right)
    assert asked(learner) == ["rows.largest_column_sum"]
    assert not teacher.get("plotly_chart")
    press(teacher, "class_turn_rows.which_is_row")
    (chart,) = teacher.get("plotly_chart")
    on_progress = {"a": ("A", "B"), "b": ("B", "A")}[wrong]
    both = (f"First vote (1): {on_progress[0]}: 1", f"Second vote (1): {on_progress[0]}: 0")
    alt = chart.proto.alt
    for one in both:
        vote, count = one.split("): ")
        assert count in alt.split(vote)[1].split("vote")[0]
    assert "✓" not in alt, "what is right waits for the reveal"
    assert lesson.fill(find_step("1.3"), zebra).body not in shows(teacher)

    assert "The vote is still open: question 2." in shows(teacher)
    press(teacher, "course_reveal")
    assert f"✓ {on_progress[1]}: 1" in teacher.get("plotly_chart")[0].proto.alt
    assert lesson.fill(find_step("1.3"), zebra).why not in shows(teacher)
    press(teacher, "class_why")
    assert lesson.fill(find_step("1.3"), zebra).why in shows(teacher)

    learner.run()
    assert lesson.fill(find_step("1.3"), zebra).why in shows(learner), "with the class"
    assert asked(learner) == [], "too late for the question that was not answered"
    assert translator("en")("course.hit") in shows(learner)
    learner.text_area[0].set_value("a stripe")
    press(learner, next(b.key for b in learner.button if b.key and b.key.startswith("keep|saw")))
    role = session(teacher).part(Role)
    led = classroom.classes().enter(role.code, role.key)
    assert [said for *_, said in led.all_observations()] == ["a stripe"]
    assert [(g.name, g.round, g.submission.guess) for g in led.all_answers()] == [
        (HOSTILE, 1, wrong),
        (HOSTILE, 2, right),
    ]
    press(learner, "class_leave")
    progress = session(learner).part(Progress)
    assert [kept.guess for kept in progress.submissions.values()] == [right], "it stays"
    assert [key.name for key in progress.revealed] == ["rows"]
    assert list(progress.observations.values()) == ["a stripe"]


def test_a_restart_finds_teacher_and_learner_where_they_were():
    teacher, code = begin(step="2.1")
    learner = join(code, "Ada")
    answer(learner, "heads.agreeing", "3")
    roles = [session(app).part(Role) for app in (teacher, learner)]
    classroom.classes.clear()
    back = come_back(roles[0])
    assert session(back).part(CourseChoice).step == "2.1"
    assert "heads.agreeing" not in asked(come_back(roles[1])), "what was answered stays"
    teacher = back
    press(teacher, "course_next")
    late = come_back(roles[1])
    assert session(late).part(CourseChoice).step == "2.2"


def test_a_learner_who_may_be_typing_is_not_pulled_away():
    teacher, code = begin(step="1.1")
    learner = join(code)
    press(teacher, "course_next")
    learner.run()
    assert session(learner).part(CourseChoice).step == "1.1"
    press(learner, "class_go")
    assert session(learner).part(CourseChoice).step == "1.2"
    assert not has(learner, "class_go")


def test_a_learner_for_whom_nothing_waits_goes_along_at_once(zebra):  # noqa: F811
    teacher, code = begin(step="1.3")
    learner = join(code)
    predict(learner, zebra, "1.3")
    press(teacher, "course_next")
    learner.run()
    assert session(learner).part(CourseChoice).step == "1.4"


def test_a_learner_gets_the_teachers_picture_query_and_hand_map():
    teacher, code = begin(step="1.4", picture="lion", at="200,10")
    hand = ((1, 1, 1, 1),) * 4
    session(teacher).put(CourseChoice("1.4", (200, 10), hand))
    teacher.run()
    learner = join(code)
    assert session(learner).sample == "lion"
    assert session(learner).part(CourseChoice) == CourseChoice("1.4", (200, 10), hand)


def test_a_picture_of_the_teachers_own_reaches_the_class_only_by_a_click(folder):
    teacher, code = begin(step="1.4")
    learner = join(code)
    before = session(learner).sample
    photo = samples()[3].path.read_bytes()
    teacher.sidebar.file_uploader[0].set_value(("mine.jpg", photo, "image/jpeg")).run()
    assert "Only you see this" in shows(teacher)
    learner.run()
    assert session(learner).upload is None
    assert session(learner).sample == before
    press(teacher, "class_share")
    assert "Only you see this" not in shows(teacher)
    late = join(code)
    assert session(late).upload is not None
    shared, given = session(late).upload, session(teacher).upload
    assert shared.digest == given.digest
    press(teacher, "class_end")
    assert not list(folder.iterdir())


def test_the_end_of_a_class_is_said_calmly_and_leaves_everybody_alone():
    teacher, code = begin()
    learner = join(code)
    press(teacher, "class_end")
    assert has(teacher, "class_begin")
    learner.run()
    assert not learner.exception
    assert f"No class is open under {code}" in shows(learner)
    assert session(learner).part(Role) == Role()
    learner.run()
    assert has(learner, "class_join")


def test_answering_into_a_class_that_has_just_ended_does_no_harm():
    teacher, code = begin()
    learner = join(code)
    press(teacher, "class_end")
    answer(learner, "rows.which_is_row", "a")
    assert f"No class is open under {code}" in shows(learner)


@pytest.mark.parametrize("code", ["000000", "<b>*x* $x$ :red[a]"])
def test_a_wrong_code_gets_one_calm_sentence(code):
    alone = open_course()
    alone.text_input(key="class_code").set_value(code)
    press(alone, "class_join")
    (warning,) = alone.warning
    assert plain(code) in warning.value
    assert session(alone).part(Role) == Role()


def test_after_many_wrong_codes_a_visitor_waits_and_others_join():
    _, code = begin()
    guesser = open_course()
    for _ in range(9):
        guesser.text_input(key="class_code").set_value("000000" if code != "000000" else "111111")
        press(guesser, "class_join")
    assert "Too many wrong codes" in shows(guesser)
    guesser.text_input(key="class_code").set_value(code)
    press(guesser, "class_join")
    assert session(guesser).part(Role).key == ""
    assert session(join(code)).part(Role).key


def test_the_teacher_locks_the_class_and_removes_a_learner():
    teacher, code = begin()
    ada = join(code, "Ada")
    teacher.run()
    teacher.toggle(key="class_lock").set_value(True).run()
    assert f"Class {code} is locked" in shows(join(code, "Bo"))
    teacher.multiselect(key="class_removes").set_value([1]).run()
    press(teacher, "class_remove")
    assert "0 joined" in [popover.proto.popover.label for popover in teacher.get("popover")]
    answer(ada, "rows.which_is_row", "a")
    assert f"You are no longer in class {code}" in shows(ada)
    assert session(ada).part(Role) == Role()
    teacher.toggle(key="class_lock").set_value(False).run()
    assert session(join(code, "Bo")).part(Role).key


def test_a_visitor_begins_a_few_classes_and_no_more():
    teacher = open_course(view="teacher")
    for _ in range(3):
        press(teacher, "class_begin")
        press(teacher, "class_end")
    press(teacher, "class_begin")
    assert "Several classes were begun from here" in shows(teacher)


def test_a_key_that_nobody_has_is_no_member_and_the_key_decides_the_view():
    teacher, code = begin()
    learner = join(code)
    stranger = come_back(Role(True, code, "x" * 22))
    assert f"No class is open under {code}" in shows(stranger)
    cheat = come_back(Role(True, code, session(learner).part(Role).key))
    assert not has(cheat, "class_end")
    assert not has(cheat, "course_reveal")
    assert has(come_back(Role(False, code, session(teacher).part(Role).key)), "class_end")


@pytest.mark.parametrize("held", ["x", {"name": 1}, {"name": "class/123456/learner", "key": [1]}])
def test_what_a_browser_says_of_its_keys_is_never_trusted(held):
    app = open_course(**{"class": "123456"})
    app.session_state["browser_key"] = {"held": held}
    app.run()
    assert not app.exception
    assert has(app, "class_join")


def test_links_of_roles_are_read_never_trusted_and_hold_no_key():
    role = Role(True, "123456")
    assert decode(Role, encode(replace(role, key="k" * 22))) == role
    assert decode(Role, {"key": "k" * 22, "view": "pupil"}) == Role()


def test_a_browser_keeps_the_key_of_the_role_that_it_has_and_no_other():
    teacher, code = begin()
    learner = join(code)
    assert session(learner).part(ForgottenKeys).names == set()
    press(learner, "class_leave")
    assert session(learner).part(ForgottenKeys).names == {f"class/{code}/learner"}
    press(teacher, "class_end")
    assert session(teacher).part(ForgottenKeys).names == {f"class/{code}/teacher"}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("number", [step.number for step in STEPS if step.number.endswith(".1")])
def test_the_teachers_view_holds_answers_back_and_has_the_notes(number, language):
    """Without a class too."""
    from transcnn.course.notes import load_notes, load_pages

    app = open_course(view="teacher", step=number, lang=language)
    notes = load_notes(int(number[0]), language)
    assert notes.say in said(app)
    for page in load_pages(language):
        assert page.text in said(app)
    assert asked(app) == []
    outcome = translator(language)("course.outcome")
    assert outcome not in [c.value for c in app.caption]
    press(app, "course_reveal")
    assert outcome in [c.value for c in app.caption]


def test_the_page_of_somebody_alone_offers_a_class_and_the_teachers_view():
    app = open_course()
    press(app, "class_teach")
    assert has(app, "class_begin")
    press(app, "class_leave_view")
    assert has(app, "class_join")


@pytest.fixture(scope="module")
def own_network():
    """A weight file with own class names."""
    made = build("transcnn_nano", classes=("cup", "pen"))
    return to_bytes(fill(made).state_dict(), Description(made.config))


def models(app):
    return next(s for s in app.sidebar.selectbox if s.key == "model_picker").options


def teacher_with_network(data):
    """A teacher whose session has a network of own classes: the page and the code."""
    teacher, code = begin()
    session(teacher).add_custom_model(open_custom_model(data, "mine.safetensors", "learned"))
    teacher.run()
    return teacher, code


def test_a_network_of_own_classes_is_given_to_the_class_and_goes_with_it(own_network):
    teacher, code = teacher_with_network(own_network)
    learner = join(code)
    shipped = models(learner)
    assert not any("cup" in model for model in shipped)

    press(teacher, "class_network_give")
    learner.run()

    assert "The class has: **transcnn\\_nano\\: cup\\, pen**" in shows(teacher)
    assert models(learner) == [*shipped, "From your teacher: transcnn_nano: cup, pen"]
    key = next(iter(session(learner).custom_models))
    session(teacher).show_model(key)
    teacher.run()
    assert "Only you see this" not in shows(teacher)
    learner.run()
    press(learner, "class_go")  # a question waits for words, so the page did not change by itself
    assert session(learner).model == key, "the class follows to it"
    learner.switch_page(page_file("explore")).run()
    assert not learner.exception
    assert session(learner).config(key).own_classes == ("cup", "pen")

    press(teacher, "class_end")
    learner.run()

    assert not learner.exception
    assert models(learner) == shipped
    assert session(learner).model == "transcnn_lite0", "also on a page that is not the course"
    assert session(teacher).model == key, "the teacher's own stays theirs"


def test_a_network_can_be_taken_back_and_a_class_shares_one_in_memory(own_network):
    teacher, code = teacher_with_network(own_network)
    press(teacher, "class_network_give")
    first, second = join(code), join(code)
    (one,), (other,) = (session(app).custom_models.values() for app in (first, second))
    assert one.classifier is other.classifier

    press(teacher, "class_network_back")
    first.run()

    assert not any("cup" in model for model in models(first))
    assert has(teacher, "class_network_give"), "it can be given again"


def test_a_file_that_is_no_network_is_one_sentence_to_a_learner(own_network):
    teacher, code = teacher_with_network(own_network)
    learner = join(code)
    membership = classroom.classes().enter(code, session(teacher).part(Role).key)
    membership.give_network("transcnn_nano/bad", b"no weights")

    learner.run()

    assert not learner.exception
    assert "class.safetensors: this is not a safetensors" in shows(learner).replace("\\", "")
    assert not session(learner).custom_models
