"""The example by hand on the page: its map to be edited, every product in a table."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from transcnn.course import ch1_attention as asking
from transcnn.course.hand_map import LARGEST, read_map
from transcnn.ui.app.tables import show_table
from transcnn.ui.components.by_hand import hand_map
from transcnn.ui.pages.course.context import StepContext
from transcnn.ui.pages.course.link import CourseChoice

_HAND = "course_hand"


def edit_map(context: StepContext) -> None:
    """The map, to be edited."""

    def change() -> None:
        numbers = read_map(st.session_state[_HAND]["numbers"])
        if numbers is not None:
            context.state.put(replace(context.state.part(CourseChoice), hand=numbers))

    st.markdown(context.t("course.hand_map", largest=LARGEST))
    hand_map(
        _HAND,
        {
            "numbers": context.scene.hand,
            "largest": LARGEST,
            "label": context.t("course.hand_label"),
            "place": context.t.table("course")["cell"],
        },
        on_change=change,
    )


def show_products(context: StepContext, level: int, grid: int, queries: Sequence[int]) -> None:
    """Every product of some askers of a grid of the example."""
    worked = context.scene.worked.levels[level]
    t = context.t
    head = ["x", "n", "2ⁿ", "Σ", t("course.weights"), t("course.weight_value"), "o", "A"]
    rows = [asking.product_row(worked, grid, query) for query in queries]
    with st.container(key=f"hand_table_{level}_{grid}"):  # set smaller
        show_table([head, *rows], numbers=0)


def show_all_products(context: StepContext) -> None:
    """The products of level 0, grid by grid."""
    t, worked = context.t, context.scene.worked
    for grid, name in enumerate(("top_left", "top_right", "bottom_left", "bottom_right")):
        st.markdown(f"**{t(f'course.{name}')}**, v = {asking.four(worked.levels[0].values[grid])}")
        show_products(context, 0, grid, range(4))
