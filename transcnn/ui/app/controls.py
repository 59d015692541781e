"""Controls that several pages have."""

from collections.abc import Callable, Sequence

import streamlit as st


def choose_one(
    label: str,
    options: Sequence[str],
    chosen: str,
    key: str,
    *,
    text: Callable[[str], str],
    on_choice: Callable[[str], None],
) -> None:
    """Options side by side, one of them always chosen; `label` is for screen readers only.

    A second click takes the choice off in the browser: then the one that was chosen stays.
    """
    st.session_state[key] = chosen
    st.segmented_control(
        label,
        options,
        format_func=text,
        key=key,
        on_change=lambda: on_choice(st.session_state[key] or chosen),
        label_visibility="collapsed",
    )
