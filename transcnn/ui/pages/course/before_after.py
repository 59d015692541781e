"""The test before the course and the one after it: nothing is revealed before both are done."""

import streamlit as st

from transcnn.course.before_after import (
    BY_NAME,
    TIMES,
    FormItem,
    FormItemWords,
    form_at,
    items_of,
    load_items,
)
from transcnn.course.learned import DEPTHS, PEOPLE, ItemAnswer, as_csv
from transcnn.ui.app.session import Session
from transcnn.ui.pages.course.progress import Progress
from transcnn.words.translator import Translator

_REFUSED = "course_test_refused"
_OPENED = "course_test_opened"


def show_before_after(state: Session, t: Translator) -> None:
    """Draw the test that is next, or how both went."""
    progress, words = state.part(Progress), load_items(state.language)
    with st.expander(t("course.test")):
        st.markdown(t("course.test_says"))
        given = {time: _complete(progress, time) for time in TIMES}
        due = next((time for time in TIMES if not given[time]), None)
        if due is None:
            _show_results(progress, given, words, t)
        elif due == "after" and not st.session_state.get(_OPENED):
            st.markdown(t("course.test_kept"))
            st.button(
                t("course.test_open"),
                key="course_test_open",
                on_click=lambda: st.session_state.update({_OPENED: True}),
            )
        else:
            st.markdown(f"**{t(f'course.test_{due}')}**")
            _ask(progress, due, words, t)


def _complete(progress: Progress, time: str) -> dict[str, str]:
    """What was answered at a time; nothing unless every item of the form was."""
    given = progress.tests.get(time, {})
    items = items_of(form_at(progress.learner, time))
    known = all(given.get(item.name) in item.options for item in items)
    return given if known and len(given) == len(items) else {}


def _ask(progress: Progress, time: str, words: dict[str, FormItemWords], t: Translator) -> None:
    items = items_of(form_at(progress.learner, time))

    def key(item: FormItem) -> str:
        return f"test|{progress.learner}|{time}|{item.name}"

    def keep() -> None:
        answers = {item.name: st.session_state[key(item)] for item in items}
        if None in answers.values():
            st.session_state[_REFUSED] = True
        else:
            progress.tests[time] = answers

    with st.form(f"course_test_{time}"):
        for item in items:
            st.radio(
                f"{item.number}. {words[item.name].asks}",
                item.shown,
                index=None,
                format_func=words[item.name].options.__getitem__,
                key=key(item),
            )
        st.form_submit_button(t("course.test_keep"), key=f"course_test_keep_{time}", on_click=keep)
    if st.session_state.pop(_REFUSED, False):
        st.warning(t("course.test_incomplete"))


def _show_results(
    progress: Progress,
    given: dict[str, dict[str, str]],
    words: dict[str, FormItemWords],
    t: Translator,
) -> None:
    for depth in DEPTHS:
        points = [
            sum(a == BY_NAME[n].key for n, a in answers.items() if BY_NAME[n].depth == depth)
            for answers in given.values()
        ]
        text = t(f"course.test_{depth}", before=points[0], after=points[1])
        st.markdown(text)
    st.caption(t("course.test_limit"))
    for time, answers in given.items():
        st.markdown(f"**{t(f'course.test_{time}')}**")
        lines = []
        for name, answer in answers.items():
            item, said = BY_NAME[name], words[name]
            sign = "✓" if answer == item.key else "✗"
            line = f"{item.number}. {said.asks} {sign} {said.options[answer]}"
            if answer != item.key:
                line += f" {t('course.test_right', right=said.options[item.key])}"
            lines.append(line)
        st.markdown("\n\n".join(lines))
    rows = [
        ItemAnswer(progress.learner, time, name, answer, PEOPLE)
        for time, answers in given.items()
        for name, answer in answers.items()
    ]
    st.download_button(
        t("course.test_save"),
        data=as_csv(rows),
        file_name=f"answers-{progress.learner}.csv",
        mime="text/csv",
        on_click="ignore",
    )
