"""About: a text, and whose pictures are used."""

from pathlib import Path

import streamlit as st

from transcnn.pictures.samples import samples
from transcnn.ui.state import AppState
from transcnn.ui.words import words

_TEXTS = Path(__file__).with_name("texts")


def show() -> None:
    """Draw the page."""
    say = words(AppState().language)
    st.markdown((_TEXTS / f"about.{say.language}.md").read_text(encoding="utf-8"))
    st.header(say("about.pictures"))
    lines = (
        say(
            "about.attribution",
            title=sample.title[say.language],
            author=sample.author,
            licence=sample.licence,
            source=sample.source,
        )
        for sample in samples()
    )
    st.markdown("\n".join(f"- {line}" for line in lines))
