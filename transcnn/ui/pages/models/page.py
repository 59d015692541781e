"""Models: the models included, with their cards; a person's own; the authors'."""

import streamlit as st

from transcnn.analysis.cost import network_cost
from transcnn.checkpoints.catalogue import shipped, shipped_names
from transcnn.model.variants import network
from transcnn.ui.app.page_files import page_file
from transcnn.ui.app.session import Session
from transcnn.ui.pages.models import authors_weights, own_weights
from transcnn.ui.pages.models.card import show_custom_models
from transcnn.words.translator import Translator, translator


def show() -> None:
    """Draw the page, section by section."""
    state = Session.get()
    t = translator(state.language)
    st.title(t("models.title"))
    _show_shipped(t)
    _show_own_classes(state, t)
    own_weights.show(state, t)
    authors_weights.show(state, t)


def _show_own_classes(state: Session, t: Translator) -> None:
    """The way to networks of own classes, and those that were trained or given in this session."""
    st.subheader(t("own_classes.title"))
    st.write(t("models.own_classes_lede"))
    st.page_link(page_file("own_classes"), label=t("models.own_classes_link"), query_params={})
    show_custom_models(state, t, "learned")
    show_custom_models(state, t, "class")


def _show_shipped(t: Translator) -> None:
    st.subheader(t("models.ships"))
    st.write(t("models.lede"))
    for name in shipped_names():
        config, entry = network(name), shipped(name)
        side = config.input.size
        st.markdown(
            t(
                "models.facts",
                name=name,
                parameters=f"{entry.parameters:,}",
                macs=f"{network_cost(config, (side, side)).total:,}",
                side=side,
                classes=config.classes,
                licence=entry.licence,
            )
        )
        st.markdown(f":small[sha256 `{entry.sha256}`]")
        with st.expander(t("models.card", name=name)):
            card = entry.card.read_text(encoding="utf-8")
            st.markdown(card.replace("\n#", "\n##").replace("# ", "### ", 1))  # below our headings
