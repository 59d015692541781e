"""What is shown of the networks that a visitor brought."""

import streamlit as st

from transcnn.analysis.cost import network_cost
from transcnn.labels import class_labels, class_names
from transcnn.ui.app.cache import answers, open_picture
from transcnn.ui.app.custom_models import Guest, Origin
from transcnn.ui.app.session import AppState
from transcnn.words.translator import Words, plain


def show_guests(state: AppState, say: Words, origin: Origin) -> None:
    """A card for each guest that came by `origin`, the newest first."""
    for guest in reversed([g for g in state.guests.values() if g.origin == origin]):
        with st.container(border=True, key=f"guest_{guest.key.replace('/', '_')}"):
            _show_guest(state, say, guest)


def _show_guest(state: AppState, say: Words, guest: Guest) -> None:
    config, side = guest.config, guest.config.input.size
    st.markdown(
        say(
            "models.guest",
            name=config.name,
            file=plain(guest.file),
            parameters=f"{guest.parameters:,}",
            macs=f"{network_cost(config, (side, side)).total:,}",
            side=side,
            classes=config.classes,
        )
    )
    st.markdown(f":small[sha256 `{guest.classifier.weights_sha256}`]")
    if config.indices is None and config.classes != len(class_names()):
        st.markdown(say("models.numbered"))
    if guest.has_levels:
        st.markdown(say("models.selectable"))
    else:
        st.markdown(say("models.not_explored"))
        _show_answers(state, say, guest)
    with st.container(horizontal=True):
        if guest.has_levels and st.button(say("models.explore"), key=f"explore_{guest.key}"):
            state.show_model(guest.key)
            st.switch_page("pages/explore.py", query_params={})
        st.button(
            say("models.forget"),
            key=f"forget_{guest.key}",
            on_click=lambda: state.dismiss_guest(guest.key),
        )


def _show_answers(state: AppState, say: Words, guest: Guest) -> None:
    """The chosen picture as the network sees it, and its likeliest classes."""
    if state.upload_error is not None:
        st.error(plain(say.error(state.upload_error)))
    source = state.source()
    opened = open_picture(source, guest.config.input.size)
    labels = class_labels(say.language, guest.config.classes, guest.config.indices)
    left, right = st.columns([1, 2], gap="medium")
    left.image(opened.pixels, alt=source.alt)
    rows = [f"| {say('models.answer')} | {say('models.share')} |", "| --- | ---: |"]
    for answer in answers(opened, guest.key):
        rows.append(f"| {plain(labels[answer.place])} | {100 * answer.probability:.1f} % |")
    right.markdown("\n".join(rows))
