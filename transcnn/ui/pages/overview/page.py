"""The page Overview: the whole network at work on one image."""

from dataclasses import replace
from typing import Any

import streamlit as st

from transcnn.figures.scale import DARK, GREY_DARK, GREY_LIGHT, LIGHT
from transcnn.model.variants import network
from transcnn.ui.app.addresses import known_addresses
from transcnn.ui.app.image_page import ImagePage, is_outside, take_image_page
from transcnn.ui.app.links import browser_link, names
from transcnn.ui.app.page_files import page_file
from transcnn.ui.app.selection import Selection
from transcnn.ui.app.session import Session
from transcnn.ui.components.overview import overview_view
from transcnn.ui.components.store import store
from transcnn.ui.pages.overview.data import description, pack_overview, pack_times
from transcnn.ui.pages.overview.link import VARIANTS, OverviewChoice
from transcnn.words.translator import Translator, translator

_VIEW, _VARIANT = "overview_view", "variant_picker"


def show() -> None:
    """Draw the page: structure and photo at once, activations and answers when they are there."""
    if any(name in st.query_params for name in names([Selection])):
        # Explore had this address before: its links still lead to it.
        st.switch_page(page_file("explore"), query_params=st.query_params.to_dict())
    state = Session.get()
    t = translator(state.language)
    shown, choice = take_image_page(state), state.part(OverviewChoice)
    overview_view(
        _VIEW,
        _data(t, shown, choice),
        on_choice=lambda: _choose(state),
        on_go=lambda: None,
        on_dismiss=state.dismiss_error,
    )
    _go(state)
    _choose_variant(t, state, choice)
    store("store_photo", shown.prepared.photo)
    if choice.variant is None:
        config = state.config(state.model)
        fits = not is_outside(shown.image, config)
        packet = pack_overview(shown.prepared, state.model, shown.image.sample, fits)
        store("store_overview", packet)
        store("store_times", pack_times(shown.prepared, state.model))  # after what is looked at


def _data(t: Translator, shown: ImagePage, choice: OverviewChoice) -> dict[str, Any]:
    state = shown.state
    config = state.config(state.model) if choice.variant is None else network(choice.variant)
    return {
        "words": {**t.table("view"), **t.table("overview")},
        "ramps": {"light": LIGHT, "dark": DARK},
        "greys": {"light": GREY_LIGHT, "dark": GREY_DARK},
        "description": description(config),
        "photo": shown.prepared.key,
        "trace": shown.trace if choice.variant is None else "",
        "times": state.model if choice.variant is None else "",
        "link": browser_link(state.subject, choice, upload=shown.image.sample is None),
        "alt": shown.image.alt,
        "selected": {},
        "network": {"name": config.name, "input": config.input.size, "blocks": [], "stages": []},
        "open": choice.open,
        "tour": choice.tour,
        "links": known_addresses(),
        "error": None
        if state.upload_error is None
        else t("errors.previous_image", error=t.error(state.upload_error)),
    }


def _choose(state: Session) -> None:
    """Keep what is open, for the link."""
    chosen: dict[str, Any] | None = st.session_state[_VIEW]["chosen"]
    if chosen is not None:
        choice = state.part(OverviewChoice)
        state.put(replace(choice, open=chosen["open"], tour=chosen["tour"]))


def _go(state: Session) -> None:
    """Show another page where the view asks for it, at the block that was open."""
    go: dict[str, Any] | None = st.session_state.get(_VIEW, {}).get("go")
    if go is None:
        return
    state.put(Selection(stage=int(go["stage"]), block=int(go["block"])))
    page = "tokens" if go["page"] == "tokens" else "explore"
    st.switch_page(page_file(page), query_params=state.query(state.selection))


def _choose_variant(t: Translator, state: Session, choice: OverviewChoice) -> None:
    """The structure of variants that come without weights."""
    st.session_state[_VARIANT] = choice.variant or state.model

    def choose() -> None:
        chosen = st.session_state[_VARIANT]
        state.put(OverviewChoice(variant=chosen if chosen in VARIANTS else None))

    custom = state.custom_model
    name = state.model if custom is None else custom.label(t)
    own = t("overview.variant_own", name=name)
    st.selectbox(
        t("overview.variant"),
        [state.model, *VARIANTS],
        key=_VARIANT,
        format_func=lambda name: name if name in VARIANTS else own,
        on_change=choose,
        width=320,
    )
