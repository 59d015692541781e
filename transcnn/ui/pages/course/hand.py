"""The example by hand on the page: its map to be edited, every product in a table."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from transcnn.course import ch1_attention as asking
from transcnn.course.hand_map import LARGEST, read_map
from transcnn.ui.app.tables import show_table
from transcnn.ui.components import hand_map
from transcnn.ui.pages.course.context import Desk

_HAND = "course_hand"


def edit_map(desk: Desk) -> None:
    """The map, to be edited."""

    def change() -> None:
        numbers = read_map(st.session_state[_HAND]["numbers"])
        if numbers is not None:
            desk.state.take_step(replace(desk.state.course, hand=numbers))

    st.markdown(desk.say("course.hand_map", largest=LARGEST))
    hand_map(
        _HAND,
        {
            "numbers": desk.scene.hand,
            "largest": LARGEST,
            "label": desk.say("course.hand_label"),
            "place": desk.say.table("course")["cell"],
        },
        on_change=change,
    )


def show_products(desk: Desk, level: int, grid: int, askers: Sequence[int]) -> None:
    """Every product of some askers of a grid of the example."""
    worked = desk.scene.worked.levels[level]
    say = desk.say
    head = ["x", "n", "2ⁿ", "Σ", say("course.weights"), say("course.weight_value"), "o", "A"]
    rows = [asking.product_row(worked, grid, asker) for asker in askers]
    with st.container(key=f"hand_table_{level}_{grid}"):  # set smaller
        show_table([head, *rows], numbers=0)


def show_all_products(desk: Desk) -> None:
    """The products of level 0, grid by grid."""
    say, worked = desk.say, desk.scene.worked
    for grid, name in enumerate(("top_left", "top_right", "bottom_left", "bottom_right")):
        st.markdown(
            f"**{say(f'course.{name}')}**, v = {asking.four(worked.levels[0].values[grid])}"
        )
        show_products(desk, 0, grid, range(4))
