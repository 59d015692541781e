"""Chapter 1 on the page; what is a key waits for the reveal."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from transcnn.course import ch1_attention as attention
from transcnn.course.figures import ch1_attention as figures
from transcnn.course.scene import last_level_attention
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
from transcnn.ui.pages.course.hand import edit_map

_ENOUGH = 0.9  # of a query's weight on one key: the task of the chapter


def _tokens(context: StepContext) -> None:
    """1.1: the tokens of a stage, which can be chosen once it is revealed."""
    t, scene = context.t, context.scene
    covered = attention.covered_map(scene)
    size = covered
    if context.revealed:
        sizes = {b.stage: b.size for b in scene.trace.blocks}
        stage = st.segmented_control(
            t("course.stage"),
            list(sizes),
            format_func=lambda s: t("view.stage", number=s + 1),
            default=next((s for s, of in sizes.items() if of == covered), None),
            key="course_stage",
        )
        size = sizes.get(stage, covered) if stage is not None else covered
    [shown] = figures.tokens(scene, t, context.revealed, size)
    if size == covered:
        shown = with_guess(context, "tokens.covering", shown)
    asked = not context.submission("tokens.covering")
    show_figures(context, [shown], {0: guess_at(context, "tokens.covering")} if asked else {})
    if context.revealed:
        rows, columns = size
        st.caption(
            t(
                "course.tokens_count",
                rows=rows,
                columns=columns,
                count=f"{rows * columns:,}",
                px=f"{scene.trace.crop.size / rows:g}",
            )
        )


def _roles(context: StepContext) -> None:
    """1.2: the example by hand."""
    edit_map(context)
    st.markdown(context.t("course.all_rows" if context.revealed else "course.worked_row"))
    shown = figures.roles(context.scene, context.t, context.revealed)
    show_figures(context, shown)


def _row_or_column(context: StepContext) -> None:
    """1.3: a row and a column of the same matrix."""
    found = attention.row_and_column(context.scene)
    block = found[0] if found else context.scene.block
    ask = ask_from(context, block.levels[-1].size)
    shown = figures.row_or_column(context.scene, context.t, context.revealed)
    show_figures(context, shown[:2], {0: ask, 1: ask})
    say_asking(context)
    show_figures(context, shown[2:])
    say_limit(context)


def _mix(context: StepContext) -> None:
    """1.4: the first n of the cells that are attended to."""
    t, scene = context.t, context.scene
    block, order = attention.sorted_row(scene)
    count = len(order)
    if context.revealed:
        count = st.slider(t("course.keep_cells"), 1, len(order), 5, key="course_keep")
    drawn, *tables = figures.mix(scene, t, context.revealed, count)
    show_figures(context, [drawn], {0: ask_from(context, block.levels[-1].size)})
    if context.revealed:
        share = 100 * float(scene.attention_row(block)[order[:count]].sum())
        st.markdown(t("course.kept_share", count=count, share=f"{share:.0f}"))
        say_limit(context)
    else:
        say_asking(context)
    show_by_hand(context, tables)


def _shuffled(context: StepContext) -> None:
    """1.5: the attention row before and after the cells were shuffled; distances."""
    t, scene = context.t, context.scene
    block = scene.peaked_block or scene.block
    shown = figures.shuffled(scene, t, context.revealed)
    ask = ask_from(context, block.levels[-1].size)
    if not context.revealed:
        show_figures(context, shown, {0: ask})
        say_asking(context)
        return
    before, after, rings = shown
    show_figures(context, [before, after], {0: ask})
    cell, other = scene.query_index(block), attention.strongest_other(scene, block)
    order = attention.shuffle_of(scene, len(scene.attention_row(block)))
    weights, moved = last_level_attention(block), attention.shuffled_weights(scene, block).mean(0)
    a, b = order.index(cell), order.index(other)
    difference = np.abs(moved - weights[np.ix_(order, order)]).max()
    st.markdown(
        t(
            "course.shuffle_says",
            before=f"{100 * weights[cell, other]:.2f}",
            after=f"{100 * moved[a, b]:.2f}",
            difference=f"{difference:.0e}",
        )
    )
    show_figures(context, [rings])
    say_limit(context)
    _change_hand(context)


def _change_hand(context: StepContext) -> None:
    """The task of chapter 1: a query that gives nearly everything to one key."""
    with st.expander(context.t("course.by_hand"), expanded=True):
        edit_map(context)
        best = max(float(level.weights.max()) for level in context.scene.worked.levels[:1])
        done = "course.change_done" if best > _ENOUGH else "course.change_not_yet"
        st.markdown(context.t(done, share=f"{100 * best:.0f}"))


STEPS: dict[str, Callable[[StepContext], None]] = {
    "1.1": _tokens,
    "1.2": _roles,
    "1.3": _row_or_column,
    "1.4": _mix,
    "1.5": _shuffled,
}
