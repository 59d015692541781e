"""The pictures of chapter 3; what is a key waits for the reveal."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from transcnn.analysis.ranks import rank_correlation
from transcnn.course import ch3_grids as going_up
from transcnn.course.questions import Click
from transcnn.course.scene import Box, Place
from transcnn.figures.scale import format_multiple
from transcnn.trace import Trace
from transcnn.ui.pages.course.building import show_building
from transcnn.ui.pages.course.context import StepContext
from transcnn.ui.pages.course.grids import (
    Board,
    ask_from,
    draw_at,
    guess_at,
    guess_marks,
    last_board,
    mark,
    say_asking,
    say_limit,
    show_bars,
    show_boards,
)
from transcnn.ui.pages.course.hand import edit_map, show_all_products

_SOURCE = "course_source"  # the token whose way is shown


def _part(context: StepContext, token: Place) -> Board:
    """The part of the first stage's map around a token, which is marked."""
    (top, left), (rows, columns) = going_up.window(context.scene, token)
    whole = context.scene.trace.blocks[0].size
    name = context.t(
        "course.around",
        top=top + 1,
        bottom=top + rows,
        left=left + 1,
        right=left + columns,
        rows=whole[0],
        columns=whole[1],
    )
    at = token[0] - top, token[1] - left
    return Board(
        name,
        rows,
        columns,
        context.t("course.board_says", rows=rows, columns=columns),
        marks=[mark(at[0] * columns + at[1], "t")],
        whole=whole,
        origin=(top, left),
        start=at,
    )


def _grids(context: StepContext) -> None:
    """3.1: a part of the map, on which the grid is drawn."""
    token = context.scene.token(context.scene.trace.blocks[0].size)
    part = guess_marks(
        context,
        "grids.own_grid",
        replace(_part(context, token), pick=not context.submission("grids.own_grid")),
    )
    show_boards(context, [part], draw_at(context, "grids.own_grid", part.origin))


def _level0(board: Board, trace: Trace, token: Place) -> Board:
    """The board with the token's level-0 reading, the mean of the heads."""
    shown = going_up.read_in_window(trace, token, board.origin, (board.rows, board.columns))
    return replace(board, multiples=shown)


def _wall(context: StepContext) -> None:
    """3.2: a reading of level 0 that stops at a line; the picture can be moved under it."""
    t, scene = context.t, context.scene
    token = going_up.wall_token(scene)
    part, picture, trace = _part(context, token), scene.pixels, scene.trace
    pixels = 0
    if context.revealed:
        pixels = st.slider(t("course.move"), 0, 31, going_up.MOVED, key="course_move")
        picture, trace = going_up.moved(scene, pixels)
    part = replace(_level0(part, trace, token), name=t("course.level0_reading"))
    name = (
        "boundary.beyond"
        if context.submission("boundary.beyond") is None
        else "boundary.after_shift"
    )
    part = replace(part, pick=context.submission(name) is None)
    for question in ("boundary.beyond", "boundary.after_shift") if context.revealed else (name,):
        part = guess_marks(context, question, part)
    pick = guess_at if name == "boundary.beyond" else draw_at
    show_boards(context, [part], pick(context, name, part.origin), (f"/moved{pixels}", picture))
    say_limit(context)


def _merging(context: StepContext) -> None:
    """3.3: a merge by hand; average-only beside the true board; who wins the maximum."""
    t, scene = context.t, context.scene
    block = scene.trace.blocks[0]
    lengths = going_up.merged_lengths(block)

    def board(name: str, values: NDArray[np.float64]) -> Board:
        rows, columns = values.shape
        amounts = [round(float(v), 4) for v in values.ravel()]
        says = t("course.board_says", rows=rows, columns=columns)
        return Board(name, rows, columns, says, amounts=amounts)

    average = board(t("course.average_only"), lengths["average"])
    shown = [replace(average, dots=[scene.share])]
    if context.revealed:
        shown.append(board(t("course.max_and_average"), lengths["both"]))
        counts = going_up.winners(scene)
        top, left, _, _ = going_up.grid_of(block, scene.token(block.size))
        rows, columns = counts.shape
        shown.append(
            Board(
                t("course.winners"),
                rows,
                columns,
                t("course.board_says", rows=rows, columns=columns),
                numbers=[str(n) if n else "" for n in counts.ravel()],
                whole=block.size,
                origin=(top, left),
            )
        )
    show_boards(context, shown, lambda *_: None)
    if context.revealed:
        rho = rank_correlation(lengths["average"], lengths["both"])
        st.markdown(t("course.likeness", rho=f"{rho:.2f}"))
    with st.expander(t("course.by_hand"), expanded=True):
        edit_map(context)
        if context.revealed:
            show_all_products(context)


def _up(context: StepContext) -> None:
    """3.4: two tokens of one cell, and what their cell reads."""
    t, scene = context.t, context.scene
    block, first = scene.peaked_block or scene.block, scene.trace.blocks[0].size
    row = scene.attention_row(block) if context.revealed else None
    dots = [((y + 0.5) / first[0], (x + 0.5) / first[1]) for y, x in going_up.cell_mates(scene)]
    name = t("course.reading_of" if context.revealed else "course.two_tokens")
    shown = last_board(context, block, name, row, dots=dots)
    asked = context.posed["levels.strongest_other"]
    if asked is not None and isinstance(asked.asks, Click):
        shown = guess_marks(
            context,
            "levels.strongest_other",
            replace(shown, pick=not context.submission("levels.strongest_other")),
        )
    show_boards(context, [shown], guess_at(context, "levels.strongest_other"))
    if context.revealed:
        say_limit(context)


def _smoothing(context: StepContext) -> None:
    """3.5: a smoothed reading, beside it what there is."""
    t, scene = context.t, context.scene
    block = scene.peaked_block or scene.block
    fine = going_up.smoothed(scene, block)
    rows, columns = fine.shape
    smooth = Board(
        t("course.smooth"),
        rows,
        columns,
        t("course.board_says", rows=rows, columns=columns),
        multiples=[round(float(m), 4) for m in fine.ravel()],
        dots=[scene.share],
    )
    shown = [smooth]
    if context.revealed:
        shown.append(last_board(context, block, t("course.cells"), scene.attention_row(block)))
    show_boards(context, shown, lambda *_: None)
    say_limit(context)
    if context.revealed:
        lengths = enumerate(going_up.level_lengths(scene))
        show_bars(
            t("course.level_lengths"),
            {t("course.level", level=i): length for i, length in lengths},
            "",
        )


def _reaching(context: StepContext) -> None:
    """3.6: the way from any token to the asker, the farthest cell first; a stage to be built."""
    t, scene = context.t, context.scene
    block = scene.peaked_block or scene.block
    if not context.revealed:
        far = going_up.farthest_cell(scene, block)
        marks = [mark(scene.query_index(block), "t"), mark(far, "u", "seen")]
        shown = last_board(context, block, t("course.asker"), None, marks=marks, pick=True)
        show_boards(context, [shown], ask_from(context, block.levels[-1].size))
        say_asking(context)
        return
    rows, columns = block.size
    route = going_up.route(scene, block, _source(block.size))

    def box(found: Box, colour: str) -> dict[str, object]:
        return {"box": list(found), "colour": colour, "dashed": False}

    tokens = Board(
        t("course.way_tokens", rows=rows, columns=columns),
        rows,
        columns,
        t("course.board_says", rows=rows, columns=columns),
        marks=[
            mark(route.query[0] * columns + route.query[1], "t"),
            mark(route.source[0] * columns + route.source[1], "u", "seen"),
        ],
        boxes=[box(route.query_area, "asker"), box(route.source_area, "seen")],
        start=route.source,
        pick=True,
    )
    cells = last_board(
        context,
        block,
        t("course.reading_of"),
        scene.attention_row(block),
        marks=[mark(scene.query_index(block), "t"), mark(route.source_cell, "u", "seen")],
        pick=True,
    )

    def pick(board: int, row: int, column: int) -> None:
        if board == 0:
            st.session_state[_SOURCE] = (row, column)
        else:
            ask_from(context, block.levels[-1].size)(board, row, column)

    show_boards(context, [tokens, cells], pick)
    st.caption(t("course.way_how"))
    across = block.levels[-1].size[1]
    multiple = format_multiple(route.multiple).removesuffix("×")
    st.markdown(
        t(
            "course.way_says",
            source=_place(context, route.source),
            source_cell=_place(context, divmod(route.source_cell, across)),
            query_cell=_place(context, divmod(scene.query_index(block), across)),
            query=_place(context, route.query),
            multiple=multiple,
        )
    )
    say_limit(context)
    show_building(t)


def _source(size: Place) -> Place | None:
    """The token that was picked as the source, where it lies on a map of `size`."""
    picked: Place | None = st.session_state.get(_SOURCE)
    return picked if picked is not None and picked[0] < size[0] and picked[1] < size[1] else None


def _place(context: StepContext, at: Place) -> str:
    return context.t("course.cell", row=at[0] + 1, column=at[1] + 1)


PICTURES: dict[str, Callable[[StepContext], None]] = {
    "3.1": _grids,
    "3.2": _wall,
    "3.3": _merging,
    "3.4": _up,
    "3.5": _smoothing,
    "3.6": _reaching,
}
