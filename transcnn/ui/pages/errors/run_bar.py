"""Which run is shown, and how far it is."""

import threading
import zlib

import streamlit as st

from transcnn.checkpoints.catalogue import shipped_names
from transcnn.detection.catalogue import shipped_detector, shipped_detectors
from transcnn.errors import NotBegun, TransCNNError
from transcnn.runs.demonstration import make_demonstration
from transcnn.runs.detection.store import DetectionStore, open_any_run
from transcnn.runs.folder import runs_folder
from transcnn.runs.labelled import find_items
from transcnn.runs.remarks import RemarkedRun, Remarks
from transcnn.runs.run import begin_run
from transcnn.runs.store import Store
from transcnn.runs.uploads import is_upload
from transcnn.ui.app.detectors import open_detector
from transcnn.ui.app.networks import classifier
from transcnn.ui.app.session import Session
from transcnn.ui.components.copy_link import copy_link
from transcnn.ui.components.session_memory import session_memory
from transcnn.ui.pages.errors import runs
from transcnn.ui.pages.errors.detection.link import DetectionErrorsChoice
from transcnn.ui.pages.errors.link import DEMONSTRATION, ErrorsChoice
from transcnn.ui.pages.errors.new_run import new_run
from transcnn.ui.pages.errors.runs import OwnRuns
from transcnn.words.translator import Translator, plain, translator

_RUN = "errors_run"
_SEEN = "errors_seen"  # by run, how many images were done when the page was drawn
_FRAGMENT = "run"  # of a link, with the key of a run
_POLL_S = 1.0
_making = threading.Lock()  # the first two visitors make one demonstration


def choose_run(state: Session, t: Translator) -> Store | DetectionStore | None:
    """Draw the choice of a run and how far it is; the run, None where there is none."""
    _remember(state)
    choice = state.part(ErrorsChoice)
    run, own_runs = choice.shown, state.part(OwnRuns).all()
    store = _open(state, t)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        known = list(dict.fromkeys([DEMONSTRATION, *runs.named_runs(), *own_runs]))
        st.session_state[_RUN] = run if run in known else None
        st.selectbox(
            t("error_analysis.run"),
            known,
            format_func=lambda run: _called(run, t),
            key=_RUN,
            on_change=lambda: _choose(state, st.session_state[_RUN] or DEMONSTRATION),
            width=360,
        )
        # Another key for another run: the form is closed once it has begun one.
        with st.popover(t("error_analysis.new_run"), key=f"errors_new_{zlib.crc32(run.encode())}"):
            new_run(state, t)
        if run in own_runs:
            st.button(t("error_analysis.delete"), on_click=lambda: _delete(state))
    if run in own_runs:
        words = {"copy": "error_analysis.share", "copied": "downloads.copied"}
        words |= {"by_hand": "downloads.by_hand"}
        copy_link(
            {name: t(key) for name, key in words.items()},
            fragment=f"{_FRAGMENT}={run}",
            key="errors_share",
        )
    if store is not None and not (progress := store.progress()).finished:
        st.session_state[_SEEN] = {run: progress.done}
        _show_progress(run)
    return store


def _choose(state: Session, run: str) -> None:
    state.put(ErrorsChoice(upload=state.part(ErrorsChoice).upload).of_run(run))
    state.put(DetectionErrorsChoice())


def _remember(state: Session) -> None:
    """Let the tab keep the visitor's runs, and open the one that a link brings."""
    own_runs, choice = state.part(OwnRuns), state.part(ErrorsChoice)

    def take_back(text: str) -> None:
        shown, choice = own_runs.add(text), state.part(ErrorsChoice)
        if shown and choice.shown == DEMONSTRATION:
            state.put(choice.of_run(shown))

    def open_shared(run: str) -> None:
        if is_upload(run):
            own_runs.open(run)
            state.put(state.part(ErrorsChoice).of_run(run))

    session_memory("runs", state.id, own_runs.as_text(choice.upload), take_back)
    session_memory("run", state.id, "", open_shared, fragment=_FRAGMENT)


def _called(run: str, t: Translator) -> str:
    if run == DEMONSTRATION:
        return t("error_analysis.demonstration")
    return t("error_analysis.upload", ending=run[-6:]) if is_upload(run) else run


def _open(state: Session, t: Translator) -> Store | DetectionStore | None:
    """The chosen run; the demonstration is begun where it is not there yet."""
    run = state.part(ErrorsChoice).shown
    try:
        path = runs.path_of(run)
        if run == DEMONSTRATION and not path.exists():
            with st.spinner(t("error_analysis.making")), _making:
                items = find_items(make_demonstration(runs_folder() / run))
                network = classifier(shipped_names()[0])
                begun = begin_run(path, network, items, "crop")
                runs.resume(run, runs.classifying(begun, network))
        store = open_any_run(path)
    except TransCNNError as error:
        st.error(plain(t.error(error)))
        return None
    if run == DEMONSTRATION:  # everybody's: what one adds is not
        return RemarkedRun(path, state.part(Remarks))
    return store


def _delete(state: Session) -> None:
    runs.delete_upload(state.part(ErrorsChoice).upload)
    state.put(ErrorsChoice())


@st.fragment(run_every=_POLL_S)
def _show_progress(run: str) -> None:
    """How far the run is, and what can be done; the whole page again as there is more to see."""
    state = Session.get()
    t = translator(state.language)
    try:
        store = open_any_run(runs.path_of(run))
    except TransCNNError:  # deleted, on this page or another
        return
    progress, task = store.progress(), runs.task_of(run)
    seen = st.session_state[_SEEN].get(run, progress.done)
    if progress.done > seen and (progress.finished or progress.done >= 1.5 * seen):
        st.rerun()
    if progress.finished:
        return
    if task is not None:
        task.look()
    text = t("error_analysis.progress", done=progress.done, of=progress.of)
    if task is not None and task.progress is not None:
        minutes, seconds = divmod(round(task.progress.left_s), 60)
        left = f"{minutes}:{seconds:02d}"
        text += " " + t("error_analysis.pace", rate=f"{task.progress.rate:.1f}", left=left)
    elif task is not None and task.waits:
        text += " " + t("error_analysis.waits")
    st.progress(progress.done / progress.of, text)
    error = runs.error_of(run)
    if error is not None:
        st.error(plain(t.error(error)))
    if task is None:
        st.button(t("error_analysis.go_on"), on_click=lambda: _resume(state, run, store))
    else:
        st.button(t("error_analysis.stop"), on_click=lambda: runs.cancel(run))


def _resume(state: Session, run: str, store: Store | DetectionStore) -> None:
    """Compute the rest with the network that the run was begun with, if it is at hand."""
    t = translator(state.language)
    rest = _rest(state, store)
    if rest is None:
        model = store.settings.model
        st.toast(t("error_analysis.other_weights", model=model), icon=":material/error:")
        return
    try:
        runs.resume(run, rest)
    except NotBegun as error:
        st.toast(plain(t.error(error)), icon=":material/error:")


def _rest(state: Session, store: Store | DetectionStore) -> runs.Rest | None:
    """What computes the rest of a run; None without its network."""
    wanted = store.settings.weights_sha256
    if isinstance(store, DetectionStore):
        names = [n for n in shipped_detectors() if shipped_detector(n).sha256 == wanted]
        return runs.detecting(store, open_detector(names[0])) if names else None
    for model in state.models_at_hand:
        network = classifier(model)
        if network.weights_sha256 == wanted:
            return runs.classifying(store, network)
    return None
