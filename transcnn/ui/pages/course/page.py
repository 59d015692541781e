"""The course page: its title, then the step. What needs torch is loaded once the title stands."""

import streamlit as st

from transcnn.ui.app.session import Session
from transcnn.ui.pages.course.role import Role
from transcnn.words.translator import translator


def show() -> None:
    """Draw the page."""
    state = Session.get()
    t = translator(state.language)
    st.title(t("course.title"), help=None if state.part(Role).teaching else t("course.lede"))
    if state.upload_error is not None:
        st.error(t("errors.previous_image", error=t.error(state.upload_error)))

    from transcnn.ui.pages.course.step_page import show_course

    show_course(state, t)
