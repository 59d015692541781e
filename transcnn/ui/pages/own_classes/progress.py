"""How far reading or learning is, and a way out."""

import streamlit as st

from transcnn.ui.app.session import Session
from transcnn.ui.pages.own_classes.data import OwnClasses
from transcnn.ui.pages.own_classes.learning import Phases
from transcnn.words.translator import Translator, translator

_POLL_S = 0.5  # between two looks


@st.fragment(run_every=_POLL_S)
def show_progress() -> None:
    """Draw it; the whole page again as soon as it is over."""
    state = Session.get()
    t = translator(state.language)
    own = state.part(OwnClasses)
    if own.task is None or not own.task.is_alive():
        st.rerun()
    assert own.task is not None
    share, text = _said(t, own)
    st.progress(share, text)
    if st.button(t("own_classes.stop"), key="own_stop"):
        own.stop()
        st.rerun()


def _said(t: Translator, own: OwnClasses) -> tuple[float, str]:
    assert own.task is not None
    progress = own.task.progress
    if isinstance(progress, Phases):
        share = progress.done / progress.of
        said = t(f"own_classes.phase_{progress.phase}", done=progress.done, of=progress.of)
        return share, said
    if own.learns:
        return 0.0, t("own_classes.waits" if own.task.waits else "own_classes.begins")
    share = progress or 0.0
    return share, t("own_classes.reads", percent=f"{100 * share:.0f}")
