"""Models: the weights that ship, and their cards."""

import streamlit as st

from transcnn.analysis.cost import network_cost
from transcnn.checkpoints.catalogue import shipped, shipped_names
from transcnn.model.variants import network
from transcnn.ui.state import AppState
from transcnn.ui.words import words


def show() -> None:
    """Draw the page: what ships, each with its card."""
    say = words(AppState().language)
    st.title(say("models.title"))
    st.write(say("models.lede"))
    for name in shipped_names():
        config, entry = network(name), shipped(name)
        side = config.input.size
        st.markdown(
            say(
                "models.facts",
                name=name,
                parameters=f"{entry.parameters:,}",
                macs=f"{network_cost(config, (side, side)).total:,}",
                side=side,
                classes=config.classes,
                licence=entry.licence,
            )
        )
        card = entry.card.read_text(encoding="utf-8")
        st.markdown(card.replace("# ", "## ", 1))  # the page has a title of its own
