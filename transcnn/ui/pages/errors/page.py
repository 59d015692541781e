"""The page Errors: a run, which of its images, and what they say."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import streamlit as st

from transcnn.analysis.errors.filters import EVERYTHING
from transcnn.analysis.errors.table import Table
from transcnn.errors import ChoiceError
from transcnn.figures.table import safe_cell
from transcnn.reports.sentences import accuracy_says
from transcnn.runs.demonstration import TAG
from transcnn.runs.detection.store import DetectionStore
from transcnn.runs.store import Store
from transcnn.runs.uploads import is_upload
from transcnn.ui.app.controls import choose_one
from transcnn.ui.app.downloads import take_away
from transcnn.ui.app.session import Session
from transcnn.ui.pages.errors import filtering, gallery, views
from transcnn.ui.pages.errors.data import whole_table
from transcnn.ui.pages.errors.detection import page as detection
from transcnn.ui.pages.errors.detection.link import DetectionErrorsChoice
from transcnn.ui.pages.errors.link import VIEWS, ErrorsChoice
from transcnn.ui.pages.errors.run_bar import choose_run
from transcnn.words.translator import Translator, translator

_VIEW = "errors_view"


def show() -> None:
    """Draw the page."""
    state = Session.get()
    t = translator(state.language)
    state.follow_link(ErrorsChoice, DetectionErrorsChoice)
    st.title(t("error_analysis.title"))
    st.write(t("error_analysis.lede"))
    store = choose_run(state, t)
    state.write_link(state.part(ErrorsChoice), state.part(DetectionErrorsChoice), subject=False)
    if isinstance(store, DetectionStore):
        detection.show(state, t, store)
    elif store is not None:
        _show_classified(state, t, store)


def _show_classified(state: Session, t: Translator, store: Store) -> None:
    """A run of a classifier."""
    whole = whole_table(store)
    if not len(whole):
        st.info(t("error_analysis.first_batch"))
        return
    if TAG in whole.tags[0]:
        st.caption(t("report.demonstration", photos=len(np.unique(whole.sources))))
    try:
        chosen = state.part(ErrorsChoice).where.chosen(whole)
    except ChoiceError:  # a link may name what this run does not have
        state.put(replace(state.part(ErrorsChoice), where=EVERYTHING))
        st.rerun()
    filtering.show(state, t, store, whole, int(chosen.sum()))
    table = whole.take(chosen)
    if not len(table):
        st.info(t("error_analysis.nothing"))
        return
    if not any(key.startswith("right") for key, _ in state.part(ErrorsChoice).where.terms):
        st.markdown(accuracy_says(table, t))
    _choose_view(state, t)
    names = store.settings.classes.by_number
    if state.part(ErrorsChoice).view == "pictures":
        gallery.show(state, t, store, whole, table, names)
    else:
        views.show(state, t, store, table, names)
    _take_away(state, t, store, whole, table)
    _show_broken(store, t)


def _show_broken(store: Store, t: Translator) -> None:
    broken = store.broken()
    if broken:
        with st.expander(f"{t('report.unreadable')} ({len(broken)})"):
            # Streamlit offers this one as a CSV file, which the browser writes.
            rows = {"": [b.name for b in broken], " ": [b.why for b in broken]}
            st.dataframe(
                {head: [safe_cell(cell) for cell in cells] for head, cells in rows.items()}
            )


def _choose_view(state: Session, t: Translator) -> None:
    choice = state.part(ErrorsChoice)
    choose_one(
        t("error_analysis.views"),
        VIEWS,
        choice.view,
        _VIEW,
        text=lambda view: t(f"error_analysis.view_{view}"),
        on_choice=lambda view: state.put(replace(choice, view=view)),
    )


def _take_away(state: Session, t: Translator, store: Store, whole: Table, table: Table) -> None:
    choice, language = state.part(ErrorsChoice), state.language
    names = store.settings.classes.by_number

    def csv() -> str:
        from transcnn.reports.predictions import as_csv

        return as_csv(table, names)

    def parquet() -> bytes:
        from transcnn.reports.predictions import as_parquet

        return as_parquet(table, names)

    def html() -> str:
        from transcnn.reports.html import render

        return render(store, whole, choice.where, language)

    files: dict[str, Callable[[], str | bytes]] = {
        "report.html": html,
        "predictions.csv": csv,
        "predictions.parquet": parquet,
    }
    chart = views.CHART if choice.view in views.WITH_CHART else None
    shared = is_upload(choice.shown)
    take_away(t, files, chart=chart, run=shared, onward="cost", query=state.query())
