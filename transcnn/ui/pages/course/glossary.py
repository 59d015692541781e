"""The words of the field: a card of four before the first step, and all of them."""

import base64
from html import escape

import streamlit as st

from transcnn.course.glossary import CARD, load_glossary
from transcnn.course.word_card import draw
from transcnn.ui.app.tables import show_table
from transcnn.ui.components.glossary_card import glossary_card
from transcnn.ui.pages.course.context import COLOURS
from transcnn.words import LANGUAGES
from transcnn.words.translator import Translator


def show_word_card(t: Translator) -> None:
    """Draw the card."""
    card = load_glossary(t.language).card
    ink = COLOURS["dark" if st.context.theme.type == "dark" else "light"]["query"]
    cells = "".join(
        f'<div style="flex: 1 1 180px"><b>{escape(card[word].term)}</b><br>'
        f'<img src="{_address(draw(word, card[word].says, ink))}" alt=""><br>'
        f"{escape(card[word].says)}</div>"
        for word in CARD
    )
    with st.expander(t("course.word_card")):
        st.html(f'<div style="display: flex; flex-wrap: wrap; gap: 20px">{cells}</div>')


def mount_cards(t: Translator) -> None:
    """Let the links to terms open their cards."""
    terms = load_glossary(t.language).terms
    glossary_card({n: (one.term, one.says) for n, one in terms.items()}, t("course.close"))


def _address(drawing: str) -> str:
    """A drawing as an address of its own: Streamlit takes SVG only as a picture."""
    return f"data:image/svg+xml;base64,{base64.b64encode(drawing.encode()).decode()}"


def show_glossary(t: Translator) -> None:
    """Draw every term in both languages, and what it means in the one that is spoken."""
    terms = {language: load_glossary(language).terms for language in LANGUAGES}
    rows = [[*LANGUAGES.values(), t("course.in_one_breath")]]
    for name, spoken in terms[t.language].items():
        rows.append([*(terms[lang][name].term for lang in LANGUAGES), spoken.says])
    with st.expander(t("course.glossary")):
        show_table(rows, numbers=0)
