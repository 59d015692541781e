"""The teacher's notes on the page, folded: what is said and heard in the chapter, and the plans."""

import streamlit as st

from transcnn.course.notes import load_notes, load_pages
from transcnn.course.steps import STEPS
from transcnn.words.translator import translator


def show_notes(language: str, chapter: int) -> None:
    """Draw the notes on `chapter`, then those on teaching as such."""
    say, notes = translator(language), load_notes(chapter, language)
    with st.expander(say("classroom.notes", chapter=chapter), icon=":material/menu_book:"):
        st.caption(notes.time)
        st.markdown(f"**{say('classroom.say_now')}** {notes.say}")
        for question, hint in notes.votes:
            step = next(step for step in STEPS if question in step.questions)
            number = list(step.questions).index(question) + 1
            st.markdown(say("classroom.vote_on", step=step.number, number=number, hint=hint))
        st.markdown(f"**{say('classroom.likely')}**")
        st.markdown("\n".join(f"- {answer} → {reply}" for answer, reply in notes.likely))
        if notes.more:
            st.markdown(notes.more)
    for page in load_pages(language):
        with st.expander(page.title, icon=":material/menu_book:"):
            st.markdown(page.text)
