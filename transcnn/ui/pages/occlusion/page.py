"""The page Occlusion: what the network makes of an image of which patches are occluded."""

from dataclasses import replace
from typing import Any

import streamlit as st

from transcnn.figures import sheet
from transcnn.figures.sheet import Sheet
from transcnn.pictures.samples import name_in_run
from transcnn.ui.app.downloads import take_away
from transcnn.ui.app.image_page import ImagePage, leave, take_image_page, tell_answer
from transcnn.ui.app.session import Session
from transcnn.ui.components.occlusion import occlusion_view
from transcnn.ui.components.store import store
from transcnn.ui.pages.occlusion.data import drawn_cells, occlude
from transcnn.ui.pages.occlusion.link import FILLS, OcclusionChoice, grid_side, write_cells
from transcnn.words.translator import translator

_VIEW = "occlusion_view"
SHARES = (0, 20, 40, 60, 80)  # percent, to choose from


def show() -> None:
    """Draw the page: the view at once, then the predictions on the occluded image."""
    state = Session.get()
    t = translator(state.language)
    shown = take_image_page(state)
    prepared, choice = shown.prepared, state.part(OcclusionChoice)
    name = name_in_run(shown.image.sample, shown.image.digest)
    config = state.config(state.model)
    side = grid_side(config)
    cells = choice.cells
    if cells is None:
        cells = drawn_cells(name, choice.percent, side)
    key = f"{shown.trace}/{choice.percent}/{choice.fill}/{write_cells(cells)}"
    data = shown.data(t, "occlusion", besides=(choice,))
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
            "masked": key,
            "shares": [
                {"percent": share, "cells": sorted(drawn_cells(name, share, side))}
                for share in SHARES
            ],
            "fills": FILLS,
            "mask": {"percent": choice.percent, "fill": choice.fill, "cells": sorted(cells)},
        },
        on_change=lambda: _change(shown),
        on_leave=state.ask_for_overview,
    )
    leave(state)
    if left_out:
        st.caption(t("occlusion.left_out", count=left_out))
    store("store_photo", prepared.photo)
    found, packet = occlude(key, prepared, state.model, name, replace(choice, cells=cells))
    store("store_hiding", packet)
    tell_answer(state, t, prepared, state.model, found.with_attention.before[0])
    shown.warn(warning, t)

    def figure() -> Sheet:
        from transcnn.figures.occlusion import occlusion_sheet

        stage, block = int(data["selected"]["stage"]), int(data["selected"]["block"])
        size = config.map_size(stage, (len(prepared.pixels),) * 2)
        cell = _query_cell(shown.selection.token, size, side)
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
        upload=shown.image.sample is None,
        onward="compare",
        query=shown.query,
    )


def _query_cell(token: tuple[int, int] | None, size: tuple[int, int], side: int) -> tuple[int, int]:
    """The cell of the grid that holds a token of a map of `size`; the middle one without it."""
    if token is None:
        return divmod(side * side // 2, side)
    return token[0] * side // size[0], token[1] * side // size[1]


def _change(shown: ImagePage) -> None:
    chosen: dict[str, Any] | None = st.session_state[_VIEW]["mask"]
    if chosen is None or chosen["trace"] != shown.trace:  # another image is shown by now
        return
    state = shown.state
    cells = None if chosen["cells"] is None else frozenset(int(k) for k in chosen["cells"])
    state.put(OcclusionChoice(int(chosen["percent"]), cells, str(chosen["fill"])))
    token = chosen["token"]
    state.put(
        replace(
            state.selection,
            stage=int(chosen["stage"]),
            block=int(chosen["block"]),
            token=None if token is None else (int(token[0]), int(token[1])),
        )
    )
