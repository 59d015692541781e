"""The handout: one file per chapter that asks nothing of a network, figures and questions of this
picture, and no answer before the last sheet.
"""

import functools
import re
from html import unescape

import pytest

from tests.course.test_misconceptions import led
from transcnn.course.by_hand import spell
from transcnn.course.figures.steps import FIGURES
from transcnn.course.lessons import load_lesson
from transcnn.course.questions import Estimate, spell_number
from transcnn.course.steps import STEPS
from transcnn.errors import ChoiceError
from transcnn.reports.handout.equations import as_mathml
from transcnn.reports.handout.html import CHAPTERS, render


@pytest.fixture(scope="module")
def zebra(scene_of):
    return scene_of("zebra")


@pytest.fixture(scope="module")
def page_of(zebra):
    """Makes a chapter once."""

    @functools.cache
    def make(chapter, language="en"):
        return render(zebra, chapter, language, "a <zebra>")

    return make


# All in English, in Chinese the chapter with the most kinds of figures; the others are as long.
PAGES = [(c, "en") for c in CHAPTERS] + [(1, "zh")]
PAGES += [pytest.param(c, "zh", marks=pytest.mark.long) for c in CHAPTERS[1:]]


def sheets(page):
    found = page.split('<section class="sheet">')[1:]
    assert len(found) == 3
    return found


def test_every_step_has_figures_of_its_own():
    assert list(FIGURES) == [step.number for step in STEPS]


@pytest.mark.parametrize(("chapter", "language"), PAGES)
def test_every_question_text_and_why_of_the_chapter_is_on_its_sheet(
    page_of, zebra, chapter, language
):
    questions, texts, answers = map(unescape, sheets(page_of(chapter, language)))
    for step in (step for step in STEPS if step.chapter == chapter):
        lesson = load_lesson(step, language)
        text = lesson.fill(step, zebra)
        assert lesson.title in questions
        assert text.lead in questions
        assert text.body in texts
        assert text.body not in questions
        assert text.why in answers
        assert text.why not in questions + texts
        for name, question in step.questions.items():
            posed = question.pose(zebra)
            asks = lesson.questions[name].asks.format(**posed.placeholders)
            assert asks in questions, name
            if isinstance(posed.asks, Estimate):
                assert re.search(f"{re.escape(spell_number(posed.asks.key))}[ <]", answers), name
            for way in lesson.questions[name].misconceptions.values():
                assert way.format(**posed.placeholders) not in questions, name
            for way, guess in led(posed):
                if posed.misconception(guess) == way:
                    said = lesson.questions[name].misconceptions[way]
                    assert said.format(**posed.placeholders) in answers, (name, way)


def test_keys_are_on_the_last_sheet_alone(page_of, zebra):
    """Numbers that stand for themselves: the count of tokens, the weights of the hand map."""
    questions, _, answers = sheets(page_of(1))
    assert "3,136" in answers
    assert "3,136" not in questions
    assert "3136" not in questions
    weights = ", ".join(spell(float(w)) for w in zebra.worked.levels[0].weights[0, 1])
    assert f'<td class="">{weights}</td>' in answers
    assert f'<td class="">{weights}</td>' not in questions


def test_the_file_has_all_in_it_and_names_nothing_else(page_of):
    for page in map(page_of, CHAPTERS):
        addresses = re.findall(r"""(?:src|href)=["']([^"']*)|url\(([^)]*)\)""", page)
        named = {one or other for one, other in addresses}
        kinds = ("data:image/jpeg;base64,", "data:image/png;base64,", "#")
        assert all(a.startswith(kinds) for a in named)
        assert {a for a in named if a.startswith("#")} <= {
            f"#{name}" for name in re.findall(r'id="(\w+)"', page)
        }
        assert "<script" not in page
        assert "default-src 'none'" in page


def test_a_name_of_a_picture_is_text(page_of):
    assert "a &lt;zebra&gt;" in page_of(1)
    assert "<zebra>" not in page_of(1)


def test_the_reading_in_the_figure_is_that_of_the_network(page_of, zebra):
    """Chapter 3.4, answers: 49 multiples of an even share, once more by a loop over the heads."""
    block = next(b for b in zebra.trace.blocks if (b.stage, b.block) == (2, 2))
    cell = zebra.query[0] // 32 * 7 + zebra.query[1] // 32
    attention = block.levels[-1].attention
    found = sheets(page_of(3))[2].split("3.4 ·")[1].split("3.5 ·")[0]
    shown = re.findall(r'paint-order="stroke">([\d.]+)</text>', found)
    assert len(shown) == 49
    for at, said in enumerate(shown):
        multiple = 49 * sum(float(attention[h, 0, 0, cell, at]) for h in range(7)) / 7
        assert float(said) == pytest.approx(multiple, abs=0.051)  # one decimal


def test_an_equation_is_one_piece_of_mathml_a_line_with_the_letters_of_the_picture():
    lines = as_mathml(
        r"\begin{gathered} P_{\query{t}j} = \frac{1}{2}, \\ q = x \ln 2 \end{gathered}"
    )
    assert len(lines) == 2
    assert all(line.startswith("<math") for line in lines)
    aligned = r"\begin{alignedat}{2} N &= 4 &&= x \\ \hline M &= 5\end{alignedat}"
    both = as_mathml(rf"\begin{{gathered}} a \\ {aligned} \end{{gathered}}")
    assert len(both) == 3
    assert not any("amp" in line or "&#x00026" in line for line in both)
    matrix = as_mathml(
        r"\begin{gathered} \begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix} \end{gathered}"
    )
    assert len(matrix) == 1
    assert matrix[0].count("<mtd>") == 4
    assert "<mfrac>" in lines[0]
    assert "query" not in "".join(lines)


def test_a_chapter_or_language_that_does_not_exist_is_refused(zebra):
    with pytest.raises(ChoiceError, match="chapter is 9"):
        render(zebra, 9, "en", "x")
    with pytest.raises(ChoiceError, match="lang"):
        render(zebra, 1, "xx", "x")
