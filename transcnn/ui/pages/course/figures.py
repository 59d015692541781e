"""The figures of a step on the page: maps to be pointed at and picked, bars, tables, by hand."""

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import plotly.graph_objects as go
import streamlit as st

from transcnn.course.figures.common import span
from transcnn.figures.cells import CellMap, Mark
from transcnn.figures.figure import Bars, Figure, Table
from transcnn.ui.app.tables import show_table
from transcnn.ui.components.cells import Panel, show_cells
from transcnn.ui.pages.course.context import COLOURS, StepContext
from transcnn.ui.pages.course.hand import edit_map
from transcnn.ui.pages.course.questions import clicked_key

Pick = Callable[[int, int], None]
"""Gets the row and the column of a picked cell."""

_MAPS = "course_maps"
_OPACITY = 0.78  # of the colours over the image


def show_figures(
    context: StepContext, figures: Iterable[Figure], picks: Mapping[int, Pick] | None = None
) -> None:
    """Draw the maps side by side, then bars and tables; `picks`: which maps can be picked, by their
    number, and what then happens."""
    figures = list(figures)
    if maps := [one for one in figures if isinstance(one, CellMap)]:
        show_maps(context, maps, picks)
    for one in figures:
        if isinstance(one, Bars):
            show_bars(one)
        elif isinstance(one, Table) and not one.grid:
            show_numbers(one)


def show_maps(
    context: StepContext,
    maps: Sequence[CellMap],
    picks: Mapping[int, Pick] | None = None,
    mounted: str = _MAPS,
) -> None:
    """Draw maps only; `mounted` is another name for each mount of a page. Cells say which pixels
    they cover where the image is the one that the course's network sees."""
    side = context.scene.trace.crop.size
    seen = all(one.image is None or one.image.shape[:2] == (side, side) for one in maps)

    def says(one: CellMap) -> CellMap:
        if one.says:
            return one
        return replace(one, says=context.t("course.board_says", rows=one.rows, columns=one.columns))

    show_cells(
        mounted,
        context.t,
        [Panel(str(i), says(one), on_pick=(picks or {}).get(i)) for i, one in enumerate(maps)],
        layout="row",
        opacity=_OPACITY,
        pixels=side if seen else None,
        colours=context.colours,
    )


def show_bars(bars: Bars) -> None:
    """A few amounts as bars from 0, each with its number."""
    names, texts = list(bars.values), bars.texts
    chart = go.Figure(
        go.Bar(
            x=list(bars.values.values()),
            y=names,
            orientation="h",
            text=texts,
            textposition="auto",
            marker_color=COLOURS["light"]["key"],
            hoverinfo="skip",
        )
    )
    chart.update_layout(
        height=64 + 44 * len(names),
        margin=dict(l=0, r=8, t=4, b=24),
        xaxis=dict(rangemode="tozero", fixedrange=True),
        yaxis=dict(autorange="reversed", fixedrange=True, automargin=True),
    )
    st.markdown(f"**{bars.name}**")
    said = "; ".join(f"{name}: {text}" for name, text in zip(names, texts, strict=True))
    st.plotly_chart(
        chart, alt=f"{bars.name}. {said}", config={"displayModeBar": False}, key=f"bars|{bars.name}"
    )


def show_numbers(table: Table) -> None:
    """A table of numbers under its name."""
    if table.name:
        st.markdown(f"**{table.name}**")
    head = table.head or [""] * len(table.rows[0])
    with st.container(key=f"numbers_{zlib.crc32(table.name.encode())}"):  # set smaller
        show_table([list(head), *map(list, table.rows)], numbers=0)


def show_by_hand(context: StepContext, figures: Iterable[Figure]) -> None:
    """The example by hand: its map to be edited, and the tables of it among `figures`."""
    with st.expander(context.t("course.by_hand"), expanded=True):
        edit_map(context)
        for one in figures:
            if isinstance(one, Table) and not one.grid:
                show_numbers(one)


def ask_from(context: StepContext, size: tuple[int, int]) -> Pick:
    """Makes the middle of the picked cell the query, on maps of `size`."""

    def pick(row: int, column: int) -> None:
        side = context.scene.trace.crop.size
        y, x = (
            (2 * p + 1) * side // (2 * count) for p, count in zip((row, column), size, strict=True)
        )
        context.set_query((y, x))

    return pick


def guess_at(context: StepContext, name: str, origin: tuple[int, int] = (0, 0)) -> Pick:
    """Keeps the picked cell as the guess at a click question, until it is said how sure it is."""

    def pick(row: int, column: int) -> None:
        st.session_state[clicked_key(context.question_key(name))] = (
            row + origin[0],
            column + origin[1],
        )

    return pick


def draw_at(context: StepContext, name: str, origin: tuple[int, int] = (0, 0)) -> Pick:
    """Keeps picked cells as two opposite corners of a rectangle; a third one begins anew."""

    def pick(row: int, column: int) -> None:
        key = clicked_key(context.question_key(name))
        y, x = row + origin[0], column + origin[1]
        before = st.session_state.get(key)
        if before is not None and len(before) == 2:
            (top, bottom), (left, right) = sorted((before[0], y)), sorted((before[1], x))
            st.session_state[key] = (top, left, bottom, right)
        else:
            st.session_state[key] = (y, x)

    return pick


def with_guess(context: StepContext, name: str, drawn: Figure) -> CellMap:
    """The map with the cell or rectangle that was guessed."""
    assert isinstance(drawn, CellMap)
    submission, (top, left) = context.submission(name), drawn.origin
    found = (
        submission.guess
        if submission
        else st.session_state.get(clicked_key(context.question_key(name)))
    )
    if not isinstance(found, tuple) or not found:
        return drawn
    at = [int(v) - by for v, by in zip(found, (top, left, top, left), strict=False)]
    if len(at) == 2:
        mark = Mark(at[0] * drawn.columns + at[1], "?", "key", dashed=True)
        return replace(drawn, marks=(*drawn.marks, mark))
    return replace(drawn, boxes=(*drawn.boxes, span((at[0], at[1], at[2], at[3]), "key", True)))


def say_asking(context: StepContext) -> None:
    """That the visitor may choose another query, where they may."""
    if context.may_ask:
        st.caption(context.t("course.click_asks"))


def say_limit(context: StepContext) -> None:
    """What attention weights do not prove."""
    st.caption(context.t("course.limit"))
