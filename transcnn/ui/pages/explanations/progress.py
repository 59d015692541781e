"""What is computed beside the page, where its results will stand."""

import streamlit as st

from transcnn.explain.names import METHODS
from transcnn.ui.app.session import Session
from transcnn.ui.pages.explanations.data import ExplainTasks
from transcnn.words.translator import Translator, translator

_POLL_S = 1.0


@st.fragment(run_every=_POLL_S)
def show_tasks(keys: tuple[str, ...]) -> None:
    """The progress of these tasks; the whole page again as soon as something is there."""
    state = Session.get()
    t = translator(state.language)
    tasks = state.part(ExplainTasks)
    for key in keys:
        task = tasks.get(key)
        if task is None or task.drawn:
            continue
        if not task.under_way:
            task.drawn = True
            st.rerun()
        on_progress = t(
            "explanations.waits" if task.waits else "explanations.progress", name=_name(t, key)
        )
        left, right = st.columns([4, 1], vertical_alignment="center")
        left.progress(min(1.0, task.progress or 0.0), on_progress)
        right.button(t("explanations.stop"), key=f"explain_stop_{key}", on_click=task.cancel)


def _name(t: Translator, key: str) -> str:
    """A task in words: its method, and what for."""
    method = next(m for m in METHODS if f"/{m}/" in key)
    name = t(f"explanations.method_{method}")
    for end in ("scores", "sanity"):
        if key.endswith(f"/{end}"):
            return f"{name}: {t(f'explanations.work_{end}')}"
    return name
