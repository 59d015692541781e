"""Which detections and objects are shown: class, lowest score, kind of error."""

import streamlit as st

from transcnn.ui.pages.errors.detection.link import MOST, OUTCOMES
from transcnn.ui.pages.errors.detection.view import RunView

_LABEL, _LEAST, _OUTCOME = (f"errors_detection_{name}" for name in ("label", "least", "outcome"))


def choose(view: RunView) -> None:
    """Draw the controls."""
    t, choice = view.t, view.choice
    st.session_state[_LABEL] = choice.label if view.label is not None else ""
    st.session_state[_LEAST] = choice.least
    st.session_state[_OUTCOME] = choice.outcome
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            t("detect.class"),
            ["", *view.classes],
            format_func=lambda name: (
                view.name(view.classes.index(name)) if name else t("detect.all_classes")
            ),
            key=_LABEL,
            on_change=lambda: view.put(label=st.session_state[_LABEL]),
            width=220,
        )
        st.slider(
            t("detection_errors.least"),
            0.0,
            MOST,
            step=0.05,
            format="%.2f",
            key=_LEAST,
            help=t("detection_errors.least_help"),
            on_change=lambda: view.put(least=round(st.session_state[_LEAST], 2)),
            width=260,
        )
        if choice.part == "images":
            st.selectbox(
                t("detection_errors.kind"),
                OUTCOMES,
                format_func=lambda outcome: t(f"detection_errors.kind_{outcome or 'any'}"),
                key=_OUTCOME,
                on_change=lambda: view.put(outcome=st.session_state[_OUTCOME]),
                width=220,
            )
