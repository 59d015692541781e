"""Chapter 2 on the page; what is a key waits for the reveal."""

import math
from collections.abc import Callable

import streamlit as st

from transcnn.analysis.cost.attention import mhsa
from transcnn.course import ch2_heads as heads
from transcnn.course.figures import ch2_heads as figures
from transcnn.course.questions import Click
from transcnn.course.scene import last_level_heads
from transcnn.ui.pages.course.context import StepContext
from transcnn.ui.pages.course.figures import (
    ask_from,
    guess_at,
    say_asking,
    say_limit,
    show_by_hand,
    show_figures,
    with_guess,
)


def _heads(context: StepContext) -> None:
    """2.1: the mean of the heads; afterwards each of them."""
    mean, *rest = figures.all_heads(context.scene, context.t, context.revealed)
    asked, picks = context.posed["heads.odd_cell"], {}
    if asked is not None and isinstance(asked.asks, Click):
        mean = with_guess(context, "heads.odd_cell", mean)
        if not context.submission("heads.odd_cell"):
            picks = {0: guess_at(context, "heads.odd_cell")}
    show_figures(context, [mean, *rest], picks)
    say_limit(context)


def _scaling(context: StepContext) -> None:
    """2.2: a head's row with its scores made larger or smaller."""
    t, scene = context.t, context.scene
    block = scene.peaked_block or scene.block
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
    drawn, *tables = figures.scaling(scene, t, context.revealed, times)
    show_figures(context, [drawn], {0: ask_from(context, block.levels[-1].size)})
    row = last_level_heads(block)[heads.median_head(scene, block), scene.query_index(block)]
    st.markdown(t("course.peak_says", peak=f"{100 * heads.scaled(row, times).max():.0f}"))
    say_asking(context)
    show_by_hand(context, tables)


def _adding(context: StepContext) -> None:
    """2.3: how large what is added is, beside what was there."""
    scene = context.scene
    drawn, *bars = figures.adding(scene, context.t, context.revealed)
    show_figures(context, [drawn], {0: ask_from(context, scene.block.size)})
    say_asking(context)
    show_figures(context, bars)


def _plain_cost(context: StepContext) -> None:
    """2.4: what plain attention costs in the first stage as the picture grows."""
    t, scene = context.t, context.scene
    if not context.revealed:
        show_figures(context, figures.plain_cost(scene, t, False))
        return
    stride, block = figures.stride(scene), scene.trace.blocks[0]
    side = st.slider(
        t("course.side"),
        8 * stride,
        512,
        min(scene.trace.crop.size, 512),
        stride,
        key="course_side",
    )
    show_figures(context, figures.plain_cost(scene, t, True, side))
    total, larger = (
        mhsa((side // stride + more,) * 2, block.width, block.heads).total for more in (0, 1)
    )
    st.markdown(t("course.bill_says", total=f"{total:,}"))
    outcome = "over" if total >= heads.PLAIN_LIMIT else "larger_fits"
    if total < heads.PLAIN_LIMIT <= larger:
        outcome = "done"
    st.markdown(t(f"course.limit_{outcome}", limit=f"{heads.PLAIN_LIMIT:,}", side=side))


STEPS: dict[str, Callable[[StepContext], None]] = {
    "2.1": _heads,
    "2.2": _scaling,
    "2.3": _adding,
    "2.4": _plain_cost,
}
