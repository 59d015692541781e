"""A learner in a class: joins by its code, follows the teacher, leaves."""

import streamlit as st

from transcnn.course.classroom.codes import LONGEST_NAME, read_code
from transcnn.course.classroom.rate_limiter import JOINS, WRONG_CODES
from transcnn.course.classroom.store import ClassState, Learner
from transcnn.errors import ClassError, NoClass, RemovedFromClass, TooManyCodes, TooManyJoins
from transcnn.ui.app.session import Session
from transcnn.ui.pages.course.classroom import (
    REFRESH_S,
    browser,
    classes,
    current_slide,
    go_to_slide,
    rate_limiter,
    visitor,
)
from transcnn.ui.pages.course.context import StepContext
from transcnn.ui.pages.course.role import Role, take_role
from transcnn.words.translator import Translator, plain

_CODE, _NAME, _REFUSED = "class_code", "class_name", "class_refused"


def show_join_form(state: Session, t: Translator) -> None:
    """Draw the form to join a class by code, and the button to the teacher's view."""
    named = state.part(Role).code
    with st.expander(t("classroom.join"), expanded=bool(named), icon=":material/groups:"):
        with st.form("class_door", border=False):
            st.text_input(
                t("classroom.code"), read_code(named) or "", key=_CODE, max_chars=20, width=220
            )
            st.text_input(t("classroom.name"), key=_NAME, max_chars=LONGEST_NAME, width=330)
            st.caption(t("classroom.join_says"))
            st.form_submit_button(
                t("classroom.join_button"), key="class_join", on_click=lambda: _join(state)
            )
        refused: ClassError | None = st.session_state.pop(_REFUSED, None)
        if refused is not None:
            st.warning(plain(t.error(refused)))
        st.button(
            t("classroom.teach"),
            icon=":material/co_present:",
            key="class_teach",
            on_click=lambda: take_role(state, Role(teaching=True)),
        )


def _join(state: Session) -> None:
    typed = st.session_state[_CODE] or ""
    wrong, joins, who = rate_limiter(WRONG_CODES), rate_limiter(JOINS), visitor(state)
    code = read_code(typed)
    try:
        if (wait := wrong.wait_s(*who)) > 0:
            raise TooManyCodes(seconds=int(wait) + 1)
        if (wait := joins.wait_s(*who)) > 0:
            raise TooManyJoins(seconds=int(wait) + 1)
        if code is None:
            raise NoClass(code=typed[:20] or "…")
        key = classes().join(code, st.session_state[_NAME] or "", browser(state))
        joins.note(*who)
        take_role(state, Role(code=code, key=key))
    except ClassError as error:
        if isinstance(error, NoClass) and not isinstance(error, RemovedFromClass):
            wrong.note(*who)
        st.session_state[_REFUSED] = error


def show_bar(state: Session, t: Translator, learner: Learner, class_state: ClassState) -> None:
    """Draw which class this is, the learner's name, and where the class has gone meanwhile."""
    slide = class_state.slide
    with st.container(border=True, key="class_bar"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(t("classroom.in_class", code=spell_code(learner.code)), width="content")
            st.text(
                learner.name or t("classroom.nameless", number=learner.member_id), width="content"
            )
            st.button(
                t("classroom.leave"),
                key="class_leave",
                on_click=lambda: take_role(state, Role()),
            )
        if slide is None:
            st.caption(t("classroom.nothing_yet"))
        _watch(learner, class_state.version)
    # Always there, so that what comes after it keeps its place and its half-typed words.
    with st.container(key="class_notice"):
        if slide is not None and current_slide(state) != slide:

            def go() -> None:
                try:
                    go_to_slide(state, learner, slide)
                except NoClass:
                    return  # it is over: the page says so as soon as it is drawn

            st.button(
                t("classroom.go_there", step=slide.choice.step),
                type="primary",
                icon=":material/campaign:",
                key="class_go",
                help=t("classroom.elsewhere"),
                on_click=go,
            )


@st.fragment(run_every=REFRESH_S)
def _watch(learner: Learner, version: int) -> None:
    """Draw the page anew once the class went on; what is being typed stays in its fields."""
    try:
        went_on = learner.version() != version
    except NoClass:
        went_on = True
    if went_on:
        st.rerun()


def spell_code(code: str) -> str:
    """A code in two groups of three digits."""
    return f"{code[:3]} {code[3:]}"


def show_vote_state(context: StepContext, name: str) -> None:
    """Say to a learner which vote on the question is open or over."""
    vote = context.vote(name)
    if not context.in_class or context.revealed or vote == "first":
        return
    if vote == "second":
        st.info(context.t("classroom.second_vote"), icon=":material/how_to_vote:")
    else:
        st.info(context.t(f"classroom.{vote}"), icon=":material/forum:")


def waits_for_words(context: StepContext) -> bool:
    """Whether a learner may be in the middle of an answer: what is typed in a form is not known
    before it is sent.
    """
    asked = [name for name, posed in context.posed.items() if posed is not None]
    writes = context.revealed and not context.explained and context.observation is None
    return any(map(context.can_answer, asked)) or writes
