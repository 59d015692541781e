"""Going from step to step: any of them, the one before, the next."""

from dataclasses import replace

import streamlit as st

from transcnn.course.lessons import load_lesson
from transcnn.course.step import Step
from transcnn.course.steps import STEPS
from transcnn.ui.course.desk import Desk

_STEP = "course_step"


def choose_step(desk: Desk) -> None:
    """Draw the list of steps with the way to the neighbours, and how many are done."""
    say, here = desk.say, STEPS.index(desk.step)
    done = {place.split("|")[0] for place in desk.state.progress.revealed}
    st.session_state[_STEP] = desk.step.number

    def name(number: str) -> str:
        step = next(s for s in STEPS if s.number == number)
        tick = "✓ " if number in done else ""
        return f"{tick}{number}{_title(desk, step, number in done)}"

    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            say("course.step"),
            [step.number for step in STEPS],
            format_func=name,
            key=_STEP,
            on_change=lambda: _go(desk, st.session_state[_STEP]),
            width=330,
        )
        for by, key, icon in ((-1, "previous", "chevron_left"), (1, "next", "chevron_right")):
            to = STEPS[here + by].number if 0 <= here + by < len(STEPS) else desk.step.number
            st.button(
                say(f"course.{key}"),
                icon=f":material/{icon}:",
                disabled=to == desk.step.number,
                on_click=lambda to=to: _go(desk, to),
                key=f"course_{key}",
            )
        st.markdown(say("course.done", done=len(done), steps=len(STEPS)))


def _title(desk: Desk, step: Step, revealed: bool) -> str:
    """The title; that of a step which begins with a trap waits for its reveal."""
    if step.trap and not revealed:
        return ""
    return f" · {load_lesson(step, desk.state.language).title}"


def _go(desk: Desk, number: str) -> None:
    desk.state.take_step(replace(desk.state.course, step=number))
