"""One step of the course: its picture, equation, questions and text, and what goes with it."""

import contextlib
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import streamlit as st

from transcnn.course.answer_key import AnswerKey
from transcnn.course.classroom.store import ClassState, Learner, Teacher
from transcnn.course.lessons import FilledText
from transcnn.course.scene import Scene
from transcnn.course.steps import STEPS, find_step
from transcnn.course.submission import Submission
from transcnn.errors import ChoiceError
from transcnn.reports.handout.html import render
from transcnn.ui.app.image_page import ImagePage, take_image_page
from transcnn.ui.app.images import see_whole
from transcnn.ui.app.networks import classifier, trace_image
from transcnn.ui.app.session import Session
from transcnn.ui.app.tasks import computing
from transcnn.ui.components.copy_link import copy_link
from transcnn.ui.components.scroll_here import scroll_here
from transcnn.ui.components.session_memory import session_memory
from transcnn.ui.pages.course.before_after import show_before_after
from transcnn.ui.pages.course.classroom import (
    current_answers,
    enter,
    follow_class,
    keep_own_key,
    merge_into_progress,
)
from transcnn.ui.pages.course.context import StepContext
from transcnn.ui.pages.course.data import lab
from transcnn.ui.pages.course.glossary import mount_cards, show_glossary, show_word_card
from transcnn.ui.pages.course.learner import show_bar, show_join_form, waits_for_words
from transcnn.ui.pages.course.link import CourseChoice
from transcnn.ui.pages.course.networks import take_class_network
from transcnn.ui.pages.course.notes import show_notes
from transcnn.ui.pages.course.progress import LARGEST, Progress, read_progress
from transcnn.ui.pages.course.questions import ask_what_was_seen, show_questions
from transcnn.ui.pages.course.role import FollowedSlide, Role
from transcnn.ui.pages.course.steps import choose_step, go_on
from transcnn.ui.pages.course.summary import SummaryShown, show_summary
from transcnn.ui.pages.course.teacher import (
    show_questions_to_all,
    show_teacher_panel,
    show_to_class,
)
from transcnn.ui.pages.course.touching import touch
from transcnn.words.translator import Translator

_FILE = "course_file"


def show_course(state: Session, t: Translator) -> None:
    """Draw the class, if the visitor is in one, and the step that they are at."""
    _remember_progress(state)
    state.follow_link(CourseChoice)
    membership = enter(state, t)
    key_is_known = keep_own_key(state)
    class_state = ClassState() if membership is None else membership.class_state()
    answers = _show_class(state, t, membership, class_state)
    if isinstance(membership, Teacher) and state.part(SummaryShown).shown:
        show_summary(t, membership, class_state)
        return
    shown, step = take_image_page(state), find_step(state.part(CourseChoice).step)
    choice = replace(state.part(CourseChoice), step=step.number)
    if key_is_known:  # until then the address may hold a key in its fragment
        state.write_link(choice, besides=(state.part(Role),))
    scene = _scene(state, shown)
    with st.spinner(t("course.running")), computing:
        missing = step.missing(scene)
        questions = {} if missing else step.questions
        posed = {name: question.pose(scene) for name, question in questions.items()}
    context = StepContext(
        state=state,
        t=t,
        shown=shown,
        step=step,
        scene=scene,
        posed=posed,
        answers=answers,
        membership=membership,
        class_state=class_state,
    )
    if isinstance(membership, Teacher):
        show_to_class(context)
    if not context.in_class:
        choose_step(context)
    if step is STEPS[0]:
        show_word_card(t)
    _show_step(context, missing)
    if context.in_class:
        state.part(FollowedSlide).waits = waits_for_words(context)
    _show_below(context)


def _remember_progress(state: Session) -> None:
    """Let the tab keep what was answered: should its session be lost, a new one gets it back."""
    progress = state.part(Progress)

    def take_back(file: str) -> None:
        with contextlib.suppress(ChoiceError):
            progress.add(read_progress(file.encode()))

    kept = progress.as_json() if progress.holds_anything else ""
    session_memory("progress", state.id, kept, take_back)


def _show_class(
    state: Session,
    t: Translator,
    membership: Teacher | Learner | None,
    class_state: ClassState,
) -> Mapping[AnswerKey, Submission]:
    """Draw the class above the step, and go where it is; the answers that count there."""
    if membership is not None:
        take_class_network(state, t, membership, class_state)
        follow_class(state, membership, class_state)
    if isinstance(membership, Learner):
        answered = membership.answered()
        merge_into_progress(state.part(Progress), answered, membership.observations(), class_state)
        show_bar(state, t, membership, class_state)
        return current_answers(answered, class_state)
    if state.part(Role).teaching:
        show_teacher_panel(state, t, membership, class_state)
    else:
        show_join_form(state, t)
    return state.part(Progress).submissions


def _scene(state: Session, shown: ImagePage) -> Scene:
    config = state.config(state.model)
    return Scene(
        classifier=classifier(state.model),
        trace=trace_image(shown.prepared, state.model),
        pixels=shown.prepared.pixels,
        digest=shown.image.digest,
        sample=shown.image.sample,
        labels=config.class_set.said_in(state.language),
        choice=state.part(CourseChoice).plain,
        kept=lab(state.model, shown.image),
        whole=partial(see_whole, shown.image),
    )


def _show_step(context: StepContext, missing: str | None) -> None:
    """Draw the step; `missing` names what this image lacks for its questions."""
    t, step, lesson = context.t, context.step, context.lesson
    text = lesson.fill(step, context.scene, context.written)
    scroll_here(step.number)
    st.subheader(f"{step.number} · {lesson.title}")
    if not missing:
        st.markdown(context.linked(text.lead))
    left, right = st.columns([11, 9], gap="large")
    with left:
        touch(context)
        if equation := step.equation(context.scene, context.revealed):
            st.latex(_coloured(equation, context))
    with right:
        if missing:
            st.info(t(f"course.lacks_{missing}"))
        elif context.teaching:
            show_questions_to_all(context)
        else:
            show_questions(context)
        if context.explained:
            _show_explanation(context, text)
        if context.revealed and not context.teaching:
            if not context.in_class:
                go_on(context)
            ask_what_was_seen(context)


def _show_explanation(context: StepContext, text: FilledText) -> None:
    """Draw why it is so, where the answers were given."""
    t, lesson = context.t, context.lesson
    st.markdown(context.linked(text.body))
    st.success(context.linked(text.why), icon=":material/lightbulb:")
    if lesson.change is not None:
        st.markdown(f"**{t('course.change')}** {lesson.change}")
        st.markdown(f"**{t('course.present')}** {lesson.present}")


def _show_below(context: StepContext) -> None:
    """Draw what goes with the course: notes or tests, glossary, handout, progress, link."""
    state, t = context.state, context.t
    if context.teaching:
        show_notes(state.language, context.step.chapter)
    else:
        show_before_after(state, t)
    show_glossary(t)
    mount_cards(t)
    _hand_out(context)
    if not context.teaching or context.membership is None:
        _take_progress(state, t)
    if context.membership is None:  # in a class the address is of it
        sample = context.shown.image.sample
        copied = t("downloads.copied" if sample else "downloads.copied_upload")
        copy_link(
            {"copy": t("downloads.copy"), "copied": copied, "by_hand": t("downloads.by_hand")}
        )


def _coloured(equation: str, context: StepContext) -> str:
    r"""\query{t} and \key{u} in the colours that the letters have on the picture."""
    return re.sub(
        r"\\(query|key)\{(\w)\}",
        lambda found: rf"\textcolor{{{context.colours[found[1]]}}}{{{found[2]}}}",
        equation,
    )


def _hand_out(context: StepContext) -> None:
    """The chapter on paper; it is made when it is asked for, outside of the session."""
    t, scene, chapter = context.t, context.scene, context.step.chapter
    title = context.shown.image.title

    def make() -> str:
        with computing:
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
