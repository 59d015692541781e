"""Turning the pages of a gallery."""

from collections.abc import Callable

import streamlit as st

from transcnn.words.translator import Translator


def turn_pages(t: Translator, page: int, pages: int, go: Callable[[int], None]) -> None:
    """Draw the buttons beside what is there already; `page` counts from 0."""
    for step, key, icon in ((-1, "previous", "chevron_left"), (1, "next", "chevron_right")):
        st.button(
            t(f"error_analysis.{key}"),
            icon=f":material/{icon}:",
            disabled=not 0 <= page + step < pages,
            on_click=lambda to=page + step: go(to),
        )
    st.markdown(t("error_analysis.page", page=page + 1, pages=pages))
