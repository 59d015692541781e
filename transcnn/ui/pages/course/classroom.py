"""The class that a visitor is a member of: entered by the code in the page's address and the key
that the browser keeps, and followed."""

import threading
import time
from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from transcnn.checkpoints.catalogue import is_shipped
from transcnn.course.answer_key import AnswerKey
from transcnn.course.classroom.rate_limiter import Rate, RateLimiter
from transcnn.course.classroom.slide import Slide
from transcnn.course.classroom.store import Classes, ClassState, Learner, Teacher
from transcnn.course.submission import Submission
from transcnn.errors import NoClass
from transcnn.pictures import CENTRE
from transcnn.ui.app.session import Session
from transcnn.ui.components.browser_key import held_key, keep_key
from transcnn.ui.pages.course.link import CourseChoice
from transcnn.ui.pages.course.progress import Progress
from transcnn.ui.pages.course.role import FollowedSlide, ForgottenKeys, Role, take_role
from transcnn.ui.server.browser import COOKIE, browser_of
from transcnn.words.translator import Translator, plain, translator

REFRESH_S = 3  # between two looks at whether the class went on
_SWEEP_S = 600.0


@st.cache_resource(show_spinner=False)
def classes() -> Classes:
    """The classes of this server; old ones are deleted every ten minutes from now on."""
    found = Classes()

    def sweep() -> None:
        while True:
            found.sweep()
            time.sleep(_SWEEP_S)

    threading.Thread(target=sweep, name="classes", daemon=True).start()
    return found


@st.cache_resource(show_spinner=False)
def rate_limiter(rate: Rate) -> RateLimiter:
    """One for all visitors of this server."""
    return RateLimiter(rate)


def visitor(state: Session) -> tuple[str, str]:
    """Session and address, as limits count them."""
    return state.id, st.context.ip_address or ""


def browser(state: Session) -> str:
    """What tells this browser from others; of one that sends no cookies, this session."""
    return browser_of(st.context.cookies.get(COOKIE, "")) or state.id


def enter(state: Session, t: Translator) -> Teacher | Learner | None:
    """The visitor's class; where it does not exist, that is said, and they are alone."""
    role = state.part(Role)
    if not role.key and (held := held_key(role.key_name)):
        role = replace(role, key=held)
        state.put(role)
    known = classes()  # from the first visit on, what is too old is deleted
    if not role.key:
        return None
    try:
        membership = known.enter(role.code, role.key)
    except NoClass as error:
        st.warning(plain(t.error(error)))
        take_role(state, Role(teaching=role.teaching))
        return None
    if role.teaching != isinstance(membership, Teacher):  # a key of the other kind than the view
        take_role(state, Role(isinstance(membership, Teacher), role.code, role.key))
    return membership


def keep_own_key(state: Session) -> bool:
    """Let the browser keep the key of the visitor's role; whether it is known if it has one."""
    role = state.part(Role)
    keep_key(role.key_name, role.key, state.part(ForgottenKeys).names)
    return not role.code or bool(role.key) or held_key(role.key_name) is not None


def current_slide(state: Session) -> Slide:
    """What the visitor looks at, as a slide."""
    sample = state.shown_sample if state.crop == CENTRE else None  # a moved crop is no slide's
    shared = None if sample else state.image.digest
    choice = state.part(CourseChoice).plain
    return Slide(model=state.model, choice=choice, sample=sample, shared=shared)


def follow_class(state: Session, membership: Teacher | Learner, class_state: ClassState) -> None:
    """Go where the class is, if it went on: a learner whose page waits for their words stays until
    they want to, a teacher goes only when they come back after a restart.
    """
    slide, followed = class_state.slide, state.part(FollowedSlide)
    if slide is None or followed.slide == slide:
        return
    if current_slide(state) == slide:
        followed.slide = slide
    elif not followed.waits and (isinstance(membership, Learner) or followed.slide is None):
        go_to_slide(state, membership, slide)
        st.rerun()  # the sidebar is drawn already, with the image before


def go_to_slide(state: Session, membership: Teacher | Learner, slide: Slide) -> None:
    """Look at `slide`."""
    if slide.sample is not None:
        if state.shown_sample != slide.sample or state.crop != CENTRE:
            state.show_sample(slide.sample)
    elif slide.shared is not None and (
        state.shown_sample is not None or state.image.digest != slide.shared
    ):
        data = membership.picture(slide.shared)
        if data is None:  # another one is shared by now: the next slide shows it
            return
        title = translator(state.language)("classroom.shared_picture")
        state.show_upload(title, title, data)
    if state.model != slide.model and (
        is_shipped(slide.model) or slide.model in state.custom_models
    ):
        state.show_model(slide.model)
    state.put(CourseChoice(**vars(slide.choice)))
    state.part(FollowedSlide).slide, state.part(FollowedSlide).waits = slide, False


def can_be_shown(slide: Slide, teacher: Teacher, class_state: ClassState) -> bool:
    """Whether a class can see what its teacher looks at: a sample or the image that was shared,
    and a network that every visitor has, or the one that the class was given.
    """
    known = slide.shared is None or teacher.picture(slide.shared) is not None
    return known and (is_shipped(slide.model) or slide.model == class_state.network)


def current_answers(
    answered: Mapping[AnswerKey, Mapping[int, Submission]], class_state: ClassState
) -> Mapping[AnswerKey, Submission]:
    """Of what a learner has answered by question and round: the second round where it is open,
    else of the last.
    """
    found = {}
    for key, rounds in answered.items():
        submission = rounds.get(2) if class_state.vote(key) == "second" else rounds[max(rounds)]
        if submission is not None:
            found[key] = submission
    return found


def merge_into_progress(
    progress: Progress,
    answered: Mapping[AnswerKey, Mapping[int, Submission]],
    seen: Mapping[AnswerKey, str],
    class_state: ClassState,
) -> None:
    """Let the learner's own progress hold what they answered and saw in class, to stay when they
    leave: of two rounds the last answer, and every step that was revealed.
    """
    progress.submissions |= {key: rounds[max(rounds)] for key, rounds in answered.items()}
    progress.observations |= seen
    progress.revealed |= class_state.revealed
