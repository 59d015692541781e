"""The course page: which step, its picture and equation, its questions, what it says."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from transcnn.errors import ChoiceError
from transcnn.labels import class_labels
from transcnn.ui.app.image_page import take_image_page
from transcnn.ui.app.networks import classifier, running, trace_image
from transcnn.ui.app.session import Session
from transcnn.ui.components.copy_link import copy_link
from transcnn.ui.pages.course.data import lab
from transcnn.ui.pages.course.link import CourseChoice
from transcnn.ui.pages.course.progress import LARGEST, Progress, read_progress
from transcnn.ui.pages.course.role import FollowedSlide, Role
from transcnn.words.translator import Translator, translator

if TYPE_CHECKING:
    from transcnn.course.submission import Submission
    from transcnn.ui.pages.course.context import StepContext

_FILE = "course_file"


def show() -> None:
    """Draw the page."""
    state = Session.get()
    t = translator(state.language)
    st.title(t("course.title"))
    if not state.part(Role).teaching:
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

    state.follow_link(CourseChoice)
    membership = enter(state, t)
    teaching, learning = state.part(Role).teaching, isinstance(membership, Learner)
    class_state = ClassState() if membership is None else membership.class_state()
    answers: Mapping[str, Submission] = state.part(Progress).submissions
    if membership is not None:
        follow_class(state, membership, class_state)
    if isinstance(membership, Learner):
        answered = membership.answered()
        answers = current_answers(answered, class_state)
        merge_into_progress(state.part(Progress), answered, membership.seen(), class_state)
        show_bar(state, t, membership, class_state)
    elif teaching:
        show_teacher_panel(state, t, membership)
    else:
        show_join_form(state, t)
    shown = take_image_page(state)
    step = find_step(state.part(CourseChoice).step)
    choice = replace(state.part(CourseChoice), step=step.number)
    state.write_link(choice, besides=(state.part(Role),))
    config = state.config(state.model)
    scene = Scene(
        classifier(state.model),
        trace_image(shown.prepared, state.model),
        shown.prepared.pixels,
        shown.image.digest,
        state.part(CourseChoice).at or first_query(shown.image.sample, shown.prepared.crop),
        state.part(CourseChoice).hand,
        shown.image.sample,
        class_labels(state.language, config.classes, config.indices),
        state.part(CourseChoice).box,
        state.part(CourseChoice).right,
        state.part(CourseChoice).board,
        lab(state.model, shown.image),
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
        state.part(FollowedSlide).waits = waits_for_words(context)
    if teaching:
        show_notes(state.language, step.chapter)
    else:
        show_before_after(state, t)
    show_glossary(t)
    _hand_out(context)
    if not teaching or membership is None:
        _take_progress(state, t)
    if membership is None:  # in a class the address holds the key of a seat
        copied = t("downloads.copied" if shown.image.sample else "downloads.copied_upload")
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


def _hand_out(context: "StepContext") -> None:
    """The chapter on paper; it is made when it is asked for, outside of the session."""
    from transcnn.reports.handout.html import render

    t, scene, chapter = context.t, context.scene, context.step.chapter
    title = context.shown.image.title

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


def _take_progress(state: Session, t: Translator) -> None:
    with st.expander(t("course.progress")):
        st.markdown(t("course.progress_says"))
        st.download_button(
            t("course.save"),
            data=state.part(Progress).as_json,
            file_name="course.json",
            mime="application/json",
            on_click="ignore",
        )

        def load() -> None:
            file = st.session_state[_FILE]
            if file is None:
                return
            try:
                state.part(Progress).add(read_progress(file.getvalue()))
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
