"""Hide and see: what the network makes of a picture of which places are hidden."""

from typing import Any

import streamlit as st

from transcnn.figures.scale import DARK, LIGHT
from transcnn.pictures.changes import changed_cells
from transcnn.ui.cache import name_in_run, open_picture, pack_hiding, trace_key
from transcnn.ui.components import hide_view, store
from transcnn.ui.explore import structure
from transcnn.ui.state import FILLS, AppState, Selection, board_cells, read_hidden
from transcnn.ui.words import words

_VIEW = "hide_view"
SHARES = (0, 20, 40, 60, 80)  # percent, to choose from


def show() -> None:
    """Draw the page: the view at once, then what came of the hidden picture."""
    say = words()
    state = AppState()
    source = state.source(say.language)
    opened = open_picture(source, state.model)
    name = name_in_run(source)
    side = round(board_cells(state.model) ** 0.5)
    drawn = {share: _drawn(name, share / 100, side) for share in SHARES}
    hidden = state.hidden
    percent = round(100 * hidden.share)
    cells = hidden.cells if hidden.cells is not None else _drawn(name, hidden.share, side)
    shown = trace_key(opened, state.model)
    key = f"{shown}/{percent}/{hidden.fill}/{_bits(cells):x}"
    selection = state.selection
    hide_view(
        _VIEW,
        {
            "words": say.table("hide"),
            "ramps": {"light": LIGHT, "dark": DARK},
            "network": structure(state.model),
            "side": side,
            "photo": opened.key,
            "subject": shown,
            "hiding": key,
            "shares": [{"percent": share, "cells": sorted(c)} for share, c in drawn.items()],
            "fills": FILLS,
            "chosen": {
                "percent": percent,
                "fill": hidden.fill,
                "cells": sorted(cells),
                "stage": selection.stage,
                "block": selection.block,
                "token": selection.token,
            },
            "link": {
                "picture": source.sample,
                "model": state.shown_model,
            },
            "alt": source.alt,
            "error": None if state.upload_error is None else say.error(state.upload_error),
        },
        on_change=lambda: _change(state, shown),
    )
    store("store_photo", opened.photo)
    packet = pack_hiding(
        key, opened, state.model, name, tuple(sorted(cells)), hidden.fill, hidden.share
    )
    store("store_hiding", packet)


def _change(state: AppState, shown: str) -> None:
    chosen: dict[str, Any] | None = st.session_state[_VIEW]["hidden"]
    if chosen is None or chosen["subject"] != shown:  # too late: another picture is shown by now
        return
    cells = None if chosen["hide"] is None else str(chosen["hide"])
    count = board_cells(state.model)
    state.hide(read_hidden(str(chosen["percent"]), cells, str(chosen["fill"]), count))
    token = chosen["token"]
    state.select(
        Selection(
            int(chosen["stage"]),
            int(chosen["block"]),
            state.selection.head,
            None if token is None else (int(token[0]), int(token[1])),
            state.selection.switch,
            state.selection.part,
        )
    )


def _drawn(name: str, share: float, side: int) -> frozenset[int]:
    """The cells that the fixed tests change of a picture, counted row by row."""
    cells, _ = changed_cells(name, share, (side, side))
    return frozenset(row * side + column for row, column in cells)


def _bits(cells: frozenset[int]) -> int:
    return sum(1 << cell for cell in cells)
