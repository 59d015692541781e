"""Statistics of the chosen images; every count leads to its images."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from transcnn.analysis.errors.calibration import calibration
from transcnn.analysis.errors.filters import parse_filter
from transcnn.analysis.errors.scores import class_scores, confusion
from transcnn.analysis.errors.survival import survival
from transcnn.analysis.errors.table import Table
from transcnn.labels import ClassName
from transcnn.reports.sentences import (
    calibration_says,
    differences_says,
    sinks_says,
    slices_says,
    survival_says,
)
from transcnn.reports.wording import (
    effect_with_interval,
    feature_name,
    filter_text,
    points_with_interval,
    share_with_interval,
)
from transcnn.runs.store import Store
from transcnn.ui.app.session import Session
from transcnn.ui.components.pick_table import pick_table
from transcnn.ui.pages.errors.data import differences_of, slices_of
from transcnn.ui.pages.errors.link import ErrorsChoice
from transcnn.words.translator import Translator

CHART = "errors_chart"  # the key of the view's chart
WITH_CHART = ("confidence", "differences")
_MATRIX, _TABLE = "errors_matrix", "errors_table"
_CLASSES = 25  # of a matrix that can be read
_RIGHT, _WRONG = "#0072B2", "#D55E00"  # of Okabe and Ito

Names = tuple[ClassName, ...]


def show(state: Session, t: Translator, store: Store, table: Table, names: Names) -> None:
    """Draw the chosen view, any but the images."""
    match state.part(ErrorsChoice).view:
        case "classes":
            _classes(state, t, table, names)
        case "confidence":
            _confidence(state, t, table)
        case "survival":
            _survival(state, t, table)
        case "differences":
            _differences(state, t, store, table)
        case "groups":
            _groups(state, t, store, table, names)


def _pick(state: Session, key: str) -> None:
    """Show the images of the cell that was picked, added to what is chosen already."""
    text = st.session_state[key]["picked"]
    if text is None:  # a trigger is None again in the run after its own
        return
    where = state.part(ErrorsChoice).where.and_also(parse_filter(text))
    state.put(
        replace(state.part(ErrorsChoice), where=where, view="pictures", sort="errors", page=0)
    )


def _pick_table(
    state: Session, key: str, label: str, head: Sequence[str], rows: Any, matrix: bool = False
) -> None:
    data = {"label": label, "head": list(head), "rows": rows, "matrix": matrix}
    pick_table(key, data, on_pick=lambda: _pick(state, key))


def _classes(state: Session, t: Translator, table: Table, names: Names) -> None:
    def name(label: int) -> str:
        return names[label].said_in(t.language)

    found = confusion(table)
    shown = found.most_confused(_CLASSES)
    rows = []
    for label in (c for c in shown if c in found.labels):
        cells: list[dict[str, Any]] = [{"text": name(label)}]
        of = int((table.label == label).sum())
        for answer in shown:
            count = found.count(label, answer)
            says = t("error_analysis.cell", label=name(label), answer=name(answer), count=count)
            cell = {
                **_count(count, f"label:{label} answer:{answer}"),
                "says": says,
                "share": count / of,
                "wrong": label != answer,
            }
            cells.append(cell if count else {"text": ""})
        rows.append(cells)
    st.subheader(t("report.confusion"))
    st.markdown(t("report.confusion_says", shown=len(shown)))
    head = ["", *(name(c) for c in shown)]
    _pick_table(state, _MATRIX, t("report.confusion"), head, rows, matrix=True)
    st.subheader(t("report.classes"))
    keys = ("class", "count", "correct", "predicted", "share")
    _pick_table(
        state,
        _TABLE,
        t("report.classes"),
        [t(f"report.{key}") for key in keys],
        [
            [
                {"text": name(s.label)},
                {"text": str(s.count), "pick": f"label:{s.label}"},
                {"text": str(s.correct)},
                {"text": str(s.predicted), "pick": f"answer:{s.label}"}
                if s.predicted
                else {"text": "0"},
                {"text": share_with_interval(t, s.accuracy), "words": True},
            ]
            for s in class_scores(table)
        ],
    )


def _confidence(state: Session, t: Translator, table: Table) -> None:
    found = calibration(table)
    known = [b for b in found.bins if b.accuracy is not None]
    says = calibration_says(found, t)
    st.markdown(says)
    chart = go.Figure()
    chart.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        line={"dash": "dash", "color": "#808080"},
        hoverinfo="skip",
        showlegend=False,
    )
    shares = [b.accuracy for b in known if b.accuracy]
    chart.add_scatter(
        x=[b.confidence for b in known],
        y=[s.value for s in shares],
        error_y={
            "type": "data",
            "array": [s.high - s.value for s in shares],
            "arrayminus": [s.value - s.low for s in shares],
        },
        mode="markers",
        marker={"color": _RIGHT, "size": [6 + 24 * (b.count / len(table)) ** 0.5 for b in known]},
        text=[t("error_analysis.bin", count=b.count) for b in known],
        hovertemplate="%{x:.0%} → %{y:.0%}, %{text}<extra></extra>",
        showlegend=False,
    )
    chart.update_xaxes(title=t("report.confidence"), tickformat=".0%", range=[-0.02, 1.02])
    chart.update_yaxes(title=t("report.share"), tickformat=".0%", range=[-0.02, 1.02])
    _chart(chart, says)
    _pick_table(
        state,
        _TABLE,
        t("report.calibration"),
        [t(f"report.{key}") for key in ("confidence", "count", "share")],
        [
            [
                {"text": f"{t.percent(b.low, 0)} – {t.percent(b.high, 0)}"},
                {"text": str(b.count), "pick": f"bin:{i}"},
                {"text": share_with_interval(t, b.accuracy), "words": True},
            ]
            for i, b in enumerate(found.bins)
            if b.accuracy is not None
        ],
    )


def _survival(state: Session, t: Translator, table: Table) -> None:
    found = survival(table)
    st.markdown(survival_says(found, t))
    rows = [
        [
            {"text": t(f"report.case_{s.case}")},
            {"text": share_with_interval(t, s.accuracy), "words": True},
            {"text": t.percent(s.unchanged.value)},
            _count(int(table.changed(s.case).sum()), f"changed:{s.case}"),
            _count(s.correct_only_on, f"right:yes right_{s.case}:no"),
            _count(s.correct_only_here, f"right:no right_{s.case}:yes"),
            {"text": points_with_interval(t, s.gained), "words": True},
        ]
        for s in found
    ]
    head = (
        "case",
        "correct",
        "unchanged",
        "changed",
        "only_original",
        "only_here",
        "true_class_drop",
    )
    _pick_table(state, _TABLE, t("report.survival"), [t(f"report.{key}") for key in head], rows)


def _count(count: int, pick: str) -> dict[str, Any]:
    return {"text": str(count), "pick": pick} if count else {"text": "0"}


def _differences(state: Session, t: Translator, store: Store, table: Table) -> None:
    found = differences_of(store, state.part(ErrorsChoice).where, table)
    st.markdown(differences_says(found, t))
    if not found:
        return
    chosen = st.selectbox(
        t("report.feature"),
        [d.feature for d in found],
        format_func=partial(feature_name, t),
        key="errors_feature",
        persist_state="session",
        width=480,
    )
    values = table.feature(chosen)
    chart = go.Figure()
    for side, colour, key in (
        (table.correct, _RIGHT, "correct"),
        (~table.correct, _WRONG, "incorrect"),
    ):
        known = values[side & np.isfinite(values)]
        chart.add_violin(
            x=known,
            name=f"{t(f'error_analysis.{key}')} ({len(known)})",
            line={"color": colour},
            box={"visible": True},
            points=False,
            spanmode="hard",
        )
    chart.update_xaxes(title=feature_name(t, chosen))
    one = next(d for d in found if d.feature == chosen)
    _chart(chart, f"{feature_name(t, chosen)}: {t('report.effect')} {t.number(one.effect.value)}")
    head = ("feature", "correct_median", "incorrect_median", "effect", "adjusted")
    _pick_table(
        state,
        _TABLE,
        t("report.differences"),
        [t(f"report.{key}") for key in head],
        [
            [
                {"text": feature_name(t, d.feature)},
                {"text": t.number(d.right_median)},
                {"text": t.number(d.wrong_median)},
                {"text": effect_with_interval(t, d.effect), "words": True},
                {"text": t.p_value(d.adjusted_p)},
            ]
            for d in found
        ],
    )
    st.subheader(t("report.sinks"))
    st.markdown(sinks_says(table, t))


def _groups(state: Session, t: Translator, store: Store, table: Table, names: Names) -> None:
    found = slices_of(store, state.part(ErrorsChoice).where, table)
    unusual = [s for s in found if s.unusual]
    st.markdown(slices_says(found, t))
    head = ("group", "count", "error_rate", "more", "adjusted")
    _pick_table(
        state,
        _TABLE,
        t("report.slices"),
        [t(f"report.{key}") for key in head],
        [
            [
                {"text": filter_text(t, s.filter, names)},
                {"text": str(s.count), "pick": str(s.filter)},
                {"text": share_with_interval(t, s.errors), "words": True},
                {"text": points_with_interval(t, s.excess), "words": True},
                {"text": t.p_value(s.adjusted_p)},
            ]
            for s in (unusual or found[:10])
        ],
    )
    st.caption(t("report.limits"))


def _chart(chart: go.Figure, says: str) -> None:
    chart.update_layout(
        height=420,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        legend={"orientation": "h", "y": 1.08, "x": 0},
    )
    st.plotly_chart(chart, key=CHART, alt=says, config={"displaylogo": False})
