"""Small tables of our own words and numbers."""

from collections.abc import Sequence

import streamlit as st

from transcnn.reports.tables import table_lines


def show_table(rows: Sequence[Sequence[str]], numbers: int | None = None) -> None:
    """Draw a table whose first row are heads; `numbers` as in `table_lines`."""
    st.markdown("\n".join(table_lines(rows, numbers)))
