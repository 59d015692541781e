"""Chapter 6 on the page; what is a key waits for the reveal."""

from collections.abc import Callable

import streamlit as st

from transcnn.course import ch6_detection as detection
from transcnn.course.figures import ch6_detection as figures
from transcnn.course.found_boxes import THRESHOLD
from transcnn.ui.app.page_files import page_file
from transcnn.ui.pages.course.context import StepContext
from transcnn.ui.pages.course.figures import say_limit, show_figures
from transcnn.words.translator import plain


def _boxes(context: StepContext) -> None:
    """6.1: what the detector finds; where that is nothing, in a sample."""
    t, scene = context.t, context.scene
    shown = figures.boxes(scene, t, context.revealed)
    if not shown:
        return
    instead = detection.stand_in(scene)
    if instead is not None:
        title = plain(instead.title[t.language])
        st.info(t("course.boxes_stand_in", threshold=t.fixed(THRESHOLD, 1), picture=title))
    show_figures(context, shown)
    if not context.revealed:
        return
    say_limit(context)
    query = context.shown.query
    if instead is not None:
        query = {**query, "picture": instead.name}
    st.page_link(page_file("detect"), label=t("course.boxes_open"), query_params=query)


STEPS: dict[str, Callable[[StepContext], None]] = {"6.1": _boxes}
