"""Small tables of our own words and numbers."""

from collections.abc import Sequence

import streamlit as st


def show_table(rows: Sequence[Sequence[str]], numbers: int | None = None) -> None:
    """Draw a table whose first row are heads. So many last columns are `numbers`, to the right;
    without it, all but the first.
    """
    count = len(rows[0])
    right = count - 1 if numbers is None else numbers
    lines = [rows[0], ["---"] * (count - right) + ["---:"] * right, *rows[1:]]
    st.markdown("\n".join(f"| {' | '.join(cells)} |" for cells in lines))
