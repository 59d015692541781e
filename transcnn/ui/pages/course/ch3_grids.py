"""Chapter 3 on the page; what is a key waits for the reveal."""

from collections.abc import Callable

import streamlit as st

from transcnn.analysis.ranks import rank_correlation
from transcnn.course import ch3_grids as grids
from transcnn.course.figures import ch3_grids as figures
from transcnn.course.questions import Click
from transcnn.course.scene import Place
from transcnn.figures.cells import CellMap
from transcnn.figures.scale import format_multiple
from transcnn.ui.pages.course.building import show_building
from transcnn.ui.pages.course.context import StepContext
from transcnn.ui.pages.course.figures import (
    ask_from,
    draw_at,
    guess_at,
    say_asking,
    say_limit,
    show_by_hand,
    show_figures,
    with_guess,
)

_SOURCE = "course_source"  # the token whose route is shown


def _grids(context: StepContext) -> None:
    """3.1: a part of the map, on which the grid is drawn."""
    [part] = figures.own_grid(context.scene, context.t, context.revealed)
    part = with_guess(context, "grids.own_grid", part)
    asked = not context.submission("grids.own_grid")
    show_figures(
        context, [part], {0: draw_at(context, "grids.own_grid", part.origin)} if asked else {}
    )


def _boundary(context: StepContext) -> None:
    """3.2: a row of level 1 that stops at a boundary; the picture can be moved under it."""
    t, pixels = context.t, None
    if context.revealed:
        pixels = st.slider(t("course.move"), 0, 31, grids.MOVED, key="course_move")
    [part] = figures.boundary(context.scene, t, context.revealed, pixels)
    beyond, after = "boundary.beyond", "boundary.after_shift"
    name = beyond if context.submission(beyond) is None else after
    for question in (beyond, after) if context.revealed else (name,):
        part = with_guess(context, question, part)
    assert isinstance(part, CellMap)
    pick = (guess_at if name == beyond else draw_at)(context, name, part.origin)
    show_figures(context, [part], {0: pick} if context.submission(name) is None else {})
    say_limit(context)


def _merging(context: StepContext) -> None:
    """3.3: a merge by hand; average-only beside the true map; where the maximum comes from."""
    t, scene = context.t, context.scene
    shown = figures.merging(scene, t, context.revealed)
    maps = [one for one in shown if isinstance(one, CellMap)]
    show_figures(context, maps)
    if context.revealed:
        lengths = grids.merged_lengths(scene.trace.blocks[0])
        rho = rank_correlation(lengths["average"], lengths["both"])
        st.markdown(t("course.likeness", rho=f"{rho:.2f}"))
    show_by_hand(context, shown[len(maps) :])


def _upsampling(context: StepContext) -> None:
    """3.4: two tokens of one cell, and what their cell attends to."""
    [shown] = figures.upsampling(context.scene, context.t, context.revealed)
    asked, picks = context.posed["levels.strongest_other"], {}
    if asked is not None and isinstance(asked.asks, Click):
        shown = with_guess(context, "levels.strongest_other", shown)
        if not context.submission("levels.strongest_other"):
            picks = {0: guess_at(context, "levels.strongest_other")}
    show_figures(context, [shown], picks)
    if context.revealed:
        say_limit(context)


def _smoothing(context: StepContext) -> None:
    """3.5: a smoothed row, beside it what there is."""
    shown = figures.smoothing(context.scene, context.t, context.revealed)
    show_figures(context, shown[:2])
    say_limit(context)
    show_figures(context, shown[2:])


def _reaching(context: StepContext) -> None:
    """3.6: the route from any token to the query, the farthest cell first; a stage to be built."""
    t, scene = context.t, context.scene
    block = scene.peaked_block or scene.block
    ask = ask_from(context, block.levels[-1].size)
    source = _source(block.size)
    shown = figures.reaching(scene, t, context.revealed, source)
    if not context.revealed:
        show_figures(context, shown, {0: ask})
        say_asking(context)
        return

    def choose(row: int, column: int) -> None:
        st.session_state[_SOURCE] = (row, column)

    show_figures(context, shown, {0: choose, 1: ask})
    st.caption(t("course.way_how"))
    route, across = grids.route(scene, block, source), block.levels[-1].size[1]
    st.markdown(
        t(
            "course.way_says",
            source=_place(context, route.source),
            source_cell=_place(context, divmod(route.source_cell, across)),
            query_cell=_place(context, divmod(scene.query_index(block), across)),
            query=_place(context, route.query),
            multiple=format_multiple(route.multiple).removesuffix("×"),
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


STEPS: dict[str, Callable[[StepContext], None]] = {
    "3.1": _grids,
    "3.2": _boundary,
    "3.3": _merging,
    "3.4": _upsampling,
    "3.5": _smoothing,
    "3.6": _reaching,
}
