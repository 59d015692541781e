"""Models: the weights that ship, and their cards."""

import streamlit as st

from transcnn.analysis.cost import network_cost
from transcnn.checkpoints.catalogue import shipped, shipped_names
from transcnn.model.variants import network
from transcnn.ui.words import words


def show() -> None:
    """Draw the page: a table of what ships, then each model card."""
    say = words()
    st.title(say("models.title"))
    st.write(say("models.lede"))
    rows = []
    for name in shipped_names():
        config, entry = network(name), shipped(name)
        side = config.input.size
        row = {
            "name": name,
            "parameters": f"{entry.parameters:,}",
            "macs": f"{network_cost(config, (side, side)).total:,}",
            "input": f"{side} × {side}",
            "classes": str(config.classes),
            "licence": entry.licence,
        }
        rows.append({say(f"models.{key}"): value for key, value in row.items()})
    st.table(rows)
    for name in shipped_names():
        st.markdown(shipped(name).card.read_text(encoding="utf-8"))
