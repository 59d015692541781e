"""The authors' weights: fetched by a click from their published addresses, and kept here."""

import streamlit as st

from transcnn.checkpoints.download import DownloadProgress, address, cache_path, check_cached
from transcnn.errors import (
    CheckpointError,
    FolderError,
    NoRoom,
    NotReachable,
    NotThere,
    TransCNNError,
)
from transcnn.model.variants import authors_names, network
from transcnn.ui.app.custom_models import open_custom_model
from transcnn.ui.app.networks import parameters_of
from transcnn.ui.app.session import Session
from transcnn.ui.pages.models.card import show_custom_models
from transcnn.ui.pages.models.data import WeightFiles, keep
from transcnn.words.translator import Translator, plain, translator

_CHOSEN = "authors_network"
_POLL = 0.5  # seconds between two looks at a download


def show(state: Session, t: Translator) -> None:
    """Draw the section."""
    st.subheader(t("models.authors"))
    st.write(t("models.authors_lede"))
    files = state.part(WeightFiles)
    busy = files.download is not None and files.download.is_alive()
    name: str = st.selectbox(
        t("models.network"),
        authors_names(),
        key=_CHOSEN,
        persist_state="session",  # a download goes on while other pages are looked at
        disabled=busy,
        on_change=files.forget_error,
        width=320,
    )
    path = cache_path(name)
    if files.download is not None and not busy:
        _take(state, t)
    if busy:
        _show_address(t, name)
        _show_progress()
    elif path.is_file():
        st.markdown(f":small[{t('models.here', file=plain(path.name))}]")
        opened = any(
            g.file == path.name and g.origin == "authors" for g in state.custom_models.values()
        )
        if not opened and st.button(t("models.open")):
            _open(state, name, t)
    else:
        _show_address(t, name)
        st.button(t("models.fetch"), on_click=lambda: files.begin_download(name))
    error = files.errors.get("authors")
    if error is not None:
        said = t.error(error)
        if isinstance(error, NotThere | NotReachable):
            said = t("errors.own_weights", error=said)
        st.error(plain(said))
    show_custom_models(state, t, "authors")


def _show_address(t: Translator, name: str) -> None:
    """Where the file would come from, and how large it is at 4 bytes a parameter, about."""
    size = round(4 * parameters_of(name, network(name).classes).total / 1e6)
    st.markdown(f":small[{t('models.there', address=address(name), size=size)}]")


@st.fragment(run_every=_POLL)
def _show_progress() -> None:
    """How much has come, and a way out; the whole page again as soon as it is over."""
    state = Session.get()
    t = translator(state.language)
    files = state.part(WeightFiles)
    if files.download is None or not files.download.is_alive():
        st.rerun()
    assert files.download is not None
    progress: DownloadProgress = files.download.progress or DownloadProgress(0, None)
    received, total = progress.received, progress.total
    if total:
        text = t("models.progress", received=_mb(received), total=_mb(total))
        st.progress(min(1.0, received / total), text)
    else:
        st.progress(0.0, t("models.received", received=_mb(received)))
    st.button(t("models.cancel"), on_click=files.end_download)


def _mb(count: int) -> str:
    return f"{count / 1e6:.1f}"


def _take(state: Session, t: Translator) -> None:
    """What came of the download that has ended."""
    files = state.part(WeightFiles)
    task = files.download
    assert task is not None
    files.end_download()
    if isinstance(task.error, TransCNNError):
        files.errors["authors"] = task.error
    elif task.result is not None:
        _open(state, files.network, t)


def _open(state: Session, name: str, t: Translator) -> None:
    """Open the file of the cache; one that was changed there goes, to be fetched again."""
    path = cache_path(name)
    try:
        with st.spinner(t("models.opening")):
            opened = open_custom_model(path, path.name, "authors", name)
            # Of what could be opened, which is what was read.
            check_cached(name, opened.classifier.weights_sha256)
            keep(state, opened)
    except CheckpointError as error:
        path.unlink(missing_ok=True)
        state.part(WeightFiles).errors["authors"] = error
    except (NoRoom, FolderError) as error:
        state.part(WeightFiles).errors["authors"] = error
