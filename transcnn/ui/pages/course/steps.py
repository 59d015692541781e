"""Going from step to step: any of them, the one before, the next."""

from dataclasses import replace

import streamlit as st

from transcnn.course.lessons import load_lesson
from transcnn.course.step import Step
from transcnn.course.steps import STEPS
from transcnn.ui.pages.course.context import StepContext
from transcnn.ui.pages.course.link import CourseChoice
from transcnn.ui.pages.course.progress import Progress

_STEP = "course_step"


def choose_step(context: StepContext) -> None:
    """Draw the list of steps with buttons to the neighbours, and how many are done."""
    t, here = context.t, STEPS.index(context.step)
    done = {key.name for key in context.state.part(Progress).revealed}
    st.session_state[_STEP] = context.step.number

    names = {step.number: _name(context, step, step.name in done) for step in STEPS}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            t("course.step"),
            list(names),
            format_func=names.__getitem__,
            key=_STEP,
            on_change=lambda: _go(context, st.session_state[_STEP]),
            width=330,
        )
        for by, key, icon in ((-1, "previous", "chevron_left"), (1, "next", "chevron_right")):
            to = STEPS[here + by].number if 0 <= here + by < len(STEPS) else context.step.number
            st.button(
                t(f"course.{key}"),
                icon=f":material/{icon}:",
                disabled=to == context.step.number,
                on_click=lambda to=to: _go(context, to),
                key=f"course_{key}",
            )
        st.markdown(t("course.done", done=len(done), steps=len(STEPS)))


def go_on(context: StepContext) -> None:
    """Draw the way to the next step, where this one was answered; after the last there is none."""
    here = STEPS.index(context.step)
    if here + 1 < len(STEPS):
        to = STEPS[here + 1]
        st.button(
            context.t("course.go_on", step=_name(context, to, False)),
            type="primary",
            icon=":material/chevron_right:",
            on_click=lambda: _go(context, to.number),
            key="course_go_on",
        )


def _name(context: StepContext, step: Step, revealed: bool) -> str:
    tick = "✓ " if revealed else ""
    return f"{tick}{step.number} · {load_lesson(step, context.state.language).title}"


def _go(context: StepContext, number: str) -> None:
    context.state.put(replace(context.state.part(CourseChoice), step=number))
