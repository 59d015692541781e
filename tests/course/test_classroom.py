"""A class without its pages: nothing lost, nothing mixed, nothing kept too long, nobody let in."""

import contextlib
import csv
import hashlib
import io
import itertools
import os
import random
import sqlite3
import stat
import subprocess
import sys
import threading
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcnn.course.answer_key import AnswerKey
from transcnn.course.choice import LearnerChoice
from transcnn.course.classroom import store
from transcnn.course.classroom.codes import clean_name, read_code
from transcnn.course.classroom.rate_limiter import WRONG_CODES, RateLimiter
from transcnn.course.classroom.slide import Slide
from transcnn.course.classroom.store import Classes, Learner, Teacher
from transcnn.course.classroom.summary import is_revealed, summarise
from transcnn.course.classroom.table import as_csv
from transcnn.course.classroom.tally import bins, count_bins, count_cells
from transcnn.course.formatting import FormattedQuestion
from transcnn.course.lessons import QuestionWords, load_lesson
from transcnn.course.posed_file import read_posed, write_posed
from transcnn.course.questions import Estimate, PosedQuestion
from transcnn.course.steps import QUESTIONS, find_step
from transcnn.course.submission import Submission
from transcnn.errors import (
    ClassFull,
    ClassLocked,
    FolderError,
    NoClass,
    RemovedFromClass,
    ReservedName,
    TooManyClasses,
    WeightsTooLarge,
)
from transcnn.words.translator import translator

BEFORE_LOCKS = (  # turns a file into one of version 4
    "ALTER TABLE members DROP COLUMN removed; ALTER TABLE class DROP COLUMN locked;"
)
POSIX = pytest.mark.skipif(os.name == "nt", reason="Windows keeps rights and owners otherwise")
COLUMN = AnswerKey("rows.largest_column_sum", "m", "0123456789abcdef", (112, 64))
LARGEST = PosedQuestion(
    Estimate(2.5, factor=1.5, even=1.0), misconceptions={"columns": [1], "everybody": [49]}
)
ECHO = defaultdict(lambda: "")
QUESTION = AnswerKey("rows.which_is_row", "m", "0123456789abcdef", (112, 64))
STEP = replace(QUESTION, name="rows")
SLIDE = Slide(model="m", sample="zebra", choice=LearnerChoice("1.3", (112, 64), ((0, 1), (2, -3))))


class Clock:
    """Seconds since 1970 that a test moves on."""

    now = 1e9

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def classes(tmp_path, clock):
    return Classes(tmp_path / "classes", clock)


@pytest.fixture
def teacher(classes):
    code, key = classes.begin()
    return classes.enter(code, key)


def join(teacher, name=""):
    key = teacher.classes.join(teacher.code, name)
    return teacher.classes.enter(teacher.code, key)


def test_who_comes_back_with_a_key_sits_the_role_they_had(classes):
    code, key = classes.begin()
    assert isinstance(classes.enter(code, key), Teacher)
    keys = {name: classes.join(code, name) for name in ("Ada", "Bo", "")}
    assert len({key, *keys.values()}) == 4
    for member_id, (name, own) in enumerate(keys.items(), 1):
        back = Classes(classes.folder, classes.clock).enter(code, own)  # as after a restart
        assert isinstance(back, Learner)
        assert (back.member_id, back.name) == (member_id, name)
    assert list(classes.enter(code, key).members().values()) == ["Ada", "Bo", ""]


def test_a_browser_has_one_seat(teacher):
    classes, code = teacher.classes, teacher.code
    first = classes.join(code, "Ada", "a browser")
    classes.join(code, "Bo", "another")
    assert classes.join(code, "", "a browser") == first
    assert teacher.members() == {1: "Ada", 2: "Bo"}
    assert classes.join(code, "Eve", "a browser") == first, "in all tabs the same one"
    assert teacher.members() == {1: "Eve", 2: "Bo"}
    assert classes.enter(code, first).member_id == 1
    elsewhere, _ = classes.begin()
    assert classes.join(elsewhere, "Ada", "a browser") != first


def test_who_is_removed_leaves_nothing_and_does_not_come_back(teacher):
    classes, code = teacher.classes, teacher.code
    learner = classes.enter(code, key := classes.join(code, "Ada", "a browser"))
    other = join(teacher, "Bo")
    for one in (learner, other):
        assert one.answer(QUESTION, Submission("a", "certain"))
        one.observe(QUESTION, "rows")
    before = teacher.version()
    teacher.remove(learner.member_id)
    assert teacher.version() > before
    assert teacher.members() == {2: "Bo"}
    assert [answer.name for answer in teacher.answers(QUESTION)] == ["Bo"]
    assert [name for _, name, _, _ in teacher.all_observations()] == ["Bo"]
    for attempt in (
        lambda: classes.enter(code, key),
        lambda: classes.join(code, "Ada", "a browser"),
        learner.version,
        lambda: learner.answer(QUESTION, Submission("a", "certain")),
        lambda: learner.observe(QUESTION, "rows"),
    ):
        with pytest.raises(RemovedFromClass):
            attempt()
    classes.join(code, "Cy", "another")
    assert teacher.members() == {2: "Bo", 3: "Cy"}, "a number is not given twice"
    assert [answer.name for answer in teacher.all_answers()] == ["Bo"]


def test_a_locked_class_lets_nobody_new_in_and_everybody_back(teacher):
    classes, code = teacher.classes, teacher.code
    classes.join(code, "Ada", "a browser")
    teacher.lock(True)
    assert teacher.class_state().locked
    with pytest.raises(ClassLocked):
        classes.join(code, "Bo", "another")
    assert classes.enter(code, classes.join(code, "Ada", "a browser")).name == "Ada"
    teacher.lock(False)
    classes.join(code, "Bo", "another")


@pytest.mark.parametrize(
    "name", ["Teacher", " the  TEACHER! ", "Ｔｅａｃｈｅｒ", "老师", "Your teacher"]
)
def test_nobody_is_called_as_the_teacher(teacher, name):
    with pytest.raises(ReservedName):
        join(teacher, name)
    assert join(teacher, "Mr Teacherman").name == "Mr Teacherman"


def test_what_the_teacher_shows_is_what_everybody_finds(teacher):
    learner = join(teacher)
    assert learner.class_state().slide is None
    before = learner.version()
    teacher.show(SLIDE)
    assert learner.version() > before
    assert learner.class_state().slide == SLIDE


def test_a_class_file_of_the_version_with_numbered_questions_opens(classes):
    """Its tables, keys and slide are brought to the present names; a second opening finds them."""
    code, key = classes.begin()
    path = classes.folder / f"{code}.sqlite"
    path.unlink()
    golden = Path(__file__).parents[1] / "golden" / "class_numbered.sql"
    digest = hashlib.sha256(key.encode()).hexdigest()
    with contextlib.closing(sqlite3.connect(path)) as file:
        file.executescript(golden.read_text(encoding="utf-8").replace("DIGEST", digest))
        file.execute("UPDATE class SET began = ?", (classes.clock(),))
        file.commit()
    question = AnswerKey("rows.which_is_row", "transcnn_lite0", "0123456789abcdef", (112, 64))
    step, by_hand = replace(question, name="rows"), replace(question, name="mix.by_hand")
    for _ in range(2):
        learner = classes.enter(code, key)
        assert learner.name == "Ada"
        assert learner.class_state() == store.ClassState(
            version=3,
            slide=Slide(
                model="transcnn_lite0",
                shared="0123456789abcdef",
                choice=LearnerChoice(
                    "1.3", (112, 64), ((0, 1), (2, -3)), (1, 2, 3, 4), true_class=7, chosen_map=2
                ),
            ),
            votes={question: "second"},
            revealed=frozenset({step}),
            explained=frozenset({step}),
        )
        assert learner.answered() == {
            question: {1: Submission("b", "fairly")},
            replace(by_hand, details=("0,1,2",)): {1: Submission(0.5, "guess")},
        }
        assert learner.observations() == {step: "rows"}
    assert learner.answer(question, Submission("a", "certain"))


def test_a_class_file_without_networks_opens_and_can_be_given_one(classes):
    code, key = classes.begin()
    with contextlib.closing(sqlite3.connect(classes.folder / f"{code}.sqlite")) as file:
        file.executescript(
            f"DROP TABLE networks; DROP TABLE asked; PRAGMA user_version = 2;{BEFORE_LOCKS}"
        )
    teacher = classes.enter(code, key)
    assert teacher.class_state().network is None
    teacher.give_network("nano/1", b"weights")
    assert teacher.class_state().network == "nano/1"


def test_a_class_file_without_locks_goes_on_with_its_members(classes):
    code, key = classes.begin()
    own = classes.join(code, "Ada")
    with contextlib.closing(sqlite3.connect(classes.folder / f"{code}.sqlite")) as file:
        file.executescript(f"PRAGMA user_version = 4; {BEFORE_LOCKS}")
    learner, teacher = classes.enter(code, own), classes.enter(code, key)
    assert learner.name == "Ada"
    teacher.lock(True)
    teacher.remove(learner.member_id)
    with pytest.raises(RemovedFromClass):
        classes.enter(code, own)


def test_everybody_finds_the_network_that_the_teacher_gave_last(teacher):
    learner = join(teacher)
    assert learner.class_state().network is None
    before = learner.version()

    teacher.give_network("nano/1", b"weights")

    assert learner.version() > before
    assert learner.class_state().network == "nano/1"
    assert learner.network("nano/1") == b"weights"
    assert learner.has_network("nano/1")
    teacher.give_network("nano/2", b"others")
    assert not learner.has_network("nano/1")
    assert learner.network("nano/1") is None
    assert learner.network("nano/2") == b"others"
    teacher.take_network_back()
    assert learner.class_state().network is None
    assert not learner.has_network("nano/2")


def test_a_network_goes_with_its_class_and_a_large_one_is_refused(teacher, monkeypatch):
    learner = join(teacher)
    monkeypatch.setattr(store, "LARGEST_NETWORK", 10)
    with pytest.raises(WeightsTooLarge):
        teacher.give_network("nano/1", b"more than that")
    assert learner.class_state().network is None

    teacher.give_network("nano/1", b"weights")
    teacher.end()

    assert not learner.has_network("nano/1"), "a question without an error: it is asked on any page"
    with pytest.raises(NoClass):
        learner.network("nano/1")
    assert not list(teacher.classes.folder.iterdir())


def test_a_vote_takes_answers_only_while_it_is_open(teacher):
    learner = join(teacher)
    first, late, second = (
        Submission("a", "guess"),
        Submission("b", "certain"),
        Submission("b", "fairly"),
    )
    assert learner.answer(QUESTION, first), "the first vote needs no opening"
    teacher.set_vote(QUESTION, "talk")
    assert not learner.answer(QUESTION, late)
    teacher.set_vote(QUESTION, "second")
    assert learner.answer(QUESTION, second)
    teacher.set_vote(QUESTION, "closed")
    assert not learner.answer(QUESTION, late)
    assert learner.answered() == {QUESTION: {1: first, 2: second}}
    assert teacher.counts(QUESTION) == {1: 1, 2: 1}


def test_a_reveal_closes_the_votes_of_its_step_and_no_others(teacher):
    learner = join(teacher)
    other = replace(QUESTION, name="mix.top_five")
    teacher.reveal(STEP, [QUESTION])
    assert learner.class_state().revealed == {STEP}
    assert not learner.class_state().explained
    teacher.explain(STEP)
    assert learner.class_state().explained == {STEP}
    assert not learner.answer(QUESTION, Submission("a", "guess"))
    assert learner.answer(other, Submission(0.1, "guess"))


@pytest.mark.parametrize("guess", ["a", 0.1, 1e-9, (3, 4), (1, 2, 3, 4), ("b", "a", "c")])
def test_a_guess_of_every_kind_is_what_it_was(teacher, guess):
    learner = join(teacher)
    learner.answer(QUESTION, Submission(guess, "certain"))
    assert [given.submission for given in teacher.answers(QUESTION)] == [
        Submission(guess, "certain")
    ]
    assert learner.answered()[QUESTION][1] == Submission(guess, "certain")


def test_of_twenty_learners_at_once_no_answer_is_lost_or_mixed(teacher):
    """Threads that join, answer and answer again while the teacher shows, votes and looks."""
    places = [replace(QUESTION, query=(k, 0)) for k in range(5)]
    sent, failed, lock = {}, [], threading.Lock()
    at_once = threading.Barrier(21)

    def learn(name):
        draw = random.Random(name)
        try:
            at_once.wait()
            learner = join(teacher, name)
            for place in places:
                for _ in range(2):  # the second of them counts
                    submission = Submission((draw.randrange(7), draw.randrange(7)), "guess")
                    assert learner.answer(place, submission)
                with lock:
                    sent[name, place] = submission
        except BaseException as error:  # a thread's own failure would be lost
            failed.append(error)

    def teach():
        at_once.wait()
        last = 0
        for k in range(40):
            teacher.show(replace(SLIDE, choice=LearnerChoice("1.3", (k, 0))))
            count = sum(teacher.counts(place)[1] for place in places)
            assert count >= last
            last = count

    threads = [threading.Thread(target=learn, args=(f"learner {k}",)) for k in range(20)]
    for thread in threads:
        thread.start()
    teach()
    for thread in threads:
        thread.join()
    assert not failed
    assert len(sent) == 100
    assert {(g.name, g.question): g.submission for g in teacher.all_answers()} == sent
    assert len(set(teacher.members().values())) == len(teacher.members()) == 20
    for place in places:  # the board of counts, against a plain count of what was sent
        cells = count_cells([g.submission.guess for g in teacher.answers(place)], (7, 7))
        plain = Counter(submission.guess for (_, at), submission in sent.items() if at == place)
        for row in range(7):
            for column in range(7):
                assert cells[row, column] == plain[row, column]


WRITER = """
import sys
from pathlib import Path
from transcnn.course.answer_key import AnswerKey
from transcnn.course.classroom.store import Classes
from transcnn.course.submission import Submission
learner = Classes(Path(sys.argv[1])).enter(sys.argv[2], sys.argv[3])
k = 0
while True:
    learner.answer(AnswerKey(str(k), "m", "d", (0, 0)), Submission(float(k), "guess"))
    print(k, flush=True)
    k += 1
"""


def test_a_process_killed_while_it_writes_loses_at_most_its_last_answer(tmp_path):
    classes = Classes(tmp_path / "classes")
    code, key = classes.begin()
    command = [sys.executable, "-c", WRITER, str(classes.folder), code]
    processes = [
        subprocess.Popen([*command, classes.join(code, str(k))], stdout=subprocess.PIPE, text=True)
        for k in range(2)
    ]
    said = []
    for process in processes:
        for line in process.stdout:
            if int(line) == 60:
                break
    for process in processes:
        process.kill()
    for process in processes:
        rest = process.stdout.read().split()  # what it said before it died
        process.wait()
        process.stdout.close()
        said.append(int(rest[-1]) if rest else 60)
    submission = Counter(given.name for given in classes.enter(code, key).all_answers())
    for k, last in enumerate(said):
        assert last + 1 <= submission[str(k)] <= last + 2, "what was said to be kept is there"
    with contextlib.closing(sqlite3.connect(classes.folder / f"{code}.sqlite")) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_nothing_of_a_class_stays_after_its_end(classes):
    code, key = classes.begin()
    own = classes.join(code, "Ada")
    teacher, learner = classes.enter(code, key), classes.enter(code, own)
    teacher.share("d" * 64, b"picture")
    assert learner.picture("d" * 64) == b"picture"
    learner.answer(QUESTION, Submission("a", "guess"))
    teacher.end()
    assert not list(classes.folder.iterdir())
    for call in (
        learner.version,
        learner.class_state,
        lambda: learner.answer(QUESTION, Submission("a", "guess")),
        lambda: classes.enter(code, own),
        lambda: classes.join(code, "Bo"),
        teacher.all_answers,
        teacher.end,
    ):
        with pytest.raises(NoClass):
            call()
    assert not list(classes.folder.iterdir()), "and nothing makes it anew"


def test_a_class_is_over_even_where_its_file_cannot_go_yet(classes, monkeypatch):
    code, key = classes.begin()
    own = classes.join(code, "Ada")
    with monkeypatch.context() as windows:

        def refuse(path, **_):
            raise PermissionError(path)

        windows.setattr(Path, "unlink", refuse)
        classes.enter(code, key).end()
        with pytest.raises(NoClass):
            classes.enter(code, own)
        assert list(classes.folder.iterdir())
    classes.sweep()
    assert not list(classes.folder.iterdir())


def test_a_class_is_over_after_24_hours_and_swept_away(classes, clock):
    (old, key), began = classes.begin(), clock.now
    clock.now = began + 23 * 3600
    young, _ = classes.begin()
    (classes.folder / "left.making").touch()
    os.utime(classes.folder / "left.making", (began, began))
    assert classes.enter(old, key).members() == {}
    clock.now = began + 24 * 3600 + 1
    with pytest.raises(NoClass):
        classes.enter(old, key)
    assert [path.name for path in classes.folder.glob("*.sqlite")] == [f"{young}.sqlite"]
    clock.now = began + 48 * 3600
    classes.sweep()
    assert not list(classes.folder.iterdir())


@POSIX
def test_only_this_person_reads_the_files_and_they_hold_no_key(classes):
    code, key = classes.begin()
    own = classes.join(code, "Ada")
    assert stat.S_IMODE(classes.folder.stat().st_mode) == 0o700
    with contextlib.closing(sqlite3.connect(classes.folder / f"{code}.sqlite")) as file:
        file.execute("BEGIN IMMEDIATE")  # so that the files beside it are there
        files = list(classes.folder.iterdir())
        assert len(files) == 3
        for path in files:
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name
            assert key.encode() not in path.read_bytes()
            assert own.encode() not in path.read_bytes()
        file.execute("ROLLBACK")


@POSIX
def test_a_folder_that_somebody_else_made_is_not_used(classes, monkeypatch):
    classes.folder.mkdir()
    monkeypatch.setattr(store.os, "getuid", lambda: os.stat(classes.folder).st_uid + 1)
    with pytest.raises(FolderError):
        classes.begin()


def test_a_code_or_key_that_is_wrong_lets_nobody_in(classes):
    code, key = classes.begin()
    other, other_key = classes.begin()
    own = classes.join(code, "Ada")
    (classes.folder / "000000.sqlite").write_bytes(b"no class" * 1000)
    (classes.folder / "000001.sqlite").touch()
    secret = classes.folder.parent / "secret.sqlite"
    secret.write_bytes(b"x")
    wrong = [
        (code, ""),
        (code, key[:-1]),
        (code, f"{key} "),
        (code, "\ud800"),
        (code, other_key),
        (other, own),
        ("000000", key),
        ("000001", key),
        ("../secret", key),
        ("", key),
        ("٠٠٠٠٠٠", key),
    ]
    for named, tried in wrong:
        with pytest.raises(NoClass):
            classes.enter(named, tried)
    assert not isinstance(classes.enter(code, own), Teacher)


def test_classes_and_members_are_not_without_end(classes, monkeypatch):
    monkeypatch.setattr(store, "MOST_CLASSES", 2)
    monkeypatch.setattr(store, "MOST_MEMBERS", 3)
    code, _ = classes.begin()
    classes.begin()
    with pytest.raises(TooManyClasses):
        classes.begin()
    for _ in range(3):
        classes.join(code, "")
    with pytest.raises(ClassFull):
        classes.join(code, "")


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("123456", "123456"),
        (" 123 456\n", "123456"),
        ("１２３ ４５６", "123456"),
        ("12345", None),
        ("1234567", None),
        ("12345a", None),
        ("", None),
        ("9" * 10_000, None),
        ("٣٣٣٣٣٣", None),
    ],
)
def test_a_code_is_read_as_people_type_it(typed, code):
    assert read_code(typed) == code


def test_a_class_that_nobody_joins_makes_room_for_another(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "MOST_CLASSES", 2)
    clock = Clock()
    classes = Classes(tmp_path, clock)
    code, key = classes.begin()
    classes.join(code, "Ada")
    empty, empty_key = classes.begin()
    with pytest.raises(TooManyClasses):
        classes.begin()
    clock.now += 16 * 60
    classes.begin()
    with pytest.raises(NoClass):
        classes.enter(empty, empty_key)
    assert list(classes.enter(code, key).members().values()) == ["Ada"]


@pytest.mark.parametrize(
    ("most", "who", "others"),
    [
        (8, lambda _: ("a", "home"), ("b", "home")),
        (60, lambda n: (str(n), "home"), ("b", "school")),
        (600, lambda n: (str(n), str(n)), None),
    ],
)
def test_who_tries_codes_waits_and_others_join(most, who, others):
    clock = Clock()
    rate_limiter = RateLimiter(WRONG_CODES, clock)
    for number in range(most):
        assert rate_limiter.wait_s(*who(number)) == 0
        rate_limiter.note(*who(number))
    assert 0 < rate_limiter.wait_s(*who(most)) <= 60
    if others is not None:
        assert rate_limiter.wait_s(*others) == 0
    clock.now += 59
    assert 0 < rate_limiter.wait_s(*who(most)) <= 1
    clock.now += 1
    assert rate_limiter.wait_s(*who(most)) == 0


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("  Ada \n Lovelace ", "Ada Lovelace"),
        ("小明", "小明"),
        ("\u202eevil\u2066\u200b", "evil"),
        ("<script>*x*</script>", "<script>*x*</script>"),
        ("\x00\x1b[31m", "[31m"),
        ("a" * 10_000, "a" * 39 + "…"),
        ("\ud800", ""),
        ("Teacher\u3164", "Teacher"),
        ("", ""),
    ],
)
def test_a_name_is_one_short_line_of_signs_that_show(typed, name):
    assert clean_name(typed) == name


def test_the_csv_holds_every_answer_and_no_formula(teacher):
    names = ["=1+1", " @x", 'a,"b"\n', "小明", "-2"]
    for name in names:
        learner = join(teacher, name)
        learner.answer(QUESTION, Submission((1, 2), "guess"))
        learner.observe(STEP, "=cmd()")
    data = as_csv(teacher, translator("en"))
    assert data.startswith("\ufeff".encode())
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert len(rows) == 10
    assert [row["name"] for row in rows[:5]] == ["'=1+1", "'@x", 'a,"b"', "小明", "-2"]
    assert {row["first vote (cells 0-based)"] for row in rows[:5]} == {"[1, 2]"}
    assert {row["first vote"] for row in rows[5:]} == {"'=cmd()"}
    assert {row["question (its name)"] for row in rows} == {"rows.which_is_row", "rows"}


@pytest.mark.parametrize(
    ("language", "marks"), [("en", ("incorrect", "correct")), ("zh", ("错误", "正确"))]
)
def test_the_csv_says_question_choice_key_and_mark_of_both_votes_in_words(teacher, language, marks):
    t = translator(language)
    teacher.ask({COLUMN: LARGEST})
    ada = join(teacher, "Ada")
    ada.answer(COLUMN, Submission(1.0, "certain"))
    teacher.set_vote(COLUMN, "second")
    ada.answer(COLUMN, Submission(2.6, "guess"))
    (row,) = csv.DictReader(io.StringIO(as_csv(teacher, t).decode("utf-8-sig")))
    words = load_lesson(find_step("1.3"), language).questions[COLUMN.name]

    def cell(name):
        return row[t(f"classroom.csv_{name}")]

    assert (cell("step"), cell("asked")) == ("1.3", words.asks)
    assert cell("right").startswith("2.5 ")
    assert (cell("first"), cell("first_mark"), cell("second"), cell("second_mark")) == (
        "1",
        marks[0],
        "2.6",
        marks[1],
    )
    assert cell("first_sure") == t("course.sure_certain")
    assert cell("second_sure") == t("course.sure_guess")


def test_the_summary_counts_the_shift_between_votes_and_the_ways_to_wrong_answers(teacher):
    """Five learners; once more by hand: 1 of 5 correct, then 2 of 4; two came, one left."""
    first, second = (1.0, 1.0, 49.0, 2.5, 7.0), (2.5, 2.6, 49.0, 1.0)
    learners = [join(teacher) for _ in first]
    for learner, guess in zip(learners, first, strict=True):
        learner.answer(COLUMN, Submission(guess, "guess"))
    teacher.set_vote(COLUMN, "second")
    for learner, guess in zip(learners, second, strict=False):
        learner.answer(COLUMN, Submission(guess, "certain"))
    found = summarise(COLUMN, LARGEST, teacher.answers(COLUMN))
    assert (found.answers, found.correct) == ({1: 5, 2: 4}, {1: 1, 2: 2})
    assert (found.both, found.gained, found.lost) == (4, 2, 1)
    assert found.misconceptions == {"columns": {1: 2, 2: 1}, "everybody": {1: 1, 2: 1}}
    assert found.sure_and_wrong == 2


def test_only_what_was_revealed_is_summarised(teacher):
    step = replace(COLUMN, name="rows")
    assert not is_revealed(COLUMN, teacher.class_state())
    teacher.reveal(step, [COLUMN])
    assert is_revealed(COLUMN, teacher.class_state())
    assert not is_revealed(replace(COLUMN, query=(0, 0)), teacher.class_state())


def test_a_question_is_marked_alike_when_its_file_is_read_again(scenes):
    for scene in scenes.values():
        for name, question in QUESTIONS.items():
            posed = question.pose(scene)
            if posed is None:
                continue
            again = read_posed(write_posed(posed))
            formatted = FormattedQuestion(
                QuestionWords("", ECHO, ECHO), again, lambda word, **_: word
            )
            before = FormattedQuestion(QuestionWords("", ECHO, ECHO), posed, lambda word, **_: word)
            assert formatted.right == before.right, name
            for ends in posed.misconceptions.values():
                for end in ends:
                    guess = float(end) if isinstance(posed.asks, Estimate) else end
                    assert again.mark(guess) == posed.mark(guess), name
                    assert again.misconception(guess) == posed.misconception(guess), name


NUMBERS = st.floats(-1e12, 1e12) | st.sampled_from([0.0, 1.0, 49.0, 3136.0, 1e-9])


@given(st.lists(NUMBERS, max_size=40))
def test_every_number_is_in_exactly_one_bin(numbers):
    sorted_into = bins(numbers)
    assert len(sorted_into) <= 10
    assert sum(count_bins(numbers, sorted_into)) == len(numbers)
    for one, after in itertools.pairwise(sorted_into):
        assert one.low < after.low
        assert one.high <= after.low


def test_the_count_of_a_bin_is_a_plain_count():
    numbers = [1.0, 1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 21.0, 34.0, 55.0, 89.0, 144.0, 144.0]
    counted = count_bins(numbers, bins(numbers))
    edges = [144 ** (k / 10) for k in range(11)]
    plain = [0] * 10
    for number in numbers:
        k = 9
        while k > 0 and number < edges[k]:
            k -= 1
        plain[k] += 1
    assert counted == plain
    assert count_bins([3.0, 3.0, 7.0], bins([3.0, 7.0])) == [2, 1]


def test_the_folder_is_where_temporary_files_are(tmp_path, monkeypatch):
    monkeypatch.setattr(store.tempfile, "tempdir", str(tmp_path))
    assert store.classes_folder().parent == Path(tmp_path)
