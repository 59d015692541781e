"""Precision-recall curves by class, and the numbers in them."""

from typing import TYPE_CHECKING

import plotly.graph_objects as go
import streamlit as st

from transcnn.ui.components.pick_table import pick_table
from transcnn.ui.pages.errors.detection.data import scores_of
from transcnn.ui.pages.errors.detection.view import RunView

if TYPE_CHECKING:
    from transcnn.detection.evaluation.coco import ClassScores

CHART = "errors_detection_curves"
_TABLE = "errors_detection_classes"
_MOST = 8  # classes in one chart that can be told apart
_RECALLS = (25, 50, 75)  # per cent, in the table
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")  # Okabe and Ito
_DASHES = ("solid", "dash")


def show(view: RunView) -> None:
    """Draw the curves of the classes with the most objects, or that of the chosen class."""
    t = view.t
    found = [(i, one) for i, one in enumerate(scores_of(view.store, 0).per_class) if one.objects]
    if not found:
        st.info(t("detection_errors.no_objects"))
        return
    found.sort(key=lambda one: -one[1].objects)
    drawn = [(i, one) for i, one in found if i == view.label] or found[:_MOST]
    st.markdown(t("detection_errors.curves_say"))
    if len(drawn) < len(found) and view.label is None:
        st.caption(t("detection_errors.most_classes", count=len(drawn), of=len(found)))
    _draw(view, drawn)
    head = ["class", "objects", "ap", "ap50"]
    rows = [
        [
            {"text": view.name(i), "pick": view.classes[i]},
            {"text": str(one.objects)},
            {"text": t.percent(one.ap)},
            {"text": t.percent(one.ap50)},
            *({"text": t.percent(float(one.curve[recall]))} for recall in _RECALLS),
        ]
        for i, one in found
    ]
    at = [t("detection_errors.precision_at", recall=f"{recall} %") for recall in _RECALLS]
    data = {
        "label": t("detection_errors.part_curves"),
        "head": [*(t(f"detection_errors.column_{key}") for key in head), *at],
        "rows": rows,
        "matrix": False,
    }
    pick_table(_TABLE, data, on_pick=lambda: _pick(view))


def _pick(view: RunView) -> None:
    picked = st.session_state[_TABLE]["picked"]
    if picked is not None:  # a trigger is None again in the run after its own
        view.put(label="" if picked == view.choice.label else picked)


def _draw(view: RunView, drawn: "list[tuple[int, ClassScores]]") -> None:
    t = view.t
    chart = go.Figure()
    for place, (i, one) in enumerate(drawn):
        chart.add_scatter(
            x=[recall / 100 for recall in range(101)],
            y=[precision or None for precision in one.curve.tolist()],
            mode="lines",
            name=f"{view.name(i)} ({t.percent(one.ap50)})",
            line={
                "color": _COLOURS[place % len(_COLOURS)],
                "dash": _DASHES[place // len(_COLOURS)],
                "width": 2.5,
            },
            hovertemplate="%{x:.0%} → %{y:.1%}<extra>" + view.name(i) + "</extra>",
        )
    chart.update_xaxes(title=t("detection_errors.recall"), tickformat=".0%", range=[0, 1.01])
    chart.update_yaxes(title=t("detection_errors.precision"), tickformat=".0%", range=[0, 1.03])
    chart.update_layout(
        height=420,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        legend={"orientation": "h", "y": 1.02, "x": 0, "yanchor": "bottom"},
        showlegend=True,
    )
    st.plotly_chart(
        chart, key=CHART, alt=t("detection_errors.curves_say"), config={"displaylogo": False}
    )
