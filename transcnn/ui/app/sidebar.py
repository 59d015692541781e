"""The sidebar: which image, which network."""

import functools

import streamlit as st
from PIL import Image, ImageOps

from transcnn.checkpoints.catalogue import TRAINED, shipped, shipped_names, split_snapshot
from transcnn.errors import FileTooLarge
from transcnn.pictures.address import picture_address
from transcnn.pictures.samples import Sample, samples
from transcnn.ui.app.session import Session
from transcnn.ui.components.samples import sample_picker
from transcnn.words import LANGUAGES
from transcnn.words.translator import Translator, translator

_PICKER, _UPLOADER, _MODEL, _LANGUAGE = (
    "sample_picker",
    "uploader",
    "model_picker",
    "language_picker",
)
ENDINGS = ["jpg", "jpeg", "png", "webp", "gif", "bmp"]
MAX_MB = 20
_THUMB = 96  # pixels


def show(state: Session) -> None:
    """Draw the sidebar; a choice changes `state` before the page runs."""
    t = translator(state.language)
    with st.sidebar:
        st.radio(
            t("sidebar.language"),
            list(LANGUAGES),
            list(LANGUAGES).index(state.language),
            format_func=LANGUAGES.__getitem__,
            key=_LANGUAGE,
            horizontal=True,
            label_visibility="collapsed",
            on_change=lambda: setattr(state, "language", st.session_state[_LANGUAGE]),
        )
        st.markdown(f"**{t('sidebar.picture')}**")
        sample_picker(
            _PICKER,
            {
                "label": t("sidebar.samples"),
                "samples": _thumbs(t.language),
                "chosen": state.shown_sample,
            },
            lambda: _pick(state),
        )
        st.file_uploader(
            t("sidebar.upload"),
            type=ENDINGS,
            max_upload_size=MAX_MB,
            key=_UPLOADER,
            on_change=lambda: _take_upload(state, t),
        )
        if state.shown_sample is None:
            st.caption(f"{t('sidebar.private')} {t('sidebar.not_linked')}")
        else:
            st.caption(t("sidebar.private"))
        _show_model(state, t)


def _pick(state: Session) -> None:
    name = st.session_state[_PICKER]["picked"]
    if name is not None:  # a trigger is None again in the run after its own
        state.show_sample(name)


def _take_upload(state: Session, t: Translator) -> None:
    file = st.session_state[_UPLOADER]
    if file is None:  # on its way out, to be replaced: what is shown stays until another is chosen
        return
    if file.size > MAX_MB * 2**20:  # the widget's own limit holds in the browser only
        state.refuse_upload(FileTooLarge(limit=MAX_MB))
    else:
        state.show_upload(file.name, t("sidebar.uploaded_alt"), file.getvalue())


def _show_model(state: Session, t: Translator) -> None:
    st.markdown(f"**{t('sidebar.model')}**")
    custom_models = {
        key: custom_model
        for key, custom_model in state.custom_models.items()
        if custom_model.has_levels
    }
    models = [*shipped_names(), *custom_models]
    name, share = split_snapshot(state.model)
    if len(models) > 1:
        st.session_state[_MODEL] = name  # it may have been chosen elsewhere
        st.selectbox(
            t("sidebar.model"),
            models,
            key=_MODEL,
            format_func=lambda m: custom_models[m].label(t) if m in custom_models else m,
            on_change=lambda: state.show_model(st.session_state[_MODEL]),
            label_visibility="collapsed",
        )
    else:
        st.text(name)
    if state.custom_model is not None:
        size = t("sidebar.model_size", parameters=f"{state.custom_model.parameters / 1e6:.1f}")
        st.caption(f"{size}. {t('sidebar.own_weights')}")
        return
    entry = shipped(name)
    if share != TRAINED:
        st.caption(t("sidebar.partly_trained", percent=f"{100 * float(share):.0f}"))
        return
    size = t("sidebar.model_size", parameters=f"{entry.parameters / 1e6:.1f}")
    score = t("sidebar.model_score", percent=f"{100 * entry.scores['imagenette_top1']:.1f}")
    st.caption(f"{size} · {score}")


@functools.cache
def _thumbs(language: str) -> list[dict[str, str]]:
    return [
        {"name": sample.name, "title": sample.title[language], "src": _thumb(sample)}
        for sample in samples()
    ]


def _thumb(sample: Sample) -> str:
    with Image.open(sample.path) as photo:
        small = ImageOps.fit(photo.convert("RGB"), (_THUMB, _THUMB))
    return picture_address(small, quality=80)
