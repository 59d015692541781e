"""Guesses, how sure one is, and afterwards guess and outcome side by side."""

import math

import streamlit as st

from transcnn.course.answer_key import AnswerKey
from transcnn.course.questions import (
    Choose,
    Click,
    Draw,
    Estimate,
    Guess,
    Order,
    PosedQuestion,
    Tick,
    parse_number,
    spell_number,
)
from transcnn.course.submission import CONFIDENCE_LEVELS, Submission
from transcnn.ui.pages.course.context import StepContext
from transcnn.ui.pages.course.learner import show_vote_state
from transcnn.ui.pages.course.progress import LONGEST, Progress

_SIGNS = {"hit": "✓", "near": "≈", "miss": "✗"}


def show_questions(context: StepContext) -> None:
    """Draw every question of the step: to be answered, or as it was."""
    for number, (name, posed) in enumerate(context.posed.items(), 1):
        if posed is None:
            st.info(context.t("course.left_out", number=number))
            continue
        with st.container(border=True):
            st.markdown(f"**{number}.** {context.linked(context.formatted(name, posed).question)}")
            show_vote_state(context, name)
            submission = context.submission(name)
            if context.can_answer(name):
                _ask(context, name, posed)
            elif submission is not None or context.revealed:
                _show_kept(context, name, posed, submission)
    if context.revealed:
        return
    if context.in_class:
        st.caption(context.t("classroom.teacher_reveals"))
    else:
        st.button(
            context.t("course.reveal"),
            type="primary",
            disabled=not context.all_submitted,
            help=None if context.all_submitted else context.t("course.predict_first"),
            key="course_reveal",
            on_click=lambda: context.state.part(Progress).revealed.add(context.step_key),
        )
        if not context.all_submitted:
            st.caption(context.t("course.predict_first"))


def _ask(context: StepContext, name: str, posed: PosedQuestion) -> None:
    t, key, formatted = context.t, context.question_key(name), context.formatted(name, posed)
    guess_key, sure_key = f"guess|{key}", f"sure|{key}"
    clicked = st.session_state.get(clicked_key(key))
    if isinstance(posed.asks, Click | Draw):
        own = isinstance(posed.asks, Click) and _own_left_out(posed.asks)
        how = "course.how_to_draw" if isinstance(posed.asks, Draw) else "course.how_to_click"
        st.markdown(f"{t(how)} {t('course.not_itself') if own else ''}")
        if isinstance(posed.asks, Click) and posed.asks.or_none:
            st.button(
                t("course.none_helps"),
                key=f"none|{key}",
                on_click=lambda: st.session_state.update({clicked_key(key): ()}),
            )
        if clicked is not None:
            st.markdown(f"**{formatted.guess(clicked)}**")
    with st.form(f"form|{key}", border=False):
        match posed.asks:
            case Choose(options=options):
                st.radio(
                    t("course.guess"),
                    options,
                    index=None,
                    format_func=formatted.option,
                    key=guess_key,
                    label_visibility="collapsed",
                )
            case Tick(options=options):
                for option in options:
                    st.checkbox(formatted.option(option), key=f"{guess_key}|{option}")
            case Order() as order:
                st.radio(
                    t("course.guess"),
                    order.answers,
                    index=None,
                    format_func=formatted.guess,
                    key=guess_key,
                    label_visibility="collapsed",
                )
            case Estimate():
                st.text_input(t("course.guess"), key=guess_key, max_chars=24, width=180)
        st.radio(
            t("course.how_sure"),
            CONFIDENCE_LEVELS,
            index=None,
            format_func=lambda sure: t(f"course.sure_{sure}"),
            key=sure_key,
            horizontal=True,
        )
        st.form_submit_button(
            t("course.keep"),
            key=f"keep|{key}",
            on_click=lambda: _keep(context, name, posed, guess_key, sure_key),
        )
    if st.session_state.pop(f"refused|{key}", False):
        st.warning(t("course.incomplete"))


def clicked_key(key: AnswerKey) -> str:
    """Where the session keeps the cell that was clicked for the question `key`."""
    return f"clicked|{key}"


def _own_left_out(asks: Click) -> bool:
    return bool((asks.values != asks.values).any())  # NaN


def _keep(
    context: StepContext, name: str, posed: PosedQuestion, guess_key: str, sure_key: str
) -> None:
    key, given = context.question_key(name), st.session_state.get(guess_key)
    guess: Guess | None = given
    if isinstance(posed.asks, Click | Draw):
        guess = st.session_state.get(clicked_key(key))
    elif isinstance(posed.asks, Tick):
        options = posed.asks.options
        guess = tuple(o for o in options if st.session_state.get(f"{guess_key}|{o}"))
    elif isinstance(posed.asks, Estimate):
        guess = parse_number(given or "")
    sure = st.session_state.get(sure_key)
    if guess is None or sure is None or not posed.takes(guess):
        st.session_state[f"refused|{key}"] = True
        return
    context.submit(name, Submission(guess, sure))
    st.session_state.pop(clicked_key(key), None)  # a second vote begins anew


def _show_kept(
    context: StepContext, name: str, posed: PosedQuestion, submission: Submission | None
) -> None:
    t, formatted = context.t, context.formatted(name, posed)
    left, right = st.columns(2)
    if submission is not None:
        left.caption(t("course.your_guess", sure=t(f"course.sure_{submission.sure}")))
        left.markdown(f"**{formatted.guess(submission.guess)}**")
    if not context.revealed:
        return
    with right:
        show_outcome(context, name, posed)
    if submission is None:
        return
    mark = posed.mark(submission.guess)
    near = mark == "near" and isinstance(posed.asks, Draw)
    st.markdown(f"{_SIGNS[mark]} {t('course.near_draw' if near else f'course.{mark}')}")
    if isinstance(posed.asks, Estimate):
        _say_distance(context, posed.asks, float(submission.guess))  # type: ignore[arg-type]
    if (misconception := posed.misconception(submission.guess)) is not None:
        st.markdown(formatted.misconception(misconception))
    if isinstance(posed.asks, Estimate) and posed.asks.even_would_do:
        st.caption(t("course.even_would_do"))


def _say_distance(context: StepContext, asks: Estimate, guess: float) -> None:
    """How far an estimate was off, where that can be said; an exact number is right or not."""
    distance, by_factor = asks.distance(guess), asks.factor > 1
    off = spell_number(distance) if math.isfinite(distance) else "inf"
    if not asks.exact and off not in ("1" if by_factor else "0", "inf"):
        st.caption(context.t("course.off_factor" if by_factor else "course.off_by", off=off))


def show_outcome(context: StepContext, name: str, posed: PosedQuestion) -> None:
    """What was right."""
    st.caption(context.t("course.outcome"))
    st.markdown(f"**{context.formatted(name, posed).right}**")


def ask_what_was_seen(context: StepContext) -> None:
    """Draw what there is to look at again, with room for a note; nothing waits for it."""
    t = context.t
    asks = f"{t('course.saw')} {context.lesson.saw}"
    if context.observation is not None:
        st.caption(asks)
        st.text(context.observation or t("course.saw_nothing"))
        return
    key = f"saw|{context.step_key}"
    with st.form(f"form|{key}"):
        st.text_area(
            asks, key=key, max_chars=LONGEST, height=80, placeholder=t("course.saw_optional")
        )
        st.form_submit_button(
            t("course.keep_saw"),
            key=f"keep|{key}",
            on_click=lambda: context.observe(st.session_state[key] or ""),
        )
