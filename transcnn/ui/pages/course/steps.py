"""Going from step to step: any of them, the one before, the next."""

from dataclasses import replace

import streamlit as st

from transcnn.course.lessons import load_lesson
from transcnn.course.step import Step
from transcnn.course.steps import STEPS
from transcnn.ui.pages.course.context import Desk

_STEP = "course_step"


def choose_step(desk: Desk) -> None:
    """Draw the list of steps with the way to the neighbours, and how many are done."""
    say, here = desk.say, STEPS.index(desk.step)
    done = {place.split("|")[0] for place in desk.state.progress.revealed}
    st.session_state[_STEP] = desk.step.number

    names = {step.number: _name(desk, step, step.number in done) for step in STEPS}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            say("course.step"),
            list(names),
            format_func=names.__getitem__,
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


def _name(desk: Desk, step: Step, revealed: bool) -> str:
    """Number and title; the title of a step that begins with a trap waits for its reveal."""
    tick = "✓ " if revealed else ""
    if step.trap and not revealed:
        return step.number
    return f"{tick}{step.number} · {load_lesson(step, desk.state.language).title}"


def _go(desk: Desk, number: str) -> None:
    desk.state.take_step(replace(desk.state.course, step=number))
