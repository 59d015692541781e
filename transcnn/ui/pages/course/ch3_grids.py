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
from transcnn.ui.pages.course.context import Desk
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


def _part(desk: Desk, token: Place) -> Board:
    """The part of the first stage's map around a token, which is marked."""
    (top, left), (rows, columns) = going_up.window(desk.scene, token)
    whole = desk.scene.trace.blocks[0].size
    name = desk.say(
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
        desk.say("course.board_says", rows=rows, columns=columns),
        marks=[mark(at[0] * columns + at[1], "t")],
        whole=whole,
        origin=(top, left),
        start=at,
    )


def _grids(desk: Desk) -> None:
    """3.1: a part of the map, on which the grid is drawn."""
    token = desk.scene.token(desk.scene.trace.blocks[0].size)
    part = guess_marks(desk, "Q20", replace(_part(desk, token), pick=not desk.kept("Q20")))
    show_boards(desk, [part], draw_at(desk, "Q20", part.origin))


def _level0(board: Board, trace: Trace, token: Place) -> Board:
    """The board with the token's level-0 reading, the mean of the heads."""
    shown = going_up.read_in_window(trace, token, board.origin, (board.rows, board.columns))
    return replace(board, multiples=shown)


def _wall(desk: Desk) -> None:
    """3.2: a reading of level 0 that stops at a line; the picture can be moved under it."""
    say, scene = desk.say, desk.scene
    token = going_up.wall_token(scene)
    part, picture, trace = _part(desk, token), scene.pixels, scene.trace
    pixels = 0
    if desk.revealed:
        pixels = st.slider(say("course.move"), 0, 31, going_up.MOVED, key="course_move")
        picture, trace = going_up.moved(scene, pixels)
    part = replace(_level0(part, trace, token), name=say("course.level0_reading"))
    name = "Q22" if desk.kept("Q22") is None else "Q23"
    part = replace(part, pick=desk.kept(name) is None)
    for question in ("Q22", "Q23") if desk.revealed else (name,):
        part = guess_marks(desk, question, part)
    pick = guess_at if name == "Q22" else draw_at
    show_boards(desk, [part], pick(desk, name, part.origin), (f"/moved{pixels}", picture))
    say_limit(desk)


def _merging(desk: Desk) -> None:
    """3.3: a merge by hand; average-only beside the true board; who wins the maximum."""
    say, scene = desk.say, desk.scene
    block = scene.trace.blocks[0]
    lengths = going_up.merged_lengths(block)

    def board(name: str, values: NDArray[np.float64]) -> Board:
        rows, columns = values.shape
        amounts = [round(float(v), 4) for v in values.ravel()]
        says = say("course.board_says", rows=rows, columns=columns)
        return Board(name, rows, columns, says, amounts=amounts)

    average = board(say("course.average_only"), lengths["average"])
    shown = [replace(average, dots=[scene.share])]
    if desk.revealed:
        shown.append(board(say("course.max_and_average"), lengths["both"]))
        counts = going_up.winners(scene)
        top, left, _, _ = going_up.grid_of(block, scene.token(block.size))
        rows, columns = counts.shape
        shown.append(
            Board(
                say("course.winners"),
                rows,
                columns,
                say("course.board_says", rows=rows, columns=columns),
                numbers=[str(n) if n else "" for n in counts.ravel()],
                whole=block.size,
                origin=(top, left),
            )
        )
    show_boards(desk, shown, lambda *_: None)
    if desk.revealed:
        rho = rank_correlation(lengths["average"], lengths["both"])
        st.markdown(say("course.likeness", rho=f"{rho:.2f}"))
    with st.expander(say("course.by_hand"), expanded=True):
        edit_map(desk)
        if desk.revealed:
            show_all_products(desk)


def _up(desk: Desk) -> None:
    """3.4: two tokens of one cell, and what their cell reads."""
    say, scene = desk.say, desk.scene
    block, first = scene.clear_block or scene.block, scene.trace.blocks[0].size
    row = scene.row(block) if desk.revealed else None
    dots = [((y + 0.5) / first[0], (x + 0.5) / first[1]) for y, x in going_up.cell_mates(scene)]
    name = say("course.reading_of" if desk.revealed else "course.two_tokens")
    shown = last_board(desk, block, name, row, dots=dots)
    asked = desk.posed["Q27"]
    if asked is not None and isinstance(asked.asks, Click):
        shown = guess_marks(desk, "Q27", replace(shown, pick=not desk.kept("Q27")))
    show_boards(desk, [shown], guess_at(desk, "Q27"))
    if desk.revealed:
        say_limit(desk)


def _smoothing(desk: Desk) -> None:
    """3.5: a smoothed reading, beside it what there is."""
    say, scene = desk.say, desk.scene
    block = scene.clear_block or scene.block
    fine = going_up.smoothed(scene, block)
    rows, columns = fine.shape
    smooth = Board(
        say("course.smooth"),
        rows,
        columns,
        say("course.board_says", rows=rows, columns=columns),
        multiples=[round(float(m), 4) for m in fine.ravel()],
        dots=[scene.share],
    )
    shown = [smooth]
    if desk.revealed:
        shown.append(last_board(desk, block, say("course.cells"), scene.row(block)))
    show_boards(desk, shown, lambda *_: None)
    say_limit(desk)
    if desk.revealed:
        lengths = enumerate(going_up.level_lengths(scene))
        show_bars(
            say("course.level_lengths"),
            {say("course.level", level=i): length for i, length in lengths},
            "",
        )


def _reaching(desk: Desk) -> None:
    """3.6: the way from any token to the asker, the farthest cell first; a stage to be built."""
    say, scene = desk.say, desk.scene
    block = scene.clear_block or scene.block
    if not desk.revealed:
        far = going_up.farthest_cell(scene, block)
        marks = [mark(scene.cell(block), "t"), mark(far, "u", "seen")]
        shown = last_board(desk, block, say("course.asker"), None, marks=marks, pick=True)
        show_boards(desk, [shown], ask_from(desk, block.levels[-1].size))
        say_asking(desk)
        return
    rows, columns = block.size
    way = going_up.way(scene, block, _source(block.size))

    def box(found: Box, colour: str) -> dict[str, object]:
        return {"box": list(found), "colour": colour, "dashed": False}

    tokens = Board(
        say("course.way_tokens", rows=rows, columns=columns),
        rows,
        columns,
        say("course.board_says", rows=rows, columns=columns),
        marks=[
            mark(way.asker[0] * columns + way.asker[1], "t"),
            mark(way.source[0] * columns + way.source[1], "u", "seen"),
        ],
        boxes=[box(way.asker_area, "asker"), box(way.source_area, "seen")],
        start=way.source,
        pick=True,
    )
    cells = last_board(
        desk,
        block,
        say("course.reading_of"),
        scene.row(block),
        marks=[mark(scene.cell(block), "t"), mark(way.source_cell, "u", "seen")],
        pick=True,
    )

    def pick(board: int, row: int, column: int) -> None:
        if board == 0:
            st.session_state[_SOURCE] = (row, column)
        else:
            ask_from(desk, block.levels[-1].size)(board, row, column)

    show_boards(desk, [tokens, cells], pick)
    st.caption(say("course.way_how"))
    across = block.levels[-1].size[1]
    multiple = format_multiple(way.multiple).removesuffix("×")
    st.markdown(
        say(
            "course.way_says",
            source=_place(desk, way.source),
            source_cell=_place(desk, divmod(way.source_cell, across)),
            asker_cell=_place(desk, divmod(scene.cell(block), across)),
            asker=_place(desk, way.asker),
            multiple=multiple,
        )
    )
    say_limit(desk)
    show_building(say)


def _source(size: Place) -> Place | None:
    """The token that was picked as the source, where it lies on a map of `size`."""
    picked: Place | None = st.session_state.get(_SOURCE)
    return picked if picked is not None and picked[0] < size[0] and picked[1] < size[1] else None


def _place(desk: Desk, at: Place) -> str:
    return desk.say("course.cell", row=at[0] + 1, column=at[1] + 1)


PICTURES: dict[str, Callable[[Desk], None]] = {
    "3.1": _grids,
    "3.2": _wall,
    "3.3": _merging,
    "3.4": _up,
    "3.5": _smoothing,
    "3.6": _reaching,
}
