"""Explore: where a token of a picture reads, at every level."""

from typing import TYPE_CHECKING, Any

import streamlit as st

from transcnn.figures.scale import DARK, LIGHT
from transcnn.model.config import HMHSA
from transcnn.model.variants import network
from transcnn.ui.cache import open_picture, pack_trace, pack_without, trace_key, trace_picture
from transcnn.ui.components import explore_view, store
from transcnn.ui.state import SWITCH_NAMES, AppState, Selection
from transcnn.ui.words import words

if TYPE_CHECKING:
    from transcnn.trace import Trace

_VIEW = "explore_view"


def show() -> None:
    """Draw the page: the view at once, the photo, and the trace as soon as it is there."""
    say = words()
    state = AppState()
    source = state.source(say.language)
    opened = open_picture(source, state.model)
    lender = state.next_source(say.language)
    selection = state.selection
    shown = trace_key(opened, state.model)
    explore_view(
        _VIEW,
        {
            "words": say.table("view"),
            "ramps": {"light": LIGHT, "dark": DARK},
            "network": structure(state.model),
            "photo": opened.key,
            "trace": shown,
            "switches": SWITCH_NAMES,
            "link": {
                "picture": source.sample,
                "model": state.shown_model,
            },
            "alt": source.alt,
            "lender": lender.title,
            "selected": {
                "stage": selection.stage,
                "block": selection.block,
                "head": selection.head,
                "token": selection.token,
                "switch": selection.switch,
                "part": selection.part,
            },
            "error": None if state.upload_error is None else say.error(state.upload_error),
        },
        on_select=lambda: _select(state, shown),
        on_dismiss=state.dismiss_error,
    )
    store("store_photo", opened.photo)
    store("store_trace", pack_trace(opened, state.model))
    other = open_picture(lender, state.model)
    store("store_without", pack_without(opened, other, state.model, selection.where))
    trace = trace_picture(opened, state.model)
    st.download_button(
        say("explore.download"),
        data=lambda: _readings_csv(trace, selection),  # runs outside of the session
        file_name="reading.csv",
        mime="text/csv",
        on_click="ignore",
    )


def _select(state: AppState, shown: str) -> None:
    chosen: dict[str, Any] | None = st.session_state[_VIEW]["selected"]
    if chosen is None or chosen["trace"] != shown:  # too late: another picture is shown by now
        return
    token = chosen["token"]
    state.select(
        Selection(
            int(chosen["stage"]),
            int(chosen["block"]),
            None if chosen["head"] is None else int(chosen["head"]),
            None if token is None else (int(token[0]), int(token[1])),
            str(chosen["switch"]),
            str(chosen["part"]),
        )
    )


def structure(model: str) -> dict[str, Any]:
    """The blocks of a network with the grids of their levels, from its description alone."""
    config = network(model)
    blocks, number = [], 0
    for stage, shape in enumerate(config.stages):
        size = config.map_size(stage, (config.input.size, config.input.size))
        for block, attention in enumerate(shape.attending):
            assert isinstance(attention, HMHSA)  # networks of other kinds do not ship
            levels = []
            for level in attention.levels(size):
                levels.append({"grid": level.grid[0], "side": level.size[0], "number": number})
                number += 1
            blocks.append(
                {
                    "stage": stage,
                    "block": block,
                    "heads": attention.heads,
                    "side": size[0],
                    "levels": levels,
                }
            )
    return {"name": config.name, "input": config.input.size, "blocks": blocks}


def _readings_csv(trace: "Trace", selection: Selection) -> str:
    """The numbers of the selected token, made when they are asked for."""
    from transcnn.analysis.reading import telling_token
    from transcnn.figures.reading_table import reading_csv

    block = trace.block(selection.stage, selection.block)
    token = selection.token or telling_token(block)
    return reading_csv(trace, selection.stage, selection.block, token)
