"""Your own classes: images, learning, and what came of it, from the top to the bottom."""

import streamlit as st

from transcnn.checkpoints.catalogue import shipped_names
from transcnn.ui.app.networks import classifier
from transcnn.ui.app.session import Session
from transcnn.ui.pages.own_classes import images, result
from transcnn.ui.pages.own_classes.collection import LEAST_CLASSES
from transcnn.ui.pages.own_classes.data import OwnClasses
from transcnn.ui.pages.own_classes.progress import show_progress
from transcnn.words.translator import Translator, plain, translator

_BASE = "own_base"


def show() -> None:
    """Draw the page, section by section."""
    state = Session.get()
    t = translator(state.language)
    own = state.part(OwnClasses)
    if own.take(state):
        st.rerun()  # the sidebar is drawn already, without the network
    if not own.collection.made:
        for number in range(LEAST_CLASSES):
            own.collection.add_class(t("own_classes.default_name", number=number + 1))
    st.title(t("own_classes.title"))
    st.write(t("own_classes.lede"))
    st.caption(t("own_classes.private"))
    images.show(t, own)
    _learn(t, own)
    if own.learned is not None:
        result.show(state, t, own, own.learned)


def _learn(t: Translator, own: OwnClasses) -> None:
    st.subheader(t("own_classes.learn_title"))
    st.write(t("own_classes.learn_says"))
    own.base = own.base or shipped_names()[0]
    names = shipped_names()
    with st.container(horizontal=True, vertical_alignment="bottom"):

        def choose() -> None:
            own.base = st.session_state[_BASE]

        st.selectbox(
            t("own_classes.base"),
            names,
            names.index(own.base),
            key=_BASE,
            on_change=choose,
            disabled=own.busy,
            width=260,
        )
        missing = own.collection.missing()
        pressed = st.button(
            t("own_classes.learn"),
            type="primary",
            icon=":material/model_training:",
            key="own_learn",
            disabled=own.busy or missing is not None,
        )
    if pressed:
        with st.spinner(t("own_classes.loading")):
            own.begin_learning(classifier(own.base))
        st.rerun()
    if own.busy and own.learns:
        show_progress()
    elif missing is not None:
        entry, values = missing
        values = {k: plain(v) if isinstance(v, str) else v for k, v in values.items()}
        st.info(t(f"own_classes.{entry}", **values), icon=":material/info:")
    elif own.learned is not None and own.learned.contents != own.collection.contents:
        st.info(t("own_classes.changed"), icon=":material/info:")
    if own.abandoned:
        st.info(t("own_classes.abandoned"), icon=":material/info:")
    if own.error is not None:
        st.error(plain(t.error(own.error)))
