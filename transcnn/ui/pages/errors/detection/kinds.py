"""What the kinds of error cost: bars and a table, which lead to their galleries."""

import plotly.graph_objects as go
import streamlit as st

from transcnn.detection.kinds import KINDS
from transcnn.ui.components.pick_table import pick_table
from transcnn.ui.pages.errors.detection.view import RunView

CHART = "errors_detection_kinds"
_TABLE = "errors_detection_table"
_COLOUR = "#D55E00"  # of Okabe and Ito


def show(view: RunView) -> None:
    """Draw them."""
    t, errors = view.t, view.judged.errors
    dearest = max(KINDS, key=lambda kind: errors.kinds[kind].cost)
    ap50, cost = t.percent(errors.ap50), t.fixed(100 * errors.kinds[dearest].cost, 1)
    if errors.kinds[dearest].cost > 0:
        name = t(f"detection_errors.kind_{dearest}")
        st.markdown(t("detection_errors.dearest", kind=name, cost=cost, ap50=ap50))
    else:
        st.markdown(t("detection_errors.no_cost", ap50=ap50))
    _bars(view)
    rows = []
    for kind in (*KINDS, "correct"):
        count = len(view.chosen(kind))
        name = t(f"detection_errors.kind_{kind}")
        says = t("detection_errors.shows", kind=name, count=count)
        picked = {"text": str(count), "pick": kind, "says": says} if count else {"text": "0"}
        worth = t.points(errors.kinds[kind].cost) if kind in errors.kinds else ""
        meaning = {"text": t(f"detection_errors.meaning_{kind}"), "words": True}
        rows.append([{"text": name}, picked, {"text": worth}, meaning])
    head = [t(f"detection_errors.{key}") for key in ("kind", "count", "cost", "meaning")]
    data = {"label": t("detection_errors.part_kinds"), "head": head, "rows": rows, "matrix": False}
    pick_table(_TABLE, data, on_pick=lambda: _show(view, st.session_state[_TABLE]["picked"]))
    st.caption(t("detection_errors.source"))


def _bars(view: RunView) -> None:
    """The cost of each kind, the first one on top; a click shows its gallery."""
    t, kinds = view.t, view.judged.errors.kinds
    chart = go.Figure()
    chart.add_bar(
        x=[100 * kinds[kind].cost for kind in KINDS],
        y=[t(f"detection_errors.kind_{kind}") for kind in KINDS],
        orientation="h",
        marker={"color": _COLOUR},
        customdata=list(KINDS),
        text=[t.points(kinds[kind].cost) for kind in KINDS],
        textposition="auto",
        hovertemplate="%{y}: %{text}<extra></extra>",
    )
    chart.update_xaxes(title=t("detection_errors.cost"), fixedrange=True)
    chart.update_yaxes(autorange="reversed", fixedrange=True)
    chart.update_layout(height=300, margin={"l": 8, "r": 8, "t": 8, "b": 8}, dragmode=False)
    st.plotly_chart(
        chart,
        key=CHART,
        alt=t("detection_errors.bars_say"),
        config={"displayModeBar": False},
        on_select=lambda: _clicked(view),
        selection_mode="points",
    )


def _clicked(view: RunView) -> None:
    points = st.session_state[CHART].selection.point_indices
    if points:
        _show(view, KINDS[points[0]])


def _show(view: RunView, kind: str | None) -> None:
    if kind is not None:  # a trigger is None again in the run after its own
        view.put(part="images", outcome=kind, opened="")
