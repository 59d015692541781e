"""A summary of the revealed questions that a class can look at together: numbers, no names."""

from dataclasses import dataclass

import streamlit as st

from transcnn.course.answer_key import AnswerKey
from transcnn.course.classroom.store import ClassState, Teacher
from transcnn.course.classroom.summary import QuestionSummary, is_revealed, summarise
from transcnn.course.classroom.table import in_words
from transcnn.course.classroom.tally import percent
from transcnn.course.questions import PosedQuestion
from transcnn.course.steps import STEPS
from transcnn.ui.app.session import Session
from transcnn.words.translator import Translator


@dataclass
class SummaryShown:
    """Whether the teacher looks at the summary in place of a step."""

    shown: bool = False


def offer_summary(state: Session, t: Translator) -> None:
    """Draw the button to the summary, or back to the step."""
    part = state.part(SummaryShown)
    st.button(
        t("classroom.summary_back" if part.shown else "classroom.summary"),
        icon=":material/monitoring:",
        key="class_summary",
        on_click=lambda: state.put(SummaryShown(not part.shown)),
    )


def show_summary(t: Translator, membership: Teacher, class_state: ClassState) -> None:
    """Draw every question that was revealed and answered, in the order of the steps."""
    st.header(t("classroom.summary"), anchor=False)
    order = {name: at for at, name in enumerate(n for step in STEPS for n in step.questions)}
    asked = sorted(membership.asked().items(), key=lambda pair: order[pair[0].name])
    drawn = 0
    for key, posed in asked:
        summary = summarise(key, posed, membership.answers(key))
        if summary.answers and is_revealed(key, class_state):
            _show_question(t, key, posed, summary)
            drawn += 1
    if not drawn:
        st.info(t("classroom.summary_empty"))


def _show_question(
    t: Translator, key: AnswerKey, posed: PosedQuestion, summary: QuestionSummary
) -> None:
    formatted = in_words(key, posed, t)
    step = next(one for one in STEPS if key.name in one.questions)
    with st.container(border=True):
        st.markdown(f"**{step.number}** {formatted.question}")
        st.markdown(f"{t('course.outcome')}: **{formatted.right}**")
        shares = {n: percent(summary.correct[n], count) for n, count in summary.answers.items()}
        with st.container(horizontal=True):
            for number, share in shares.items():
                change = share - shares[1] if number == 2 and 1 in shares else 0
                st.metric(
                    t(f"classroom.votes_{number}", count=summary.answers[number]),
                    t("classroom.share_correct", percent=share),
                    t("classroom.change", points=f"{change:+d}") if change else None,
                    width="content",
                )
        if summary.both:
            st.markdown(
                t(
                    "classroom.shift",
                    both=summary.both,
                    gained=summary.gained,
                    lost=summary.lost,
                )
            )
        for name, counts in summary.misconceptions.items():
            by_vote = " → ".join(map(str, counts.values()))
            st.markdown(f"- **{by_vote} ×** {formatted.misconception(name)}")
        if summary.sure_and_wrong:
            st.markdown(t("classroom.sure_and_wrong", count=summary.sure_and_wrong))
