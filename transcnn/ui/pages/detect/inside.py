"""What the chosen token of the box in front attends to, and how much of that stays inside."""

import streamlit as st

from transcnn.analysis.detection.inside import token_at
from transcnn.figures.detections import colour_of
from transcnn.figures.scale import format_multiple
from transcnn.ui.app.image_page import level_name
from transcnn.ui.app.tables import show_table
from transcnn.ui.components.cells import show_cells
from transcnn.ui.pages.detect.attention import FRAME, BoxReading, panels
from transcnn.ui.pages.detect.shown import short_text
from transcnn.ui.pages.detect.view import DetectView
from transcnn.words.translator import plain

_BLOCK, _MAPS = "detect_block", "detect_maps"


def show_inside(view: DetectView) -> None:
    """Draw the maps, level by level, and the table of what stays inside; nothing without a box."""
    t, box, one = view.t, view.box, view.front
    if box is None or one is None:
        return
    assert view.number is not None
    text = plain(short_text(t, None, one, view.classes))
    st.subheader(t("detect.attention", number=view.number + 1, box=text))
    _choose_block(view, box)
    if view.compared:
        st.caption(t("detect.maps_original"))
    show_cells(
        _MAPS,
        t,
        panels(t, box, view.trace, view.seen, lambda token: view.put(token=token)),
        layout="row",
        colours={FRAME: colour_of(one.label)},
    )
    _show_shares(view, box)
    st.caption(t("detect.limit"))


def _choose_block(view: DetectView, box: BoxReading) -> None:
    """The block; the token stays at its spot of the image, the box's centre stays the centre."""
    t, trace = view.t, view.trace
    st.session_state[_BLOCK] = (box.block.stage, box.block.block)

    def change() -> None:
        stage, block = st.session_state[_BLOCK]
        token = None
        if view.choice.token is not None:
            token = token_at(trace.block(stage, block), trace.crop, *box.centre)
        view.put(stage=stage, block=block, token=token)

    st.selectbox(
        t("detect.block"),
        [(b.stage, b.block) for b in trace.blocks],
        format_func=lambda b: t("view.here_block", stage=b[0] + 1, block=b[1] + 1),
        key=_BLOCK,
        on_change=change,
        width=280,
    )


def _show_shares(view: DetectView, box: BoxReading) -> None:
    t, inside = view.t, box.inside
    names = [level_name(t, one.level, len(inside)) for one in inside]
    rows = [[t(f"detect.{head}") for head in ("level", "inside", "uniform", "multiple")]]
    for name, one in zip(names, inside, strict=True):
        multiple = one.multiple
        beside = t("detect.nothing_inside")
        rows.append(
            [
                name,
                t.percent(one.share),
                t.percent(one.uniform),
                beside if multiple is None else format_multiple(multiple),
            ]
        )
    show_table(rows)
    last = inside[-1]
    if last.multiple is not None:
        st.markdown(
            t(
                "detect.inside_says",
                level=names[-1],
                share=t.percent(last.share, 0),
                uniform=t.percent(last.uniform, 0),
                multiple=format_multiple(last.multiple),
            )
        )
