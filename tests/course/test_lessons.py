"""Lessons: complete in both languages, and a slip in one is found."""

import re
import string

import pytest

from tests.architecture.repository import ROOT
from transcnn.course.lessons import all_lessons, lesson_file, load_lesson, read_lesson
from transcnn.course.steps import QUESTIONS, STEPS
from transcnn.errors import ChoiceError
from transcnn.words import LANGUAGES

NUMBERS = [step.number for step in STEPS]


def placeholders(said):
    return {name for _, name, _, _ in string.Formatter().parse(said) if name}


def sentences(lesson):
    yield from (lesson.title, lesson.lead, lesson.body, lesson.saw, lesson.why)
    yield from (said for said in (lesson.change, lesson.present) if said)
    for asked in lesson.questions.values():
        yield from (asked.asks, *asked.options.values())
    for variants in lesson.sentences.values():
        yield from variants.values()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_lesson_is_as_its_step_expects(language):
    assert list(all_lessons(language)) == NUMBERS


@pytest.mark.parametrize("step", STEPS, ids=NUMBERS)
def test_all_languages_have_the_same_questions_and_placeholders(step):
    for said in zip(*(sentences(load_lesson(step, code)) for code in LANGUAGES), strict=True):
        assert len({frozenset(placeholders(sentence)) for sentence in said}) == 1


@pytest.mark.parametrize("step", STEPS, ids=NUMBERS)
def test_no_chinese_lesson_is_left_in_english(step):
    chinese = load_lesson(step, "zh")
    for said in (chinese.title, chinese.lead, chinese.body, chinese.saw, chinese.why):
        assert re.search("[\u4e00-\u9fff]", said)


def test_questions_are_named_after_their_step_and_steps_numbered_without_a_gap():
    for step in STEPS:
        for name in step.questions:
            assert re.fullmatch(rf"{step.name}\.[a-z0-9_]+", name)
            assert len(name) <= 30
    assert len(QUESTIONS) == sum(len(step.questions) for step in STEPS)
    assert len({step.name for step in STEPS}) == len(STEPS)
    for chapter in {step.chapter for step in STEPS}:
        steps = [step for step in STEPS if step.chapter == chapter]
        assert [step.number for step in steps] == [f"{chapter}.{i + 1}" for i in range(len(steps))]
        assert [step.ends_chapter for step in steps] == [False] * (len(steps) - 1) + [True]


NUMERALS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@pytest.mark.parametrize("name", ["README.md", "docs/pages.md", "CHANGELOG.md"])
def test_documents_count_chapters_steps_and_questions_as_they_are(name):
    text = (ROOT / name).read_text(encoding="utf-8").lower()
    chapters = NUMERALS[len({step.chapter for step in STEPS})]
    counts = {"chapters": chapters, "steps": str(len(STEPS)), "questions": str(len(QUESTIONS))}
    found = re.findall(r"(\w+) (chapters)\b|(\d+) (steps|questions)\b", text)
    said = [(a or c, b or d) for a, b, c, d in found if (a or c) in NUMERALS or (a or c).isdigit()]
    assert said
    assert all(counts[what] == count for count, what in said)


def count_sentences(said):
    """Sentences of a text: what ends in a full stop or a question mark, not within a number."""
    return len(re.findall(r"[.?!](?=\s|$)|[。？！]", said.strip()))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("step", STEPS, ids=NUMBERS)
def test_at_most_two_sentences_stand_before_the_questions_and_at_least_two_explain(step, language):
    lesson = load_lesson(step, language)
    assert 1 <= count_sentences(lesson.lead) <= 2
    assert count_sentences(f"{lesson.body} {lesson.why}") >= 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_lessons_point_at_no_equation_by_a_number_that_is_nowhere(language):
    for step in STEPS:
        assert not re.search(
            r"equation \(|公式 ?[（(]", " ".join(sentences(load_lesson(step, language)))
        )


@pytest.mark.parametrize("step", STEPS, ids=NUMBERS)
def test_code_fills_every_placeholder_of_the_text(scenes, step):
    for scene in scenes.values():
        assert set(step.facts(scene)) == set(step.placeholders)
        for name, question in step.questions.items():
            posed = question.pose(scene)
            if posed is not None and not posed.flat:
                for asked in (load_lesson(step, lang).questions[name] for lang in LANGUAGES):
                    for said in (asked.asks, *asked.options.values()):
                        assert placeholders(said) <= set(posed.placeholders)
                        said.format(**posed.placeholders)


STEP = next(step for step in STEPS if step.number == "1.3")
TEXT = lesson_file(STEP, "en").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("title =", "titel =", "1.3-rows.md"),
        ("[rows.which_is_row]", "[residual.relative_size]", "1.3-rows.md"),
        ('b = "B"', 'c = "B"', "rows.which_is_row.options"),
        ("Which map", "Which {map}", "rows.which_is_row"),
        ("Both maps", "Both {maps}", "text"),
        ("Both maps", "Both maps {", "text"),
        ('saw = "', 'saw = "" # ', "saw"),
        ("+++\n\n", "+++\n\n" + "word " * 80, "text"),
        ('title = "', "title = ", "TOML"),
        ("+++\ntitle", "title", "front matter"),
    ],
)
def test_a_slip_in_a_lesson_is_refused_with_its_place(old, new, named):
    assert old in TEXT
    with pytest.raises(ChoiceError, match=re.escape(named)):
        read_lesson(STEP, "en", TEXT.replace(old, new, 1))
