"""Occlusion: predictions and attention on an image with masked patches."""

from dataclasses import replace
from typing import Any

import streamlit as st

from transcnn.figures import sheet
from transcnn.figures.sheet import Sheet
from transcnn.pictures.changes import changed_cells
from transcnn.pictures.samples import name_in_run
from transcnn.ui.app.cache import hide_places
from transcnn.ui.app.downloads import take_away
from transcnn.ui.app.session import FILLS, AppState, board_cells, read_hidden
from transcnn.ui.app.view import Shown, take_shown
from transcnn.ui.components.occlusion import occlusion_view
from transcnn.ui.components.store import store
from transcnn.words.translator import translator

_VIEW = "occlusion_view"
SHARES = (0, 20, 40, 60, 80)  # percent, to choose from


def show() -> None:
    """Draw the page: the view at once, then what came of the hidden picture."""
    state = AppState()
    t = translator(state.language)
    shown = take_shown(state)
    opened, hidden = shown.opened, state.hidden
    name = name_in_run(shown.source.sample, shown.source.digest)
    config = state.config(state.model)
    side = round(board_cells(config) ** 0.5)
    percent = round(100 * hidden.share)
    cells = hidden.cells if hidden.cells is not None else _drawn(name, hidden.share, side)
    key = f"{shown.trace}/{percent}/{hidden.fill}/{sum(1 << cell for cell in cells):x}"
    data = shown.data(t, "occlusion")
    readable = [b for b in data["network"]["blocks"] if b["levels"][-1]["grid"] == side]
    left_out = len(data["network"]["blocks"]) - len(readable)
    if (shown.selection.stage, shown.selection.block) not in [
        (b["stage"], b["block"]) for b in readable
    ]:
        data["selected"] |= {"stage": readable[0]["stage"], "block": readable[0]["block"]}
    warning = st.empty()
    occlusion_view(
        _VIEW,
        {
            **data,
            "network": {**data["network"], "blocks": readable},
            "side": side,
            "hiding": key,
            "shares": [
                {"percent": share, "cells": sorted(_drawn(name, share / 100, side))}
                for share in SHARES
            ],
            "fills": FILLS,
            "hidden": {"percent": percent, "fill": hidden.fill, "cells": sorted(cells)},
        },
        on_change=lambda: _change(shown),
    )
    if left_out:
        st.caption(t("occlusion.left_out", count=left_out))
    store("store_photo", opened.photo)
    found, packet = hide_places(
        key, opened, state.model, name, tuple(sorted(cells)), hidden.fill, hidden.share
    )
    store("store_hiding", packet)
    shown.warn(warning, t)

    def figure() -> Sheet:
        from transcnn.figures.occlusion import occlusion_sheet

        stage, block = int(data["selected"]["stage"]), int(data["selected"]["block"])
        size = config.map_size(stage, (len(opened.pixels),) * 2)
        cell = _asking(shown.selection.token, size, side)
        return occlusion_sheet(t, config.name, found, stage, block, cell)

    def answers() -> str:
        from transcnn.figures.occlusion import answers_csv

        return answers_csv(found)

    def cells_read() -> str:
        from transcnn.figures.occlusion import cells_csv

        return cells_csv(found)

    take_away(
        t,
        {
            "hiding.png": lambda: sheet.png(figure()),
            "hiding.svg": lambda: sheet.svg(figure()),
            "answers.csv": answers,
            "cells.csv": cells_read,
        },
        upload=shown.source.sample is None,
    )


def _asking(token: tuple[int, int] | None, size: tuple[int, int], side: int) -> tuple[int, int]:
    """The cell of the board that holds a token of a map of `size`; the middle one without it."""
    if token is None:
        return divmod(side * side // 2, side)
    return token[0] * side // size[0], token[1] * side // size[1]


def _change(shown: Shown) -> None:
    chosen: dict[str, Any] | None = st.session_state[_VIEW]["hidden"]
    if chosen is None or chosen["trace"] != shown.trace:  # another picture is shown by now
        return
    state = shown.state
    cells = None if chosen["hide"] is None else str(chosen["hide"])
    count = board_cells(state.config(state.model))
    state.hide(read_hidden(str(chosen["percent"]), cells, str(chosen["fill"]), count))
    token = chosen["token"]
    state.select(
        replace(
            state.selection,
            stage=int(chosen["stage"]),
            block=int(chosen["block"]),
            token=None if token is None else (int(token[0]), int(token[1])),
        )
    )


def _drawn(name: str, share: float, side: int) -> frozenset[int]:
    """The cells that the fixed tests change of a picture, counted row by row."""
    cells, _ = changed_cells(name, share, (side, side))
    return frozenset(row * side + column for row, column in cells)
