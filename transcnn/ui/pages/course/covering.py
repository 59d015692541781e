"""Cells of a picture covered with gray, and what the network answers then."""

import numpy as np
import streamlit as st

from transcnn.analysis.occlusion import board_of
from transcnn.course.experiments import Look
from transcnn.pictures.changes import GRAY, cover
from transcnn.ui.pages.course.answers import compare_answers
from transcnn.ui.pages.course.context import Desk
from transcnn.ui.pages.course.grids import Board, show_boards


def show_covering(desk: Desk, look: Look, picture: str) -> None:
    """Draw the picture of `look`, called `picture`, with cells to be covered one by one."""
    say = desk.say
    rows, columns = board_of(look.pixels)
    key = f"cover|{desk.state.model}|{picture}"
    covered: set[int] = st.session_state.setdefault(key, set())
    cells = [divmod(cell, columns) for cell in sorted(covered)]
    pixels = cover(look.pixels, cells, lambda row, column: GRAY)  # noqa: ARG005
    board = Board(
        say("course.cover"),
        rows,
        columns,
        say("course.board_says", rows=rows, columns=columns),
        pick=True,
        start=(rows // 2, columns // 2),
    )

    def toggle(_: int, row: int, column: int) -> None:
        covered.symmetric_difference_update({row * columns + column})

    bits = sum(1 << cell for cell in covered)
    show_boards(desk, [board], toggle, (f"/{picture}/{bits:x}", pixels), "course_cover")
    if not covered:
        st.caption(say("course.cover_how"))
        return
    st.button(say("course.uncover"), on_click=covered.clear, key="course_uncover")
    logits = desk.scene.classifier.logits(pixels[None])[0].double().numpy()
    title = say("course.covered", count=len(covered))
    compare_answers(desk, look.logits.astype(np.float64), logits, title)
