"""The picture of a step: boards of cells to be pointed at and picked, and bars of amounts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

from transcnn.course.ch5_baselines import stretch
from transcnn.course.questions import Click, Draw
from transcnn.course.scene import Wide
from transcnn.figures.cells import Box, CellMap, Mark, Role
from transcnn.figures.scale import MULTIPLES, NORMS, OWN, VOTE_TOP, ColourScale
from transcnn.trace.trace import BlockTrace
from transcnn.ui.components.cells import Panel, show_cells
from transcnn.ui.pages.course.context import COLOURS, StepContext
from transcnn.ui.pages.course.questions import clicked_key

_BOARDS = "course_boards"
OPACITY = 0.78  # of the colours over the image


@dataclass(frozen=True)
class Board:
    """The picture cut into cells; `multiples` of an even share are row by row, None: not shown.

    `amounts` from 0 to `NORM_TOP` or `votes` from minus to plus `VOTE_TOP`, counted in `unit`,
    stand in place of multiples; `numbers` are written into the cells; `boxes` are rectangles of
    cells; `dots` are places as shares of what is shown: down, across. `whole`: the size of the map
    of which only a part is shown, from `origin` on. `shades` from 0 to 1 stand in place of
    multiples where these are stretched to their own range.
    """

    name: str
    rows: int
    columns: int
    says: str
    multiples: list[float | None] | None = None
    marks: list[dict[str, Any]] = field(default_factory=list)
    dots: list[tuple[float, float]] = field(default_factory=list)
    amounts: list[float] | None = None
    votes: list[float] | None = None
    unit: str = ""
    numbers: list[str] | None = None
    boxes: list[dict[str, Any]] = field(default_factory=list)
    whole: tuple[int, int] | None = None
    origin: tuple[int, int] = (0, 0)
    small: bool = False
    pick: bool = False
    start: tuple[int, int] = (0, 0)
    shades: list[float] | None = None


def stretched(board: Board) -> Board:
    """The board with its multiples stretched to their own range, as many maps are drawn."""
    values = np.array([m or 0.0 for m in board.multiples or ()])
    shades = stretch(values).round(4).tolist()
    return replace(board, multiples=None, shades=shades)


def mark(cell: int, letter: str, colour: str = "asker", dashed: bool = False) -> dict[str, Any]:
    """A ring around a cell, with a letter in the colour that it has in the equation."""
    return {"cell": cell, "letter": letter, "colour": colour, "dashed": dashed}


def last_board(
    context: StepContext, block: BlockTrace, name: str, row: Wide | None, **more: Any
) -> Board:
    """The block's last board with a reading on it, and the asker marked."""
    rows, columns = block.levels[-1].size
    multiples: list[float | None] | None = None
    if row is not None:
        multiples = [round(float(m), 4) for m in row * rows * columns]
    cell = context.scene.query_index(block)
    more.setdefault("marks", [mark(cell, "t")])
    return Board(
        name,
        rows,
        columns,
        context.t("course.board_says", rows=rows, columns=columns),
        multiples,
        start=divmod(cell, columns),
        **more,
    )


def show_boards(
    context: StepContext,
    shown: Sequence[Board],
    on_pick: Callable[[int, int, int], None],
    picture: tuple[str, NDArray[np.uint8]] | None = None,
    mounted: str = _BOARDS,
) -> None:
    """Mount the boards; `on_pick` gets the board's number, the row and the column. `picture`: a
    name and pixels to show in place of the desk's; `mounted` is another name for each mount of a
    page.
    """
    _, pixels = picture or ("", context.scene.pixels)
    show_cells(
        mounted,
        context.t,
        [
            Panel(str(i), _cells(context, board, pixels), on_pick=partial(on_pick, i))
            if board.pick
            else Panel(str(i), _cells(context, board, pixels))
            for i, board in enumerate(shown)
        ],
        layout="row",
        opacity=OPACITY,
        pixels=context.scene.trace.crop.size,
        colours={"query": context.colours["asker"], "key": context.colours["seen"]},
    )


_ROLES: dict[str, Role] = {"asker": "query", "seen": "key"}


def _cells(context: StepContext, board: Board, image: NDArray[np.uint8]) -> CellMap:
    t = context.t
    values, scale = board.multiples, MULTIPLES
    titles = (t("view.bar_below"), t("view.bar_uniform"), t("view.bar_above"))
    if board.shades is not None:
        values, scale = list(board.shades), OWN
        titles = (t("course.own_least"), "", t("course.own_most"))
    elif board.amounts is not None:
        values, scale = list(board.amounts), NORMS
        titles = ("", "", t("course.amount"))
    elif board.votes is not None:
        values, scale = list(board.votes), ColourScale("linear", VOTE_TOP)
        titles = (t("course.vote_against"), board.unit, t("course.vote_for"))
    size = board.rows, board.columns
    return CellMap(
        board.name,
        *size,
        None if values is None else np.array(values, float).reshape(size),
        None if values is None else replace(scale, titles=titles),
        texts={i: text for i, text in enumerate(board.numbers or ()) if text},
        marks=tuple(
            Mark(m["cell"], m["letter"], _ROLES[m["colour"]], m["dashed"]) for m in board.marks
        ),
        boxes=tuple(
            Box(top, left, bottom - top + 1, right - left + 1, _ROLES[b["colour"]], b["dashed"])
            for b in board.boxes
            for top, left, bottom, right in [b["box"]]
        ),
        dots=tuple(board.dots),
        image=image,
        origin=board.origin,
        whole=board.whole,
        says=board.says,
        small=board.small,
    )


def ask_from(context: StepContext, size: tuple[int, int]) -> Callable[[int, int, int], None]:
    """Lets the middle of the picked cell ask, on boards of `size`."""

    def pick(_: int, row: int, column: int) -> None:
        side = context.scene.trace.crop.size
        y, x = (
            (2 * p + 1) * side // (2 * count) for p, count in zip((row, column), size, strict=True)
        )
        context.ask_from((y, x))

    return pick


def guess_at(
    context: StepContext, name: str, origin: tuple[int, int] = (0, 0)
) -> Callable[[int, int, int], None]:
    """Keeps the picked cell as the guess at a click question, until it is said how sure it is."""

    def pick(_: int, row: int, column: int) -> None:
        st.session_state[clicked_key(context.question_place(name))] = (
            row + origin[0],
            column + origin[1],
        )

    return pick


def draw_at(
    context: StepContext, name: str, origin: tuple[int, int] = (0, 0)
) -> Callable[[int, int, int], None]:
    """Keeps picked cells as two opposite corners of a rectangle; a third one begins anew."""

    def pick(_: int, row: int, column: int) -> None:
        key = clicked_key(context.question_place(name))
        y, x = row + origin[0], column + origin[1]
        before = st.session_state.get(key)
        if before is not None and len(before) == 2:
            (top, bottom), (left, right) = sorted((before[0], y)), sorted((before[1], x))
            st.session_state[key] = (top, left, bottom, right)
        else:
            st.session_state[key] = (y, x)

    return pick


def _guess(context: StepContext, name: str) -> tuple[int, ...] | None:
    submission = context.submission(name)
    found = (
        submission.guess
        if submission
        else st.session_state.get(clicked_key(context.question_place(name)))
    )
    return tuple(map(int, found)) if isinstance(found, tuple) else None


def guess_marks(context: StepContext, name: str, board: Board) -> Board:
    """The board with the cell or rectangle that was guessed, and once it is revealed, the right
    one.
    """
    posed, guess = context.posed[name], _guess(context, name)
    top, left = board.origin
    marks, boxes = list(board.marks), list(board.boxes)

    def cell(row: int, column: int) -> int:
        return (row - top) * board.columns + column - left

    def box(found: tuple[int, ...], dashed: bool) -> dict[str, Any]:
        shift = (top, left, top, left)
        inside = [v - by for v, by in zip(found, shift, strict=True)]
        return {"box": inside, "colour": "seen", "dashed": dashed}

    if context.revealed and posed is not None:
        if isinstance(posed.asks, Click) and not posed.asks.none_right:
            marks.append(mark(cell(*posed.asks.best), "u", "seen"))
        elif isinstance(posed.asks, Draw):
            boxes.append(box(posed.asks.key, dashed=False))
    if guess is not None and len(guess) == 2:
        marks.append(mark(cell(*guess), "?", "seen", dashed=True))
    elif guess:
        boxes.append(box(guess, dashed=True))
    return replace(board, marks=marks, boxes=boxes)


def say_asking(context: StepContext) -> None:
    """That the visitor may let another cell ask, where they may."""
    if context.may_ask:
        st.caption(context.t("course.click_asks"))


def say_limit(context: StepContext) -> None:
    """What a reading does not prove."""
    st.caption(context.t("course.limit"))


def show_bars(title: str, values: dict[str, float], unit: str) -> None:
    """A few amounts as bars from 0, each with its number."""
    texts = [
        f"{value:.3g}{unit}" if value < 1000 else f"{value:,.0f}{unit}" for value in values.values()
    ]
    chart = go.Figure(
        go.Bar(
            x=list(values.values()),
            y=list(values),
            orientation="h",
            text=texts,
            textposition="auto",
            marker_color=COLOURS["light"]["seen"],
            hoverinfo="skip",
        )
    )
    chart.update_layout(
        height=64 + 44 * len(values),
        margin=dict(l=0, r=8, t=4, b=24),
        xaxis=dict(rangemode="tozero", fixedrange=True),
        yaxis=dict(autorange="reversed", fixedrange=True, automargin=True),
    )
    st.markdown(f"**{title}**")
    said = "; ".join(f"{name}: {text}" for name, text in zip(values, texts, strict=True))
    st.plotly_chart(
        chart, alt=f"{title}. {said}", config={"displayModeBar": False}, key=f"bars|{title}"
    )
