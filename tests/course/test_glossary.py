"""The glossary and its card: the same in both languages, and a slip is found."""

import re
from xml.etree import ElementTree

import pytest

from transcnn.course.glossary import CARD, TermLinks, load_glossary, read_glossary
from transcnn.course.lessons import load_lesson
from transcnn.course.steps import STEPS
from transcnn.course.word_card import draw
from transcnn.errors import ChoiceError
from transcnn.words import FOLDER, LANGUAGES

TEXT = (FOLDER / "en" / "glossary.toml").read_text(encoding="utf-8")


def test_all_languages_have_the_same_terms_in_the_same_order():
    terms = {code: load_glossary(code).terms for code in LANGUAGES}
    assert len({tuple(found) for found in terms.values()}) == 1
    assert len(terms["en"]) >= 25
    for name, term in terms["zh"].items():
        assert re.search("[\u4e00-\u9fff]", term.term), name
        assert re.search("[\u4e00-\u9fff]", term.says), name


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("[card.level]", "[kard.level]", "glossary/en.toml"),
        ("[card.level]", "[card.stage]", "card"),
        ('says = "Upsampling', 'said = "Upsampling', "upsampling"),
        ('term = "backbone"', 'term = ""', "backbone"),
        ('says = "Upsampling', 'says = "{Upsampling}', "no placeholders"),
        ('term = "backbone"', "term = backbone", "TOML"),
    ],
)
def test_a_slip_in_the_glossary_is_refused_with_its_place(old, new, named):
    assert old in TEXT
    with pytest.raises(ChoiceError, match=re.escape(named)):
        read_glossary("en", TEXT.replace(old, new, 1))


def test_a_term_is_linked_where_the_texts_of_a_step_first_use_it():
    linked = TermLinks(load_glossary("en"))
    assert linked("Tokens, and a token of H-MHSA.") == (
        "[Tokens](#term-token), and a token of [H-MHSA](#term-h_mhsa)."
    )
    assert linked("The token again; backbones have a backbone.") == (
        "The token again; backbones have a [backbone](#term-backbone)."
    )
    chinese = TermLinks(load_glossary("zh"))
    assert chinese("合并后的 token 有 4 个通道。") == (
        "[合并后的 token](#term-token) 有 4 个[通道](#term-feature_map)。"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_links_terms_each_once_and_says_what_it_said(language):
    for step in STEPS:
        linked, lesson = TermLinks(load_glossary(language)), load_lesson(step, language)
        asked = [words.asks for words in lesson.questions.values()]
        said = [lesson.lead, *asked, lesson.body, lesson.why]
        texts = [linked(text) for text in said]
        links = re.findall(r"\]\(#term-(\w+)\)", " ".join(texts))
        assert len(links) >= 2, step.number
        assert len(links) == len(set(links)), step.number
        assert [re.sub(r"\[([^]]+)\]\(#term-\w+\)", r"\1", text) for text in texts] == said


@pytest.mark.parametrize("word", CARD)
def test_a_drawing_of_the_card_is_one_picture_in_the_colour_of_the_text(word):
    """So it follows the theme, and prints in black."""
    drawing = draw(word, 'it says "&"')
    root = ElementTree.fromstring(drawing)
    assert root.get("aria-label") == 'it says "&"'
    colours = {e.get(name) for e in root.iter() for name in ("fill", "stroke")}
    assert colours <= {None, "none", "currentColor"}
