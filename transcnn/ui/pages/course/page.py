"""The course page: which step, its picture and equation, its questions, what it says."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from transcnn.errors import ChoiceError
from transcnn.labels import class_labels
from transcnn.ui.app.cache import classifier, lab, running, trace_picture
from transcnn.ui.app.session import AppState
from transcnn.ui.app.view import Shown, take_shown, write_link
from transcnn.ui.components.copy_link import copy_link
from transcnn.ui.pages.course.link import read_course
from transcnn.ui.pages.course.progress import LARGEST, read_progress
from transcnn.words.translator import Translator, translator

if TYPE_CHECKING:
    from transcnn.course.submission import Submission
    from transcnn.ui.pages.course.context import StepContext

_FILE = "course_file"


def show() -> None:
    """Draw the page."""
    state = AppState()
    t = translator(state.language)
    st.title(t("course.title"))
    if not state.role.teaching:
        st.write(t("course.lede"))
    if state.upload_error is not None:
        st.error(t.error(state.upload_error))

    from transcnn.course.classroom.store import ClassState, Learner, Teacher
    from transcnn.course.lessons import load_lesson
    from transcnn.course.scene import Scene, first_query
    from transcnn.course.steps import STEPS, find_step
    from transcnn.ui.pages.course.before_after import show_before_after
    from transcnn.ui.pages.course.classroom import (
        current_answers,
        enter,
        follow_class,
        merge_into_progress,
    )
    from transcnn.ui.pages.course.context import StepContext
    from transcnn.ui.pages.course.glossary import show_glossary, show_word_card
    from transcnn.ui.pages.course.learner import show_bar, show_join_form, waits_for_words
    from transcnn.ui.pages.course.notes import show_notes
    from transcnn.ui.pages.course.questions import show_questions
    from transcnn.ui.pages.course.steps import choose_step
    from transcnn.ui.pages.course.teacher import (
        show_questions_to_all,
        show_teacher_panel,
        show_to_class,
    )
    from transcnn.ui.pages.course.touching import touch

    _follow_link(state)
    membership = enter(state, t)
    teaching, learning = state.role.teaching, isinstance(membership, Learner)
    class_state = ClassState() if membership is None else membership.class_state()
    answers: Mapping[str, Submission] = state.progress.submissions
    if membership is not None:
        follow_class(state, membership, class_state)
    if isinstance(membership, Learner):
        answered = membership.answered()
        answers = current_answers(answered, class_state)
        merge_into_progress(state.progress, answered, membership.seen(), class_state)
        show_bar(state, t, membership, class_state)
    elif teaching:
        show_teacher_panel(state, t, membership)
    else:
        show_join_form(state, t)
    shown = take_shown(state)
    step = find_step(state.course.step)
    _write_link(state, shown, step.number)
    config = state.config(state.model)
    scene = Scene(
        classifier(state.model),
        trace_picture(shown.opened, state.model),
        shown.opened.pixels,
        shown.source.digest,
        state.course.at or first_query(shown.source.sample, shown.opened.crop),
        state.course.hand,
        shown.source.sample,
        class_labels(state.language, config.classes, config.indices),
        state.course.box,
        state.course.right,
        state.course.board,
        lab(state.model, shown.source),
    )
    with st.spinner(t("course.running")), running:
        lacking = step.missing(scene)
        questions = {} if lacking else step.questions
        posed = {name: question.pose(scene) for name, question in questions.items()}
    context = StepContext(
        state,
        t,
        shown,
        step,
        load_lesson(step, state.language),
        scene,
        posed,
        answers,
        teaching,
        membership,
        class_state,
    )
    if isinstance(membership, Teacher):
        show_to_class(context)
    if not learning:
        choose_step(context)
    if step is STEPS[0]:
        show_word_card(t)
    facts = step.facts(scene)
    hidden = step.misleading_start and not context.revealed
    st.subheader(step.number if hidden else f"{step.number} · {context.lesson.title}")
    if step.body_first:
        st.markdown(context.lesson.body.format(**facts))
    left, right = st.columns([11, 9], gap="large")
    with left:
        touch(context)
        if equation := step.equation(scene, context.revealed):
            st.latex(_coloured(equation, context))
    with right:
        if lacking:
            st.info(t(f"course.lacks_{lacking}"))
        elif teaching:
            show_questions_to_all(context)
        else:
            show_questions(context)
        if context.seen:
            if not step.body_first:
                st.markdown(context.lesson.body.format(**facts))
            st.success(context.lesson.why.format(**facts), icon=":material/lightbulb:")
            if context.lesson.change is not None:
                st.markdown(f"**{t('course.change')}** {context.lesson.change}")
                st.markdown(f"**{t('course.present')}** {context.lesson.present}")
    if learning:
        state.followed.waits = waits_for_words(context)
    if teaching:
        show_notes(state.language, step.chapter)
    else:
        show_before_after(state, t)
    show_glossary(t)
    _hand_out(context)
    if not teaching or membership is None:
        _take_progress(state, t)
    if membership is None:  # in a class the address holds the key of a seat
        copied = t("downloads.copied" if shown.source.sample else "downloads.copied_upload")
        copy_link(
            {"copy": t("downloads.copy"), "copied": copied, "by_hand": t("downloads.by_hand")}
        )


def _coloured(equation: str, context: "StepContext") -> str:
    r"""\asker{t} and \seen{u} in the colours that the letters have on the picture."""
    return re.sub(
        r"\\(asker|seen)\{(\w)\}",
        lambda found: rf"\textcolor{{{context.colours[found[1]]}}}{{{found[2]}}}",
        equation,
    )


def _follow_link(state: AppState) -> None:
    """Go where the browser went back or forward to."""
    parts = ("step", "at", "hand")
    named = {name: st.query_params[name] for name in parts if name in st.query_params}
    if state.leads_elsewhere(named):
        there = read_course(named, state.config(state.model).input.size)
        state.take_step(replace(state.course, step=there.step, at=there.at, hand=there.hand))
    state.wrote_link(named)  # it has been followed, also if the page begins anew before it writes


def _write_link(state: AppState, shown: Shown, step: str) -> None:
    link = replace(state.course, step=step).link()
    if shown.source.sample is None:  # uploads are not part of links, nor are places on them
        link.pop("at", None)
    write_link(state, shown.source.sample, link, **state.role.link())


def _hand_out(context: "StepContext") -> None:
    """The chapter on paper; it is made when it is asked for, outside of the session."""
    from transcnn.reports.handout.html import render

    t, scene, chapter = context.t, context.scene, context.step.chapter
    title = context.shown.source.title

    def make() -> str:
        with running:
            return render(scene, chapter, t.language, title)

    st.download_button(
        t("course.handout", chapter=chapter),
        data=make,
        file_name=f"course-{chapter}.html",
        mime="text/html",
        on_click="ignore",
        help=t("course.handout_says"),
    )


def _take_progress(state: AppState, t: Translator) -> None:
    with st.expander(t("course.progress")):
        st.markdown(t("course.progress_says"))
        st.download_button(
            t("course.save"),
            data=state.progress.as_json,
            file_name="course.json",
            mime="application/json",
            on_click="ignore",
        )

        def load() -> None:
            file = st.session_state[_FILE]
            if file is None:
                return
            try:
                state.progress.add(read_progress(file.getvalue()))
            except ChoiceError:
                st.session_state["course_file_refused"] = True

        st.file_uploader(
            t("course.load"),
            type="json",
            key=_FILE,
            on_change=load,
            max_upload_size=LARGEST // 10**6,
        )
        if st.session_state.pop("course_file_refused", False):
            st.warning(t("course.not_a_file"))
