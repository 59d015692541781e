"""About: a text, the versions, and whose pictures are used."""

from importlib.metadata import version
from pathlib import Path

import streamlit as st

from transcnn.pictures.samples import samples
from transcnn.ui.state import AppState
from transcnn.ui.words import words

_PACKAGES = ("transcnn", "torch", "streamlit", "plotly", "pillow", "numpy", "safetensors")
_TEXTS = Path(__file__).with_name("texts")


def show() -> None:
    """Draw the page."""
    say = words(AppState().language)
    text = (_TEXTS / f"about.{say.language}.md").read_text(encoding="utf-8")
    st.markdown(text.replace("{version}", version("transcnn")))
    st.caption(say("about.versions", versions=", ".join(f"{p} {version(p)}" for p in _PACKAGES)))
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
