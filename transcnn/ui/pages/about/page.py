"""About: a text, the versions, and whose images are used."""

from importlib.metadata import version

import streamlit as st

from transcnn.pictures.samples import Sample, samples
from transcnn.ui.app.session import Session
from transcnn.words import FOLDER
from transcnn.words.translator import translator

_PACKAGES = ("transcnn", "torch", "streamlit", "plotly", "pillow", "numpy", "safetensors")


def show() -> None:
    """Draw the page."""
    t = translator(Session.get().language)
    text = (FOLDER / t.language / "about.md").read_text(encoding="utf-8")
    st.markdown(text.replace("{version}", version("transcnn")))
    lines = (
        t(
            "about.attribution",
            title=sample.title[t.language],
            author=sample.author,
            licence=_linked(sample),
            source=sample.source,
        )
        for sample in samples()
    )
    with st.expander(t("about.pictures")):
        st.markdown(t("about.changed"))
        st.markdown("\n".join(f"- {line}" for line in lines))
    st.caption(t("about.versions", versions=", ".join(f"{p} {version(p)}" for p in _PACKAGES)))


def _linked(sample: Sample) -> str:
    """The name of its licence, as a link where there is a text to read."""
    address = sample.licence_address
    return sample.licence if address is None else f"[{sample.licence}]({address})"
