"""The teacher's view: questions for everybody, hidden answers, a class that joins by a code."""

import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import streamlit as st
from PIL import Image

from transcnn.course.answer_key import AnswerKey
from transcnn.course.classroom.rate_limiter import BEGUN_CLASSES
from transcnn.course.classroom.store import ROUNDS, ClassState, Teacher, Vote
from transcnn.course.classroom.table import as_csv
from transcnn.course.classroom.tally import percent
from transcnn.course.questions import PosedQuestion
from transcnn.errors import ClassError, FolderError, NoClass, TooManyBegun, TransCNNError
from transcnn.pictures import CENTRE, decode
from transcnn.ui.app.images import decoding
from transcnn.ui.app.session import Session
from transcnn.ui.components.timer import timer
from transcnn.ui.pages.course.classroom import (
    REFRESH_S,
    can_be_shown,
    classes,
    current_slide,
    rate_limiter,
    visitor,
)
from transcnn.ui.pages.course.context import StepContext
from transcnn.ui.pages.course.invitation import offer_teacher_link, show_invitation
from transcnn.ui.pages.course.learner import spell_code
from transcnn.ui.pages.course.networks import offer_network
from transcnn.ui.pages.course.progress import Progress
from transcnn.ui.pages.course.questions import show_outcome
from transcnn.ui.pages.course.role import FollowedSlide, Role, take_role
from transcnn.ui.pages.course.summary import offer_summary
from transcnn.ui.pages.course.votes import show_votes
from transcnn.words.translator import Translator, plain

_LARGER = "<style>html { font-size: 19px; }</style>"  # Streamlit's sizes are shares of this
_SHARED_SIDE = 1024  # pixels, the longer side of an image that is shared
_REFUSED = "class_not_begun"
# From the first vote on: when talking in pairs gains little, and when a hint comes before it.
_MANY, _FEW = 80, 30  # percent right


def show_teacher_panel(
    state: Session, t: Translator, membership: Teacher | None, class_state: ClassState
) -> None:
    """Draw what stands above the step: the class, or a button to start one, and the timer."""
    st.html(_LARGER)
    with st.container(border=True, key="class_podium"):
        if membership is None:
            _offer_class(state, t)
        else:
            _show_class(state, t, membership, class_state)
        timer(t.table("timer"))


def _offer_class(state: Session, t: Translator) -> None:
    def begin() -> None:
        limiter, who = rate_limiter(BEGUN_CLASSES), visitor(state)
        try:
            if (wait := limiter.wait_s(*who)) > 0:
                raise TooManyBegun(minutes=int(wait / 60) + 1)
            code, key = classes().begin()
        except (ClassError, FolderError) as error:
            st.session_state[_REFUSED] = error
        else:
            limiter.note(*who)
            take_role(state, Role(True, code, key))

    st.markdown(t("classroom.teacher_view"))
    with st.container(horizontal=True):
        st.button(t("classroom.begin"), type="primary", key="class_begin", on_click=begin)
        st.button(
            t("classroom.leave_view"),
            key="class_leave_view",
            on_click=lambda: take_role(state, Role()),
        )
    refused: TransCNNError | None = st.session_state.pop(_REFUSED, None)
    if refused is not None:
        st.warning(plain(t.error(refused)))


def _show_class(
    state: Session, t: Translator, membership: Teacher, class_state: ClassState
) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header(spell_code(membership.code), anchor=False, width="content")
        st.markdown(t("classroom.how_to_join"), width="content")
        _show_joined(t, membership)
        offer_network(state, t, membership, class_state)
        offer_summary(state, t)
        offer_teacher_link(t, membership.code, state.part(Role).key)
        with st.popover(t("classroom.end")):
            st.markdown(t("classroom.end_says"))
            st.download_button(
                t("classroom.csv"),
                data=lambda: as_csv(membership, t),
                file_name="classroom.csv",
                mime="text/csv",
                key="class_csv",
                on_click="ignore",
            )
            st.button(
                t("classroom.end_now"), key="class_end", on_click=lambda: _end(state, membership)
            )
    show_invitation(t, membership.code, not membership.members())
    st.caption(t("classroom.key_says"))


def _end(state: Session, membership: Teacher) -> None:
    _unless_over(membership.end)
    take_role(state, Role(teaching=True))


@st.fragment(run_every=REFRESH_S)
def _show_joined(t: Translator, membership: Teacher) -> None:
    try:
        members, locked = membership.members(), membership.class_state().locked
    except NoClass:
        st.rerun()
    known = {
        number: f"{number}. {name}" if name else t("classroom.nameless", number=number)
        for number, name in members.items()
    }
    with st.popover(t("classroom.joined", count=len(known)), key="class_joined"):
        st.session_state["class_lock"] = locked
        st.toggle(
            t("classroom.lock"),
            key="class_lock",
            on_change=lambda: _unless_over(
                lambda: membership.lock(bool(st.session_state["class_lock"]))
            ),
        )
        if known:
            _offer_removal(t, membership, known)
        st.text("\n".join(known.values()) or "–")


def _offer_removal(t: Translator, membership: Teacher, known: Mapping[int, str]) -> None:
    chosen = st.multiselect(
        t("classroom.remove_who"),
        list(known),
        format_func=lambda number: known.get(number, ""),
        placeholder="",
        select_all=False,
        key="class_removes",
    )
    if chosen:
        st.caption(t("classroom.remove_says"))
        st.button(
            t("classroom.remove"),
            key="class_remove",
            on_click=lambda: _remove(membership, chosen),
        )


def _remove(membership: Teacher, chosen: list[int]) -> None:
    for member_id in chosen:
        _unless_over(partial(membership.remove, member_id))
    st.session_state["class_removes"] = []


def show_to_class(context: StepContext) -> None:
    """Let the class see what the teacher looks at, or say why it cannot."""
    membership, state = context.membership, context.state
    assert isinstance(membership, Teacher)
    slide = current_slide(state)
    choice = replace(slide.choice, step=context.step.number, query=context.scene.query)
    slide = replace(slide, choice=choice)
    if can_be_shown(slide, membership, context.class_state):
        if slide != context.class_state.slide:
            posed = {context.question_key(n): p for n, p in context.posed.items() if p is not None}
            membership.ask(posed)
            membership.show(slide)
        state.part(FollowedSlide).slide = slide
        return
    st.info(context.t("classroom.only_you"), icon=":material/visibility_off:")
    if slide.shared is not None:
        st.button(
            context.t("classroom.share"),
            key="class_share",
            on_click=lambda: _share(context, membership),
        )


def _share(context: StepContext, membership: Teacher) -> None:
    """Give the class a smaller copy of the image, without what cameras write beside it."""
    source = context.shown.image
    with decoding:
        image = decode(source.data).image
        if source.crop != CENTRE:
            image = image.crop(context.shown.prepared.crop.box)
        image.thumbnail((_SHARED_SIDE, _SHARED_SIDE), Image.Resampling.LANCZOS)
        file = io.BytesIO()
        image.save(file, "JPEG", quality=92)
    context.state.show_upload(source.title, source.alt, file.getvalue())
    _unless_over(lambda: membership.share(context.state.image.digest, file.getvalue()))


def _unless_over(do: Callable[[], None]) -> None:
    """For clicks: if the class is over by now, the page says so as soon as it is drawn."""
    try:
        do()
    except NoClass:
        return


def show_questions_to_all(context: StepContext) -> None:
    """Draw every question of the step, to be answered by the class, and the reveal."""
    t, membership = context.t, context.membership
    for number, (name, posed) in enumerate(context.posed.items(), 1):
        if posed is None:
            st.info(t("course.left_out", number=number))
            continue
        formatted = context.formatted(name, posed)
        with st.container(border=True):
            st.markdown(f"**{number}.** {context.linked(formatted.question)}")
            if formatted.options:
                st.markdown("\n".join(f"- {formatted.option(o)}" for o in formatted.options))
            if isinstance(membership, Teacher):
                _show_vote(context, membership, name, posed)
            if context.revealed:
                show_outcome(context, name, posed)
    if not context.revealed:
        _offer_reveal(context)
    elif not context.explained:
        st.markdown(f"**{t('course.saw')}** {context.lesson.saw}")
        st.button(
            t("classroom.say_why"),
            type="primary",
            key="class_why",
            on_click=lambda: context.observe(""),
        )


def _offer_reveal(context: StepContext) -> None:
    """The way to the answers; it is asked for twice while a class still votes on one of them and
    another vote is over."""
    t = context.t
    votes = {
        number: context.vote(name)
        for number, (name, posed) in enumerate(context.posed.items(), 1)
        if posed is not None
    }
    still = [str(number) for number, vote in votes.items() if vote in ROUNDS]
    box = st.container()
    if isinstance(context.membership, Teacher) and 0 < len(still) < len(votes):
        box = st.popover(t("course.reveal"), type="primary", key="course_reveal_asks")
        box.markdown(t("classroom.still_voting", numbers=", ".join(still)))
    box.button(
        t("course.reveal"), type="primary", key="course_reveal", on_click=lambda: _reveal(context)
    )


def _reveal(context: StepContext) -> None:
    membership = context.membership
    if isinstance(membership, Teacher):
        keys = [context.question_key(name) for name in context.posed]
        _unless_over(lambda: membership.reveal(context.step_key, keys))
    context.state.part(Progress).revealed.add(context.step_key)


def _show_vote(context: StepContext, membership: Teacher, name: str, posed: PosedQuestion) -> None:
    t, key, vote = context.t, context.question_key(name), context.vote(name)

    def turn(to: Vote) -> Callable[[], None]:
        return lambda: _unless_over(lambda: membership.set_vote(key, to))

    if vote in ROUNDS:
        _show_count(t, membership, key, ROUNDS[vote])
        ends: Vote = "talk" if vote == "first" else "closed"
        st.button(t(f"classroom.close_{vote}"), key=f"class_turn_{name}", on_click=turn(ends))
    elif vote == "talk":
        _advise(context, membership, name, posed)
        with st.container(horizontal=True):
            st.button(t("classroom.open_second"), key=f"class_turn_{name}", on_click=turn("second"))
            st.button(t("classroom.show_votes"), key=f"class_show_{name}", on_click=turn("closed"))
    else:
        show_votes(context, name, posed, membership.answers(key))


@st.fragment(run_every=REFRESH_S)
def _show_count(t: Translator, membership: Teacher, key: AnswerKey, number: int) -> None:
    try:
        answered, joined = membership.counts(key)[number], len(membership.members())
    except NoClass:
        st.rerun()
    st.markdown(t(f"classroom.answered_{number}", count=answered, of=joined))


def _advise(context: StepContext, membership: Teacher, name: str, posed: PosedQuestion) -> None:
    """How to go on after the first vote, without a word about what was answered."""
    first = [
        g.submission.guess for g in membership.answers(context.question_key(name)) if g.round == 1
    ]
    right = sum(posed.mark(guess) == "hit" for guess in first if posed.takes(guess))
    share = percent(right, len(first))
    advice = "many" if share > _MANY else "few" if share < _FEW else "some"
    st.markdown(context.t("classroom.first_over", count=len(first)))
    with st.expander(context.t("classroom.advice")):
        st.markdown(context.t(f"classroom.advice_{advice}", percent=share))
