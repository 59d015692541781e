"""The construction task on the page: two sides of grids, and what came of running them."""

import streamlit as st

from transcnn.course.building import BUDGET, CHANNELS, PLAIN, SIDE, DesignCheck, check
from transcnn.words.translator import Translator

_FIRST, _SECOND = (2, 28), (1, 28)  # the least and the most side that can be chosen


def show_building(t: Translator) -> None:
    """Draw the task, and the verdict once a design was checked."""
    st.markdown(
        t(
            "course.build_says",
            side=SIDE,
            channels=CHANNELS,
            budget=f"{BUDGET:,}",
            plain=f"{PLAIN:,}",
        )
    )
    with st.form("course_build"):
        first = st.number_input(t("course.build_first"), *_FIRST, 8, key="course_first")
        second = st.number_input(t("course.build_second"), *_SECOND, 4, key="course_second")
        if st.form_submit_button(t("course.build_check"), key="course_check"):
            _say(t, _checked(int(first), int(second)))


@st.cache_data(max_entries=256, show_spinner=False)
def _checked(first: int, second: int) -> DesignCheck:
    return check(first, second)


def _say(t: Translator, verdict: DesignCheck) -> None:
    st.markdown(t("course.build_cost", board=verdict.board, cost=f"{verdict.cost:,}"))
    if verdict.unreached is not None:
        (y, x), (v, u) = verdict.unreached
        st.warning(t("course.build_reach", y=y + 1, x=x + 1, v=v + 1, u=u + 1))
    elif verdict.broken == "cost":
        st.warning(t("course.build_too_dear"))
    else:
        st.success(t("course.build_right"))
