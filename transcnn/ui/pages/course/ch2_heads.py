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
from transcnn.course.scene import last_level_heads
from transcnn.ui.pages.course.context import StepContext
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


def _heads(context: StepContext) -> None:
    """2.1: the mean of the heads; afterwards each of them."""
    t, scene = context.t, context.scene
    block = heads.unlike_block(scene) or scene.block
    readings = heads.head_rows(scene, block)
    asked = context.posed["heads.odd_cell"]
    clicks = asked is not None and isinstance(asked.asks, Click)
    mean = last_board(context, block, t("course.mean"), readings.mean(0))
    if clicks:
        mean = guess_marks(
            context, "heads.odd_cell", replace(mean, pick=not context.submission("heads.odd_cell"))
        )
    shown = [mean]
    if context.revealed:
        for h, reading in enumerate(readings):
            name = t("course.head", head=h + 1)
            peak = int(reading.argmax())
            shown.append(
                last_board(
                    context, block, name, reading, small=True, marks=[mark(peak, "u", "seen")]
                )
            )
    show_boards(context, shown, guess_at(context, "heads.odd_cell"))
    say_limit(context)


def _scaling(context: StepContext) -> None:
    """2.2: a head's reading with its scores made larger or smaller."""
    t, scene = context.t, context.scene
    block = scene.peaked_block or scene.block
    head = heads.median_head(scene, block)
    row = last_level_heads(block)[head, scene.query_index(block)]
    times, root = 1.0, math.sqrt(heads.head_width(block))
    if context.revealed:
        factors = sorted({0.25, 0.5, 1.0, 2.0, root})
        times = st.select_slider(
            t("course.scores_times"),
            factors,
            1.0,
            format_func=lambda f: f"√d = {f:.3g}" if f == root else f"{f:g}",
            key="course_times",
        )
    shown = heads.scaled(row, times)
    show_boards(
        context,
        [last_board(context, block, t("course.head", head=head + 1), shown, pick=True)],
        ask_from(context, block.levels[-1].size),
    )
    st.markdown(t("course.peak_says", peak=f"{100 * shown.max():.0f}"))
    say_asking(context)
    with st.expander(t("course.by_hand"), expanded=True):
        edit_map(context)
        merged = asking.four(scene.worked.merged)
        st.markdown(t("course.merged_says", merged=merged))
        if context.revealed:
            show_products(context, 1, 0, range(4))


def _adding(context: StepContext) -> None:
    """2.3: how large what is added is, beside what was there."""
    t, scene, block = context.t, context.scene, context.scene.block
    rows, columns = block.size
    y, x = scene.token(block.size)
    shown = Board(
        t("course.tokens_of", rows=rows, columns=columns),
        rows,
        columns,
        t("course.board_says", rows=rows, columns=columns),
        marks=[mark(y * columns + x, "t")],
        pick=True,
        start=(y, x),
    )
    show_boards(context, [shown], ask_from(context, block.size))
    say_asking(context)
    if not context.revealed:
        return
    parts = {
        "X": block.input[:, y, x],
        "A Wᵖ": block.added[:, y, x],
        "A′": block.input[:, y, x] + block.added[:, y, x],
    }
    lengths = {n: float(np.linalg.norm(v.astype(np.float64))) for n, v in parts.items()}
    show_bars(t("course.lengths"), lengths, "")
    words = context.lesson.questions["residual.by_block"].options
    show_bars(
        t("course.added_shares"),
        {
            words[name]: 100 * float(np.median(heads.added_shares(b)))
            for name, b in heads.three_blocks(scene).items()
        },
        " %",
    )


def _bill(context: StepContext) -> None:
    """2.4: what plain attention costs in the first stage as the picture grows."""
    t, scene = context.t, context.scene
    block = scene.trace.blocks[0]
    stride = scene.trace.crop.size // block.size[0]
    if not context.revealed:
        rows, columns = block.size
        shown = Board(
            t("course.tokens_of", rows=rows, columns=columns),
            rows,
            columns,
            t("course.board_says", rows=rows, columns=columns),
        )
        show_boards(context, [shown], lambda *_: None)
        return
    side = st.slider(
        t("course.side"),
        8 * stride,
        512,
        min(scene.trace.crop.size, 512),
        stride,
        key="course_side",
    )
    bill = mhsa((side // stride, side // stride), block.width, block.heads)
    show_bars(
        t("course.multiply_adds", side=side, tokens=f"{(side // stride) ** 2:,}"),
        {
            t("course.projections"): bill.projected / 1e6,
            t("course.products"): bill.multiplied / 1e6,
        },
        " M",
    )
    st.markdown(t("course.bill_says", total=f"{bill.total:,}"))
    larger = mhsa((side // stride + 1,) * 2, block.width, block.heads).total
    outcome = "over" if bill.total >= heads.PLAIN_LIMIT else "larger_fits"
    if bill.total < heads.PLAIN_LIMIT <= larger:
        outcome = "done"
    st.markdown(t(f"course.limit_{outcome}", limit=f"{heads.PLAIN_LIMIT:,}", side=side))


PICTURES: dict[str, Callable[[StepContext], None]] = {
    "2.1": _heads,
    "2.2": _scaling,
    "2.3": _adding,
    "2.4": _bill,
}
