"""Your own weights: a weight file of a known network, for this session only."""

import streamlit as st

from transcnn.errors import TransCNNError, WeightsTooLarge
from transcnn.limits import MB, limits
from transcnn.model.variants import list_models
from transcnn.ui.app.custom_models import open_custom_model
from transcnn.ui.app.session import Session
from transcnn.ui.app.uploads import shown_name
from transcnn.ui.pages.models.card import show_custom_models
from transcnn.ui.pages.models.data import WeightFiles, keep
from transcnn.words.translator import Translator, plain

_UPLOADER, _VARIANT = "weights_uploader", "weights_variant"
_ENDINGS = ["safetensors", "pth", "pt", "tar"]


def show(state: Session, t: Translator) -> None:
    """Draw the section."""
    st.subheader(t("models.own"))
    st.write(t("models.own_lede", limit=limits().upload_weights_mb))
    left, right = st.columns([2, 1], gap="medium")
    with left:
        file = st.file_uploader(
            t("models.upload"),
            type=_ENDINGS,
            max_upload_size=limits().upload_weights_mb,
            key=_UPLOADER,
            on_change=lambda: _take(state),
        )
    with right:
        st.selectbox(
            t("models.variant"),
            ["", *list_models()],
            format_func=lambda name: name or t("models.recognise"),
            key=_VARIANT,
            on_change=lambda: _take(state),
        )
    error = state.part(WeightFiles).errors.get("own")
    if error is not None and file is not None:  # else it speaks of a file that is not here any more
        st.error(plain(t.error(error)))
    show_custom_models(state, t, "own")


def _take(state: Session) -> None:
    """Open the file that is in the uploader; what cannot be used leaves everything as it was."""
    file = st.session_state[_UPLOADER]
    files = state.part(WeightFiles)
    files.forget_error("own")
    if file is None:
        return
    try:
        most = limits().upload_weights_mb
        if file.size > most * MB:  # the widget's own limit holds in the browser only
            raise WeightsTooLarge(file=shown_name(file.name), limit=most)
        variant = st.session_state[_VARIANT] or None
        keep(state, open_custom_model(file.getvalue(), shown_name(file.name), "own", variant))
    except TransCNNError as error:
        files.errors["own"] = error
