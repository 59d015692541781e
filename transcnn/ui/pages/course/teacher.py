"""The teacher's view: questions for everybody, answers held back, a class that joins by a code."""

import io
from collections.abc import Callable
from dataclasses import replace

import streamlit as st
from PIL import Image

from transcnn.course.classroom.store import ROUNDS, Teacher, Vote
from transcnn.course.classroom.table import as_csv
from transcnn.course.classroom.tally import percent
from transcnn.course.questions import Posed
from transcnn.errors import FolderError, NoClass, TooManyClasses, TransCNNError
from transcnn.pictures import decode
from transcnn.ui.app.session import AppState, opening
from transcnn.ui.components import timer
from transcnn.ui.pages.course.classroom import REFRESH_S, can_be_shown, classes, looks_at
from transcnn.ui.pages.course.context import Desk
from transcnn.ui.pages.course.learner import spell_code
from transcnn.ui.pages.course.questions import show_outcome
from transcnn.ui.pages.course.role import Seat
from transcnn.ui.pages.course.votes import show_votes
from transcnn.words.translator import Words, plain

_LARGER = "<style>html { font-size: 19px; }</style>"  # Streamlit's sizes are shares of this
_SHARED_SIDE = 1024  # pixels, the longer side of a picture that is shared
_REFUSED = "class_not_begun"
# From the first vote on: when talking in pairs gains little, and when a hint comes before it.
_MANY, _FEW = 80, 30  # percent right


def show_podium(state: AppState, say: Words, room: Teacher | None) -> None:
    """Draw what stands above the step: the class, or a way to begin one, and the clock."""
    st.html(_LARGER)
    with st.container(border=True, key="class_podium"):
        if room is None:
            _offer_class(state, say)
        else:
            _show_class(state, say, room)
        timer(say.table("timer"))


def _offer_class(state: AppState, say: Words) -> None:
    def begin() -> None:
        try:
            code, key = classes().begin()
        except (TooManyClasses, FolderError) as error:
            st.session_state[_REFUSED] = error
        else:
            state.sit(Seat(True, code, key))

    st.markdown(say("classroom.teacher_view"))
    with st.container(horizontal=True):
        st.button(say("classroom.begin"), type="primary", key="class_begin", on_click=begin)
        st.button(
            say("classroom.leave_view"),
            type="tertiary",
            key="class_leave_view",
            on_click=lambda: state.sit(Seat()),
        )
    refused: TransCNNError | None = st.session_state.pop(_REFUSED, None)
    if refused is not None:
        st.warning(plain(say.error(refused)))


def _show_class(state: AppState, say: Words, room: Teacher) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header(spell_code(room.code), anchor=False, width="content")
        st.markdown(say("classroom.how_to_join"), width="content")
        _show_joined(say, room)
        with st.popover(say("classroom.end"), type="tertiary"):
            st.markdown(say("classroom.end_says"))
            st.download_button(
                say("classroom.csv"),
                data=lambda: as_csv(room),
                file_name="classroom.csv",
                mime="text/csv",
                key="class_csv",
                on_click="ignore",
            )
            st.button(say("classroom.end_now"), key="class_end", on_click=lambda: _end(state, room))
    st.caption(say("classroom.key_says"))


def _end(state: AppState, room: Teacher) -> None:
    _unless_over(room.end)
    state.sit(Seat(teaching=True))


@st.fragment(run_every=REFRESH_S)
def _show_joined(say: Words, room: Teacher) -> None:
    try:
        names = room.names()
    except NoClass:
        st.rerun()
    with st.popover(say("classroom.joined", count=len(names)), type="tertiary"):
        known = [name or say("classroom.nameless", seat=k) for k, name in enumerate(names, 1)]
        st.text("\n".join(known) or "–")


def show_to_class(desk: Desk) -> None:
    """Let the class see what the teacher looks at, or say why it cannot."""
    room, state = desk.room, desk.state
    assert isinstance(room, Teacher)
    slide = replace(looks_at(state), step=desk.step.number, at=desk.scene.at)
    if can_be_shown(slide, room):
        if slide != desk.standing.slide:
            room.show(slide)
        state.following.slide = slide
        return
    st.info(desk.say("classroom.only_you"), icon=":material/visibility_off:")
    if slide.shared is not None:
        st.button(
            desk.say("classroom.share"), key="class_share", on_click=lambda: _share(desk, room)
        )


def _share(desk: Desk, room: Teacher) -> None:
    """Give the class a smaller copy of the picture, without what cameras write beside it."""
    source = desk.shown.source
    with opening:
        image = decode(source.data).image
        image.thumbnail((_SHARED_SIDE, _SHARED_SIDE), Image.Resampling.LANCZOS)
        file = io.BytesIO()
        image.save(file, "JPEG", quality=92)
    desk.state.show_upload(source.title, source.alt, file.getvalue())
    _unless_over(lambda: room.share(desk.state.source().digest, file.getvalue()))


def _unless_over(do: Callable[[], None]) -> None:
    """For clicks: if the class is over by now, the page says so as soon as it is drawn."""
    try:
        do()
    except NoClass:
        return


def show_questions_to_all(desk: Desk) -> None:
    """Draw every question of the step, to be answered by those who look on, and the way on."""
    say, room = desk.say, desk.room
    for number, (name, posed) in enumerate(desk.posed.items(), 1):
        if posed is None:
            st.info(say("course.left_out", number=number))
            continue
        spelled = desk.spelled(name, posed)
        with st.container(border=True):
            st.markdown(f"**{number}.** {spelled.question}")
            if spelled.options:
                st.markdown("\n".join(f"- {spelled.option(o)}" for o in spelled.options))
            if isinstance(room, Teacher):
                _show_vote(desk, room, name, posed)
            if desk.revealed:
                show_outcome(desk, name, posed)
    if not desk.revealed:
        _offer_reveal(desk)
    elif not desk.seen:
        st.markdown(f"**{say('course.saw')}** {desk.lesson.saw}")
        st.button(
            say("classroom.say_why"), type="primary", key="class_why", on_click=lambda: desk.see("")
        )


def _offer_reveal(desk: Desk) -> None:
    """The way to the answers; it is asked for twice while a class still votes on one of them and
    another vote is over."""
    say = desk.say
    votes = {
        number: desk.vote(name)
        for number, (name, posed) in enumerate(desk.posed.items(), 1)
        if posed is not None
    }
    still = [str(number) for number, vote in votes.items() if vote in ROUNDS]
    box = st.container()
    if isinstance(desk.room, Teacher) and 0 < len(still) < len(votes):
        box = st.popover(say("course.reveal"), type="primary", key="course_reveal_asks")
        box.markdown(say("classroom.still_voting", numbers=", ".join(still)))
    box.button(
        say("course.reveal"), type="primary", key="course_reveal", on_click=lambda: _reveal(desk)
    )


def _reveal(desk: Desk) -> None:
    room = desk.room
    if isinstance(room, Teacher):
        places = [desk.question_place(name) for name in desk.posed]
        _unless_over(lambda: room.reveal(desk.step_place, places))
    desk.state.progress.revealed.add(desk.step_place)


def _show_vote(desk: Desk, room: Teacher, name: str, posed: Posed) -> None:
    say, place, vote = desk.say, desk.question_place(name), desk.vote(name)

    def turn(to: Vote) -> Callable[[], None]:
        return lambda: _unless_over(lambda: room.turn(place, to))

    if vote in ROUNDS:
        _show_count(say, room, place, ROUNDS[vote])
        ends: Vote = "talk" if vote == "first" else "closed"
        st.button(say(f"classroom.close_{vote}"), key=f"class_turn_{name}", on_click=turn(ends))
    elif vote == "talk":
        _advise(desk, room, name, posed)
        with st.container(horizontal=True):
            st.button(
                say("classroom.open_second"), key=f"class_turn_{name}", on_click=turn("second")
            )
            st.button(
                say("classroom.show_votes"), key=f"class_show_{name}", on_click=turn("closed")
            )
    else:
        show_votes(desk, name, posed, room.answers(place))


@st.fragment(run_every=REFRESH_S)
def _show_count(say: Words, room: Teacher, place: str, number: int) -> None:
    try:
        answered, joined = room.counts(place)[number], len(room.names())
    except NoClass:
        st.rerun()
    st.markdown(say(f"classroom.answered_{number}", count=answered, of=joined))


def _advise(desk: Desk, room: Teacher, name: str, posed: Posed) -> None:
    """How to go on after the first vote, without a word about what was answered."""
    first = [g.kept.guess for g in room.answers(desk.question_place(name)) if g.round == 1]
    right = sum(posed.mark(guess) == "hit" for guess in first if posed.takes(guess))
    share = percent(right, len(first))
    advice = "many" if share > _MANY else "few" if share < _FEW else "some"
    st.markdown(desk.say("classroom.first_over", count=len(first)))
    with st.expander(desk.say("classroom.advice")):
        st.markdown(desk.say(f"classroom.advice_{advice}", percent=share))
