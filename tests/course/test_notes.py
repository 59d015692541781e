"""The teacher's notes: complete in both languages, about what there is, and a slip is found."""

import re

import pytest

from transcnn.course.notes import load_notes, load_pages, read_notes, read_page
from transcnn.course.steps import STEPS
from transcnn.errors import ChoiceError
from transcnn.words import FOLDER, LANGUAGES

CHAPTERS = sorted({step.chapter for step in STEPS})
GOOD = """+++
time = "x"
say = "x"

[[vote]]
question = "rows.which_is_row"
hint = "x"

[[likely]]
answer = "x"
reply = "x"
+++
"""


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_all_languages_vote_on_the_same_questions_of_the_chapter(chapter):
    english, *others = (load_notes(chapter, language) for language in LANGUAGES)
    known = [name for step in STEPS if step.chapter == chapter for name in step.questions]
    assert {question for question, _ in english.votes} <= set(known)
    for other in others:
        assert [q for q, _ in english.votes] == [q for q, _ in other.votes]
        assert len(english.likely) == len(other.likely)
        assert bool(english.more) == bool(other.more)


def test_every_file_is_read_and_both_languages_have_the_same():
    named = {language: set() for language in LANGUAGES}
    for language in LANGUAGES:
        for file in (FOLDER / language / "notes").iterdir():
            named[language].add(file.name)
            text = file.read_text(encoding="utf-8")
            read = read_notes if file.name.startswith("chapter-") else read_page
            read(file.name, text)
            if language == "zh":
                assert re.search("[\u4e00-\u9fff]", text)
    assert named["en"] == named["zh"] >= {f"chapter-{chapter}.md" for chapter in CHAPTERS}
    assert len(load_pages("en")) == len(load_pages("zh")) == 4


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("+++\n", "---\n"),
        ('say = "x"', 'says = "x"'),
        ('say = "x"', 'say = ""'),
        ('hint = "x"', ""),
        ("[[likely]]", "[likely]"),
        ('time = "x"', "time = x"),
        ('reply = "x"', "reply = 1"),
    ],
)
def test_a_slip_in_the_notes_is_found(before, after):
    read_notes("good", GOOD)
    assert before in GOOD
    with pytest.raises(ChoiceError, match="bad"):
        read_notes("bad", GOOD.replace(before, after))


@pytest.mark.parametrize("text", ["text", "+++\ntitle = 'x'\n+++\n", "+++\nname = 'x'\n+++\nx"])
def test_a_page_has_a_title_and_a_text(text):
    with pytest.raises(ChoiceError):
        read_page("bad", text)
