"""Cells of an image occluded with gray, and what the network predicts then."""

import numpy as np
import streamlit as st

from transcnn.analysis.occlusion import board_of
from transcnn.course.experiments import ChangedRun
from transcnn.figures.cells import CellMap
from transcnn.pictures.changes import GRAY, cover
from transcnn.ui.pages.course.answers import compare_answers
from transcnn.ui.pages.course.context import StepContext
from transcnn.ui.pages.course.figures import show_maps


def show_covering(context: StepContext, look: ChangedRun, picture: str) -> None:
    """Draw the image of `look`, called `picture`, with cells to be occluded one by one."""
    t = context.t
    rows, columns = board_of(look.pixels)
    key = f"cover|{context.state.model}|{picture}"
    covered: set[int] = st.session_state.setdefault(key, set())
    cells = [divmod(cell, columns) for cell in sorted(covered)]
    pixels = cover(look.pixels, cells, lambda row, column: GRAY)  # noqa: ARG005
    shown = CellMap(t("course.cover"), rows, columns, image=pixels)

    def toggle(row: int, column: int) -> None:
        covered.symmetric_difference_update({row * columns + column})

    show_maps(context, [shown], {0: toggle}, "course_cover")
    if not covered:
        st.caption(t("course.cover_how"))
        return
    st.button(t("course.uncover"), on_click=covered.clear, key="course_uncover")
    logits = context.scene.classifier.logits(pixels[None])[0].double().numpy()
    title = t("course.covered", count=len(covered))
    compare_answers(context, look.logits.astype(np.float64), logits, title)
