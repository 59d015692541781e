"""The pictures of chapter 2; what is a key waits for the reveal."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import streamlit as st

from transcnn.analysis.cost.attention import mhsa
from transcnn.course import ch1_attention as asking
from transcnn.course import ch2_heads as heads
from transcnn.course.questions import Click
from transcnn.course.scene import board_heads
from transcnn.ui.pages.course.context import Desk
from transcnn.ui.pages.course.grids import (
    Board,
    ask_from,
    guess_at,
    guess_marks,
    last_board,
    mark,
    say_asking,
    say_limit,
    show_bars,
    show_boards,
)
from transcnn.ui.pages.course.hand import edit_map, show_products


def _heads(desk: Desk) -> None:
    """2.1: the mean of the heads; afterwards each of them."""
    say, scene = desk.say, desk.scene
    block = heads.unlike_block(scene) or scene.block
    readings = heads.head_rows(scene, block)
    asked = desk.posed["Q11"]
    clicks = asked is not None and isinstance(asked.asks, Click)
    mean = last_board(desk, block, say("course.mean"), readings.mean(0))
    if clicks:
        mean = guess_marks(desk, "Q11", replace(mean, pick=not desk.kept("Q11")))
    shown = [mean]
    if desk.revealed:
        for h, reading in enumerate(readings):
            name = say("course.head", head=h + 1)
            peak = int(reading.argmax())
            shown.append(
                last_board(desk, block, name, reading, small=True, marks=[mark(peak, "u", "seen")])
            )
    show_boards(desk, shown, guess_at(desk, "Q11"))
    say_limit(desk)


def _scaling(desk: Desk) -> None:
    """2.2: a head's reading with its scores made larger or smaller."""
    say, scene = desk.say, desk.scene
    block = scene.clear_block or scene.block
    head = heads.median_head(scene, block)
    row = board_heads(block)[head, scene.cell(block)]
    times, root = 1.0, math.sqrt(heads.head_width(block))
    if desk.revealed:
        factors = sorted({0.25, 0.5, 1.0, 2.0, root})
        times = st.select_slider(
            say("course.scores_times"),
            factors,
            1.0,
            format_func=lambda f: f"√d = {f:.3g}" if f == root else f"{f:g}",
            key="course_times",
        )
    shown = heads.scaled(row, times)
    show_boards(
        desk,
        [last_board(desk, block, say("course.head", head=head + 1), shown, pick=True)],
        ask_from(desk, block.levels[-1].size),
    )
    st.markdown(say("course.peak_says", peak=f"{100 * shown.max():.0f}"))
    say_asking(desk)
    with st.expander(say("course.by_hand"), expanded=True):
        edit_map(desk)
        merged = asking.four(scene.worked.merged)
        st.markdown(say("course.merged_says", merged=merged))
        if desk.revealed:
            show_products(desk, 1, 0, range(4))


def _adding(desk: Desk) -> None:
    """2.3: how large what is added is, beside what was there."""
    say, scene, block = desk.say, desk.scene, desk.scene.block
    rows, columns = block.size
    y, x = scene.token(block.size)
    shown = Board(
        say("course.tokens_of", rows=rows, columns=columns),
        rows,
        columns,
        say("course.board_says", rows=rows, columns=columns),
        marks=[mark(y * columns + x, "t")],
        pick=True,
        start=(y, x),
    )
    show_boards(desk, [shown], ask_from(desk, block.size))
    say_asking(desk)
    if not desk.revealed:
        return
    parts = {
        "X": block.input[:, y, x],
        "A Wᵖ": block.added[:, y, x],
        "A′": block.input[:, y, x] + block.added[:, y, x],
    }
    lengths = {n: float(np.linalg.norm(v.astype(np.float64))) for n, v in parts.items()}
    show_bars(say("course.lengths"), lengths, "")
    words = desk.lesson.questions["Q16"].options
    show_bars(
        say("course.added_shares"),
        {
            words[name]: 100 * float(np.median(heads.added_shares(b)))
            for name, b in heads.three_blocks(scene).items()
        },
        " %",
    )


def _bill(desk: Desk) -> None:
    """2.4: what plain attention costs in the first stage as the picture grows."""
    say, scene = desk.say, desk.scene
    block = scene.trace.blocks[0]
    stride = scene.trace.crop.size // block.size[0]
    if not desk.revealed:
        rows, columns = block.size
        shown = Board(
            say("course.tokens_of", rows=rows, columns=columns),
            rows,
            columns,
            say("course.board_says", rows=rows, columns=columns),
        )
        show_boards(desk, [shown], lambda *_: None)
        return
    side = st.slider(
        say("course.side"),
        8 * stride,
        512,
        min(scene.trace.crop.size, 512),
        stride,
        key="course_side",
    )
    bill = mhsa((side // stride, side // stride), block.width, block.heads)
    show_bars(
        say("course.multiply_adds", side=side, tokens=f"{(side // stride) ** 2:,}"),
        {
            say("course.projections"): bill.projected / 1e6,
            say("course.products"): bill.multiplied / 1e6,
        },
        " M",
    )
    st.markdown(say("course.bill_says", total=f"{bill.total:,}"))
    larger = mhsa((side // stride + 1,) * 2, block.width, block.heads).total
    outcome = "over" if bill.total >= heads.PLAIN_LIMIT else "larger_fits"
    if bill.total < heads.PLAIN_LIMIT <= larger:
        outcome = "done"
    st.markdown(say(f"course.limit_{outcome}", limit=f"{heads.PLAIN_LIMIT:,}", side=side))


PICTURES: dict[str, Callable[[Desk], None]] = {
    "2.1": _heads,
    "2.2": _scaling,
    "2.3": _adding,
    "2.4": _bill,
}
