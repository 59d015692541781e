"""The images of a run, and up to two of them side by side."""

import base64
from dataclasses import replace

import numpy as np
import streamlit as st

from transcnn.analysis.errors.survival import order_by_change
from transcnn.analysis.errors.table import Ints, Table
from transcnn.labels import ClassName
from transcnn.runs.store import Store
from transcnn.ui.app.session import Session
from transcnn.ui.components.gallery import gallery
from transcnn.ui.pages.errors.link import PINS, SORTS, ErrorsChoice
from transcnn.ui.pages.errors.pages import turn_pages
from transcnn.ui.pages.errors.picture import show_picture
from transcnn.words.translator import Translator

_GALLERY, _SORT = "errors_gallery", "errors_sort"
PAGE = 24  # images


def show(
    state: Session,
    t: Translator,
    store: Store,
    whole: Table,
    table: Table,
    names: tuple[ClassName, ...],
) -> None:
    """Draw the images of `table`; those that are pinned may be any of `whole`."""
    choice = state.part(ErrorsChoice)
    pinned = [index for pin in choice.pins for index in np.flatnonzero(whole.ids == pin)]
    pages = -(-len(table) // PAGE)
    page = min(choice.page, pages - 1)
    _turn(state, t, page, pages)
    shown = table.take(order(table, choice.sort)[page * PAGE : (page + 1) * PAGE])
    thumbs = store.thumbnails(shown.ids)
    gallery(
        _GALLERY,
        {
            "label": t("error_analysis.view_pictures"),
            "strip": bool(pinned),  # one row: what is opened stands right below
            "pictures": [
                {
                    "id": int(picture),
                    "src": "data:image/jpeg;base64,"
                    + base64.b64encode(thumbs[int(picture)]).decode(),
                    "name": str(name),
                    "right": bool(right),
                    "pinned": int(picture) in choice.pins,
                    "answer": f"{'✓' if right else '✗'} {names[answer].said_in(t.language)} "
                    f"{t.percent(confidence, 0)}",
                    "label": ""
                    if right
                    else f"{t('error_analysis.not')} {names[label].said_in(t.language)}",
                }
                for picture, name, right, answer, confidence, label in zip(
                    shown.ids,
                    shown.names,
                    shown.correct,
                    shown.predicted,
                    shown.confidence,
                    shown.label,
                    strict=True,
                )
            ],
        },
        on_pin=lambda: _pin(state),
    )
    if pinned:
        st.caption(t("error_analysis.pinned"))
        for column, index in zip(st.columns(PINS), pinned, strict=False):
            with column:
                show_picture(state, t, store, whole.take(np.array([index])), names)


def order(table: Table, sort: str) -> Ints:
    """The row numbers of the images in the order `sort`, one of `SORTS`."""
    if sort == "errors":
        return np.lexsort((-table.confidence, table.correct))
    if sort == "helped":
        return order_by_change(table, "off")
    if sort == "harmed":
        return order_by_change(table, "off")[::-1]
    if sort == "entropy":
        return np.argsort(-table.feature("entropy"), kind="stable")
    if sort == "unlike":
        return np.argsort(table.feature("similarity"), kind="stable")
    return np.arange(len(table))


def _turn(state: Session, t: Translator, page: int, pages: int) -> None:
    choice = state.part(ErrorsChoice)
    st.session_state[_SORT] = choice.sort
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            t("error_analysis.sort"),
            SORTS,
            format_func=lambda sort: t(f"error_analysis.sort_{sort}"),
            key=_SORT,
            on_change=lambda: state.put(replace(choice, sort=st.session_state[_SORT], page=0)),
            width=360,
        )
        turn_pages(t, page, pages, lambda to: state.put(replace(choice, page=to)))


def _pin(state: Session) -> None:
    picture = st.session_state[_GALLERY]["pinned"]
    if picture is None:  # a trigger is None again in the run after its own
        return
    choice = state.part(ErrorsChoice)
    pins = tuple(pin for pin in choice.pins if pin != int(picture))
    if len(pins) == len(choice.pins):
        pins = (*pins, int(picture))[-PINS:]
    state.put(replace(choice, pins=pins))
