"""Lets a browser's tab remember a text across sessions, and bring it back to a new one."""

from collections.abc import Callable

import streamlit as st

from transcnn.ui.components import component

_show = component("session_memory")


def session_memory(
    name: str,
    session: str,
    text: str,
    on_found: Callable[[str], None],
    *,
    fragment: str = "",
) -> None:
    """Let the tab remember `text` of the session with the id `session`, "" for nothing.

    Once the tab is in another session than when it remembered a text, `on_found` gets that text,
    once: the one before was lost, with the connection, the server or by loading the page anew.
    Where the address ends in `#<fragment>=<text>`, as links do whose text shall reach no server's
    log, `on_found` gets that one, and the browser takes it out of the address.
    """
    key = f"store_{name}"
    taken = f"{key}_taken"

    def found() -> None:
        left = st.session_state[key]["found"]
        if left and st.session_state.get(taken) != left["session"]:
            st.session_state[taken] = left["session"]
            on_found(left["text"])

    _show(
        key=key,
        data={
            "name": name,
            "session": session,
            "text": text,
            "taken": st.session_state.get(taken, ""),
            "fragment": fragment,
        },
        on_found_change=found,
        height="content",
    )
