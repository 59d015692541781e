"""The page Explore: what a token of an image attends to, at every level."""

import streamlit as st

from transcnn.figures import sheet
from transcnn.figures.sheet import Sheet
from transcnn.model.interventions import INTERVENTIONS, OF_ATTENTION
from transcnn.ui.app.downloads import take_away
from transcnn.ui.app.image_page import leave, take_image_page
from transcnn.ui.app.images import prepare_image
from transcnn.ui.app.networks import trace_image
from transcnn.ui.app.session import Session
from transcnn.ui.components.explore import explore_view
from transcnn.ui.components.store import store
from transcnn.ui.pages.explore.data import pack_interventions, pack_trace
from transcnn.words.translator import translator

_VIEW = "explore_view"


def show() -> None:
    """Draw the page: the view at once, the photo, and the trace as soon as it is there."""
    state = Session.get()
    t = translator(state.language)
    shown = take_image_page(state)
    prepared, selection = shown.prepared, shown.selection
    donor = state.donor_image
    warning = st.empty()
    explore_view(
        _VIEW,
        {
            **shown.data(t),
            "interventions": INTERVENTIONS,
            "of_attention": OF_ATTENTION,
            "donor": donor.title,
        },
        on_select=lambda: shown.select(_VIEW),
        on_dismiss=state.dismiss_error,
        on_leave=state.ask_for_overview,
    )
    leave(state)
    store("store_photo", prepared.photo)
    store("store_trace", pack_trace(prepared, state.model))
    other = prepare_image(donor, len(prepared.pixels))
    store("store_without", pack_interventions(prepared, other, state.model, selection.where))
    trace = trace_image(prepared, state.model)
    shown.warn(warning, t)
    for name in state.trained_with_attention:
        st.button(
            t("explore.trained_with_attention", model=name), on_click=state.show_model, args=(name,)
        )

    def query() -> tuple[int, int, tuple[int, int]]:
        from transcnn.analysis.attention_row import telling_token

        stage, block = selection.stage, selection.block
        return stage, block, selection.token or telling_token(trace.block(stage, block))

    def figure() -> Sheet:
        from transcnn.figures.attention import attention_sheet

        return attention_sheet(t, trace, prepared.pixels, *query(), selection.head)

    def numbers() -> str:
        from transcnn.figures.attention_table import attention_csv

        return attention_csv(trace, *query())

    take_away(
        t,
        {
            "reading.png": lambda: sheet.png(figure()),
            "reading.svg": lambda: sheet.svg(figure()),
            "reading.csv": numbers,
        },
        upload=shown.image.sample is None,
        onward="tokens",
        query=shown.query,
    )
