"""The example by hand on the page: its map to be edited."""

from dataclasses import replace

import streamlit as st

from transcnn.course.hand_map import LARGEST, read_map
from transcnn.ui.components.by_hand import hand_map
from transcnn.ui.pages.course.context import StepContext
from transcnn.ui.pages.course.link import CourseChoice

_HAND = "course_hand"


def edit_map(context: StepContext) -> None:
    """The map, to be edited."""

    def change() -> None:
        numbers = read_map(st.session_state[_HAND]["numbers"])
        if numbers is not None:
            context.state.put(replace(context.state.part(CourseChoice), hand_map=numbers))

    st.markdown(context.t("course.hand_map", largest=LARGEST))
    hand_map(
        _HAND,
        {
            "numbers": context.scene.choice.hand_map,
            "largest": LARGEST,
            "label": context.t("course.hand_label"),
            "place": context.t.table("course")["cell"],
        },
        on_change=change,
    )
