"""What the page asks of the library."""

from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from transcnn.analysis.cost.network import NetworkCost


@st.cache_resource(max_entries=64, show_spinner=False)
def operations_of(model: str, classes: int, side: int) -> "NetworkCost":
    """The multiply-adds of a variant as torch counts them."""
    from transcnn.analysis.cost.count import count_operations
    from transcnn.model.network import blank

    return count_operations(blank(model, classes=classes).eval(), (side, side))
