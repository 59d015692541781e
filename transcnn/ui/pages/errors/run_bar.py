"""Which run is shown, and how far it is."""

import threading

import streamlit as st

from transcnn.errors import TransCNNError
from transcnn.runs.demonstration import make_demonstration
from transcnn.runs.labelled import find_items
from transcnn.runs.run import begin_run
from transcnn.runs.store import Store, known_runs, open_run, runs_folder
from transcnn.ui.app.cache import classifier
from transcnn.ui.app.session import AppState
from transcnn.ui.pages.errors import runs
from transcnn.ui.pages.errors.link import DEMONSTRATION, Choice
from transcnn.ui.pages.errors.new_run import new_run
from transcnn.words.translator import Translator, plain, translator

_RUN = "board_run"
_SEEN = "board_seen"  # by run, how many pictures were done when the page was drawn
_POLL_S = 1.0
_making = threading.Lock()  # the first two visitors make one demonstration


def choose_run(state: AppState, t: Translator) -> Store | None:
    """Draw the choice of a run and how far it is; the run, None where there is none."""
    runs.forget_old_uploads()
    store = _open(state, t)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        known = list(dict.fromkeys([DEMONSTRATION, *_named(), *state.own_runs]))
        st.session_state[_RUN] = state.board.run if state.board.run in known else None
        st.selectbox(
            t("error_analysis.run"),
            known,
            format_func=lambda run: _called(run, t),
            key=_RUN,
            on_change=lambda: state.choose(Choice(run=st.session_state[_RUN] or DEMONSTRATION)),
            width=360,
        )
        with st.popover(t("error_analysis.new_run")):
            new_run(state, t)
        if state.board.run in state.own_runs:
            st.button(t("error_analysis.delete"), on_click=lambda: _delete(state))
    if store is not None and not (progress := store.progress()).finished:
        st.session_state[_SEEN] = {state.board.run: progress.done}
        _show_progress(state.board.run)
    return store


def _named() -> list[str]:
    return known_runs() if runs.allowed_folders() else []


def _called(run: str, t: Translator) -> str:
    if run == DEMONSTRATION:
        return t("error_analysis.demonstration")
    return t("error_analysis.upload", ending=run[-6:]) if runs.is_upload(run) else run


def _open(state: AppState, t: Translator) -> Store | None:
    """The chosen run; the demonstration is begun where it is not there yet."""
    run = state.board.run
    try:
        path = runs.path_of(run)
        if run == DEMONSTRATION and not path.exists():
            with st.spinner(t("error_analysis.making")), _making:
                items = find_items(make_demonstration(runs_folder() / run))
                network = classifier(state.first_model)
                runs.go_on(run, begin_run(path, network, items, "crop"), network)
        store = open_run(path)
    except TransCNNError as error:
        st.error(plain(t.error(error)))
        return None
    if runs.is_upload(run) and run not in state.own_runs:
        state.own_runs.append(run)
    return store


def _delete(state: AppState) -> None:
    runs.delete_upload(state.board.run)
    state.own_runs.remove(state.board.run)
    state.choose(Choice())


@st.fragment(run_every=_POLL_S)
def _show_progress(run: str) -> None:
    """How far the run is, and what can be done; the whole page again as there is more to see."""
    state = AppState()
    t = translator(state.language)
    try:
        store = open_run(runs.path_of(run))
    except TransCNNError:  # deleted, on this page or another
        return
    progress, job = store.progress(), runs.job(run)
    seen = st.session_state[_SEEN].get(run, progress.done)
    if progress.done > seen and (progress.finished or progress.done >= 1.5 * seen):
        st.rerun()
    if progress.finished:
        return
    told = t("error_analysis.progress", done=progress.done, of=progress.of)
    if job is not None and job.last is not None:
        minutes, seconds = divmod(round(job.last.left_s), 60)
        left = f"{minutes}:{seconds:02d}"
        told += " " + t("error_analysis.pace", rate=f"{job.last.rate:.1f}", left=left)
    elif job is not None and job.waits:
        told += " " + t("error_analysis.waits")
    st.progress(progress.done / progress.of, told)
    error = runs.error_of(run)
    if error is not None:
        st.error(plain(t.error(error)))
    if job is None:
        st.button(t("error_analysis.go_on"), on_click=lambda: _go_on(state, run, store))
    else:
        st.button(t("error_analysis.stop"), on_click=lambda: runs.stop(run))


def _go_on(state: AppState, run: str, store: Store) -> None:
    """Answer the rest with the network that the run was begun with, if it is at hand."""
    for model in state.models_at_hand:
        network = classifier(model)
        if network.weights_sha256 == store.settings.weights_sha256:
            runs.go_on(run, store, network)
            return
    t = translator(state.language)
    st.toast(t("error_analysis.other_weights", model=store.settings.model), icon=":material/error:")
