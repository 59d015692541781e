"""The pictures of chapter 1; what is a key waits for the reveal."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import streamlit as st

from transcnn.course import ch1_attention as asking
from transcnn.course.scene import Wide, last_level_attention
from transcnn.ui.app.tables import show_table
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
from transcnn.ui.pages.course.hand import edit_map, show_all_products, show_products

_ENOUGH = 0.9  # of an asker's weight at one place: the task of the chapter


def _places(context: StepContext) -> None:
    """1.1: the tokens of a stage; the pixel whose token is looked for."""
    t, scene = context.t, context.scene
    rows, columns = asking.covered_map(scene)
    sizes = {b.stage: b.size for b in scene.trace.blocks}
    if context.revealed:
        stage = st.segmented_control(
            t("course.stage"),
            list(sizes),
            format_func=lambda s: t("view.stage", number=s + 1),
            default=next((s for s, size in sizes.items() if size == (rows, columns)), None),
            key="course_stage",
        )
        rows, columns = sizes.get(stage, (rows, columns)) if stage is not None else (rows, columns)
    y, x = asking.marked_pixel(scene)
    side = scene.trace.crop.size
    shown = Board(
        t("course.tokens_of", rows=rows, columns=columns),
        rows,
        columns,
        t("course.board_says", rows=rows, columns=columns),
        dots=[((y + 0.5) / side, (x + 0.5) / side)],
        pick=not context.submission("tokens.covering"),
        start=(rows // 2, columns // 2),
    )
    if (rows, columns) == asking.covered_map(scene):
        shown = guess_marks(context, "tokens.covering", shown)
    show_boards(context, [shown], guess_at(context, "tokens.covering"))
    if context.revealed:
        st.caption(
            t(
                "course.tokens_count",
                rows=rows,
                columns=columns,
                count=f"{rows * columns:,}",
                px=f"{side / rows:g}",
            )
        )


def _roles(context: StepContext) -> None:
    """1.2: the example by hand, its first row worked through, then all."""
    edit_map(context)
    worked = context.scene.worked
    other = next(k for k in (0, 1, 2, 3) if k not in (worked.query, worked.beside))
    if not context.revealed:
        st.markdown(context.t("course.worked_row"))
        show_products(context, 0, 0, [other])
    else:
        st.markdown(context.t("course.all_rows"))
        show_all_products(context)


def _row_or_column(context: StepContext) -> None:
    """1.3: a row and a column of the same matrix."""
    t, found = context.t, asking.row_and_column(context.scene)
    block, cell = found or (context.scene.block, context.scene.query_index(context.scene.block))
    weights = last_level_attention(block)
    row, column = weights[cell], weights[:, cell]
    sides = (
        {"a": row, "b": column}
        if asking.row_side(context.scene) == "a"
        else {"a": column, "b": row}
    )
    shown = []
    for side, values in sides.items():
        name = side.upper()
        if context.revealed:
            what = t("course.is_row" if values is row else "course.is_column")
            name = f"{name}: {what}"
        drawn = last_board(context, block, name, values, pick=True, marks=[mark(cell, "t")])
        shown.append(replace(drawn, start=divmod(cell, drawn.columns)))
    show_boards(context, shown, ask_from(context, block.levels[-1].size))
    say_asking(context)
    if context.revealed:
        _show_sums(context, weights, cell)
    say_limit(context)


def _show_sums(context: StepContext, weights: Wide, cell: int) -> None:
    """What the marked cell's row and column sum to, and those of all cells."""
    t = context.t
    names = {t("course.is_row"): weights.sum(1), t("course.is_column"): weights.sum(0)}
    rows = [["", t("course.sum_here"), t("course.sum_all")]]
    rows += [
        [name, f"**{sums[cell]:.2f}**", f"{sums.min():.2f} – {sums.max():.2f}"]
        for name, sums in names.items()
    ]
    show_table(rows)


def _mix(context: StepContext) -> None:
    """1.4: the first n of the cells that are read."""
    t, scene = context.t, context.scene
    block, cells = asking.sorted_row(scene)
    row = scene.attention_row(block)
    if not context.revealed:
        show_boards(
            context,
            [last_board(context, block, t("course.asker"), None, pick=True)],
            ask_from(context, block.levels[-1].size),
        )
        say_asking(context)
    else:
        count = st.slider(t("course.keep_cells"), 1, len(row), 5, key="course_keep")
        drawn = last_board(context, block, t("course.reading"), row, pick=True)
        assert drawn.multiples is not None
        first = set(cells[:count])
        drawn = replace(
            drawn, multiples=[m if c in first else None for c, m in enumerate(drawn.multiples)]
        )
        show_boards(context, [drawn], ask_from(context, block.levels[-1].size))
        share = 100 * float(row[cells[:count]].sum())
        st.markdown(t("course.kept_share", count=count, share=f"{share:.0f}"))
        say_limit(context)
    with st.expander(t("course.by_hand"), expanded=True):
        edit_map(context)
        if context.revealed:
            show_products(context, 0, 0, range(4))


def _shuffled(context: StepContext) -> None:
    """1.5: the reading before and after the cells were shuffled; distances."""
    t, scene = context.t, context.scene
    block = scene.peaked_block or scene.block
    size = block.levels[-1].size
    cell, other = scene.query_index(block), asking.strongest_other(scene, block)
    if not context.revealed:
        marks = [mark(cell, "a"), mark(other, "b", "seen")]
        shown = [last_board(context, block, t("course.asker"), None, pick=True, marks=marks)]
        show_boards(context, shown, ask_from(context, size))
        say_asking(context)
        return
    row = scene.attention_row(block)
    order = asking.shuffle_of(scene, len(row))
    after = asking.shuffled_weights(scene, block).mean(0)
    a, b = order.index(cell), order.index(other)
    shown = [
        last_board(
            context,
            block,
            t("course.before"),
            row,
            pick=True,
            marks=[mark(cell, "a"), mark(other, "b", "seen")],
        ),
        last_board(
            context,
            block,
            t("course.after"),
            after[a],
            marks=[mark(a, "a"), mark(b, "b", "seen")],
        ),
    ]
    show_boards(context, shown, lambda n, y, x: ask_from(context, size)(n, y, x))
    difference = np.abs(after - last_level_attention(block)[np.ix_(order, order)]).max()
    st.markdown(
        t(
            "course.shuffle_says",
            before=f"{100 * row[other]:.2f}",
            after=f"{100 * after[a, b]:.2f}",
            difference=f"{difference:.0e}",
        )
    )
    words = context.lesson.questions["permutation.near_and_far"].options
    show_bars(
        t("course.rings"),
        {words[name]: value for name, value in asking.rings(scene).items()},
        "×",
    )
    say_limit(context)
    _change_hand(context)


def _change_hand(context: StepContext) -> None:
    """The task of chapter 1: an asker that gives nearly everything to one place."""
    with st.expander(context.t("course.by_hand"), expanded=True):
        edit_map(context)
        best = max(float(level.weights.max()) for level in context.scene.worked.levels[:1])
        done = "course.change_done" if best > _ENOUGH else "course.change_not_yet"
        st.markdown(context.t(done, share=f"{100 * best:.0f}"))


PICTURES: dict[str, Callable[[StepContext], None]] = {
    "1.1": _places,
    "1.2": _roles,
    "1.3": _row_or_column,
    "1.4": _mix,
    "1.5": _shuffled,
}
