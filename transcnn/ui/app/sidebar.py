"""The sidebar: which image, which network."""

import json
from typing import Any

import streamlit as st
from PIL import Image, ImageOps

from transcnn.checkpoints.catalogue import TRAINED, shipped, shipped_names, split_snapshot
from transcnn.errors import FileTooLarge, MissingSnapshots
from transcnn.limits import MB, limits
from transcnn.pictures.address import picture_address
from transcnn.pictures.samples import Sample, known_samples, samples
from transcnn.ui.app.images import prepare_image
from transcnn.ui.app.session import Session
from transcnn.ui.app.uploads import shown_name
from transcnn.ui.components.samples import sample_picker
from transcnn.words import LANGUAGES
from transcnn.words.translator import Translator, plain, translator

_PICKER, _UPLOADER, _MODEL, _LANGUAGE = (
    "sample_picker",
    "uploader",
    "model_picker",
    "language_picker",
)
_CROP, _TRAINING = "crop_slider", "training_slider"
_UPLOAD = "upload"  # the name of the upload among the samples
_WORTH_SAYING = 0.05  # of the longer side, outside of the square
ENDINGS = ["jpg", "jpeg", "png", "webp", "gif", "bmp", "heic", "heif"]
_THUMB = 96  # pixels


def show(state: Session, *, image: bool, crop: bool, model: bool) -> None:
    """Draw the sidebar; a choice changes `state` before the page runs.

    `image`, `model`: whether the choice of them acts on the page. Where it does not, it is hidden,
    not left out: an uploader that is left out forgets its file, which stays in memory. `crop`:
    whether the page sees a square of the image.
    """
    t = translator(state.language)
    hidden = [part for part, acts in (("image", image), ("model", model)) if not acts]
    rules = "".join(f".st-key-sidebar_{part} {{ display: none; }}" for part in hidden)
    label = json.dumps(t("sidebar.open"), ensure_ascii=False) if image or model else '""'
    rules += f".stApp {{ --open-sidebar: {label}; }}"  # beside its arrow on a phone
    st.html(f"<style>{rules}</style>")
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
        with st.container(key="sidebar_image"):
            _show_image(state, t, crop=crop)
        with st.container(key="sidebar_model"):
            _show_model(state, t)


def _show_image(state: Session, t: Translator, *, crop: bool) -> None:
    st.markdown(f"**{t('sidebar.picture')}**")
    sample_picker(
        _PICKER,
        {
            "label": t("sidebar.samples"),
            "upload": _UPLOAD,
            "groups": _groups(state, t),
            "chosen": state.shown_sample or _UPLOAD,
        },
        lambda: _pick(state),
    )
    if crop:
        _show_crop(state, t)
    st.file_uploader(
        t("sidebar.upload"),
        type=ENDINGS,
        max_upload_size=limits().upload_image_mb,
        key=_UPLOADER,
        on_change=lambda: _take_upload(state, t),
    )
    if state.shown_sample is None:
        st.caption(f"{t('sidebar.private')} {t('sidebar.not_linked')}")
    else:
        st.caption(t("sidebar.private"))


def _groups(state: Session, t: Translator) -> list[dict[str, Any]]:
    """The images to choose from: an upload, what the network knows, and the rest under its name."""
    config = state.config(state.model)
    known = {sample.name for sample in known_samples(config.class_set)}
    thumbs = _thumbs(t.language)
    first = [thumb for thumb in thumbs if thumb["name"] in known]
    rest = [thumb for thumb in thumbs if thumb["name"] not in known]
    if state.upload is not None:
        prepared = prepare_image(state.upload, config.input.size)
        upload = {
            "name": _UPLOAD,
            "title": state.upload.title,
            "src": _small(Image.fromarray(prepared.pixels)),
        }
        first = [upload, *first]
    groups = [
        {"label": "", "samples": first},
        {"label": t("sidebar.unknown", model=config.name), "samples": rest},
    ]
    return [group for group in groups if group["samples"]]


def _show_crop(state: Session, t: Translator) -> None:
    """Where an image is not square, what the network does not see of it, and a way to choose."""
    prepared = prepare_image(state.image, state.config(state.model).input.size)
    width, height = prepared.crop.picture
    lost = 1 - min(width, height) / max(width, height)
    if lost < _WORTH_SAYING:
        return
    side = "wide" if width > height else "tall"
    st.session_state[_CROP] = state.crop  # it may have been chosen elsewhere
    st.slider(
        t(f"sidebar.crop_{side}", percent=f"{100 * lost:.0f}"),
        0,
        100,
        step=5,
        format="%d %%",
        key=_CROP,
        help=t(f"sidebar.crop_{side}_help"),
        on_change=lambda: state.move_crop(st.session_state[_CROP]),
    )


def _pick(state: Session) -> None:
    name = st.session_state[_PICKER]["picked"]
    if name not in (None, _UPLOAD):  # a trigger is None again in the run after its own
        state.show_sample(name)


def _take_upload(state: Session, t: Translator) -> None:
    file = st.session_state[_UPLOADER]
    if file is None:  # on its way out, to be replaced: what is shown stays until another is chosen
        return
    most = limits().upload_image_mb
    if file.size > most * MB:  # the widget's own limit holds in the browser only
        state.refuse_upload(FileTooLarge(limit=most))
    else:
        state.show_upload(shown_name(file.name), t("sidebar.uploaded_alt"), file.getvalue())


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
    _choose_training(state, t)
    entry = shipped(name)
    if share != TRAINED:
        st.caption(t("sidebar.partly_trained", percent=f"{100 * float(share):.0f}"))
        return
    size = t("sidebar.model_size", parameters=f"{entry.parameters / 1e6:.1f}")
    score = t("sidebar.model_score", percent=f"{100 * entry.scores['imagenette_top1']:.1f}")
    st.caption(f"{size} · {score}")


@st.cache_resource(show_spinner=False)  # computed once, however many come to a new server at once
def _thumbs(language: str) -> list[dict[str, str]]:
    return [
        {"name": sample.name, "title": sample.title[language], "src": _thumb(sample)}
        for sample in samples()
    ]


def _thumb(sample: Sample) -> str:
    with Image.open(sample.path) as photo:
        return _small(photo.convert("RGB"))


def _small(photo: Image.Image) -> str:
    return picture_address(ImageOps.fit(photo, (_THUMB, _THUMB)), quality=80)


def _choose_training(state: Session, t: Translator) -> None:
    """A slider over the training of the network; where only its snapshots are missing, how to get
    them."""
    share, shares = state.training
    if not shares:
        if shipped(state.model).snapshots:
            st.caption(plain(t.error(MissingSnapshots(model=state.model))))
        return
    st.session_state[_TRAINING] = share  # it may have been chosen elsewhere
    st.select_slider(
        t("sidebar.training"),
        shares,
        key=_TRAINING,
        format_func=lambda s: f"{100 * float(s):.0f} %",
        help=t("sidebar.training_help"),
        on_change=lambda: state.show_training(st.session_state[_TRAINING]),
    )
