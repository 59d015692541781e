"""What is shown of the networks that a visitor brought."""

import streamlit as st

from transcnn.analysis.cost import network_cost
from transcnn.reports.sentences import held_out_says
from transcnn.training.finetune.measured import read_measured
from transcnn.ui.app.custom_models import CustomModel, Origin
from transcnn.ui.app.images import prepare_image
from transcnn.ui.app.networks import predictions
from transcnn.ui.app.page_files import page_file
from transcnn.ui.app.session import Session
from transcnn.words.translator import Translator, plain

_LISTED = 50  # names of classes


def show_custom_models(state: Session, t: Translator, origin: Origin) -> None:
    """A card for each custom model that came by `origin`, the newest first."""
    for custom_model in reversed([g for g in state.custom_models.values() if g.origin == origin]):
        with st.container(border=True, key=f"custom_model_{custom_model.key.replace('/', '_')}"):
            _show_custom_model(state, t, custom_model)


def _show_custom_model(state: Session, t: Translator, custom_model: CustomModel) -> None:
    config, side = custom_model.config, custom_model.config.input.size
    st.markdown(
        t(
            f"models.made_{custom_model.origin}",
            name=config.name,
            file=plain(custom_model.file),
            parameters=f"{custom_model.parameters:,}",
            macs=f"{network_cost(config, (side, side)).total:,}",
            side=side,
            classes=config.classes,
        )
    )
    st.markdown(f":small[sha256 `{custom_model.classifier.weights_sha256}`]")
    if config.own_classes is not None:
        st.markdown(_own_names(t, config.own_classes))
    found = read_measured(custom_model.classifier.measured)
    if found is not None:
        st.markdown(plain(" ".join(held_out_says(found, t))))
    if config.class_set.names[0].numbered:
        st.markdown(t("models.numbered"))
    if custom_model.has_levels:
        st.markdown(t("models.selectable"))
    else:
        st.markdown(t("models.not_explored"))
        _show_predictions(state, t, custom_model)
    with st.container(horizontal=True):
        if custom_model.has_levels and st.button(
            t("models.explore"), key=f"explore_{custom_model.key}"
        ):
            state.show_model(custom_model.key)
            st.switch_page(page_file("explore"), query_params={})
        st.button(
            t("models.forget"),
            key=f"forget_{custom_model.key}",
            on_click=lambda: state.forget_custom_model(custom_model.key),
        )


def _own_names(t: Translator, names: tuple[str, ...]) -> str:
    listed = plain(", ".join(names[:_LISTED]))
    if len(names) <= _LISTED:
        return t("models.own_names", names=listed)
    return t("models.own_names_more", names=listed, count=len(names) - _LISTED)


def _show_predictions(state: Session, t: Translator, custom_model: CustomModel) -> None:
    """The chosen image as the network sees it, and its likeliest classes."""
    if state.upload_error is not None:
        st.error(plain(t("errors.previous_image", error=t.error(state.upload_error))))
    image = state.image
    prepared = prepare_image(image, custom_model.config.input.size)
    labels = custom_model.config.class_set.said_in(t.language)
    left, right = st.columns([1, 2], gap="medium")
    left.image(prepared.pixels, alt=image.alt)
    rows = [f"| {t('models.answer')} | {t('models.share')} |", "| --- | ---: |"]
    for one in predictions(prepared, custom_model.key):
        rows.append(f"| {plain(labels[one.output])} | {100 * one.probability:.1f} % |")
    right.markdown("\n".join(rows))
