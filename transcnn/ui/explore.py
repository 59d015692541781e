"""Explore: where a token of a picture reads, at every level."""

from typing import TYPE_CHECKING

import streamlit as st

from transcnn.ui.cache import open_picture, pack_trace, pack_without, trace_picture
from transcnn.ui.components import explore_view, store
from transcnn.ui.state import SWITCH_NAMES, AppState, Selection
from transcnn.ui.view import take_shown
from transcnn.ui.words import words

if TYPE_CHECKING:
    from transcnn.trace import Trace

_VIEW = "explore_view"


def show() -> None:
    """Draw the page: the view at once, the photo, and the trace as soon as it is there."""
    state = AppState()
    say = words(state.language)
    shown = take_shown(state)
    opened, selection = shown.opened, shown.selection
    lender = state.next_source()
    explore_view(
        _VIEW,
        {**shown.data(say), "switches": SWITCH_NAMES, "lender": lender.title},
        on_select=lambda: shown.select(_VIEW),
        on_dismiss=state.dismiss_error,
    )
    store("store_photo", opened.photo)
    store("store_trace", pack_trace(opened, state.model))
    other = open_picture(lender, len(opened.pixels))
    store("store_without", pack_without(opened, other, state.model, selection.where))
    trace = trace_picture(opened, state.model)
    shown.link_to("tokens", say("explore.to_tokens"))
    st.download_button(
        say("explore.download"),
        data=lambda: _readings_csv(trace, selection),  # runs outside of the session
        file_name="reading.csv",
        mime="text/csv",
        on_click="ignore",
    )


def _readings_csv(trace: "Trace", selection: Selection) -> str:
    """The numbers of the selected token, made when they are asked for."""
    from transcnn.analysis.reading import telling_token
    from transcnn.figures.reading_table import reading_csv

    block = trace.block(selection.stage, selection.block)
    token = selection.token or telling_token(block)
    return reading_csv(trace, selection.stage, selection.block, token)
