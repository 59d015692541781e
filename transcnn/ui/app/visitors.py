"""Whose page this thread works for, and whether that browser is still there.

A visitor here is a session of Streamlit: an open page. It may come back, as a phone does that was
locked, and finds its choices; but what is computed meanwhile, nobody waits for.
"""

import threading
from dataclasses import dataclass
from typing import cast

import streamlit as st
from streamlit.runtime import Runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx


@dataclass(frozen=True)
class Visitor:
    """An open page: its session, and the address that it is open at; "" where nobody knows it."""

    session: str
    address: str

    @property
    def has_browser(self) -> bool:
        """Whether the page is connected. Without a server, as in tests of a script, it is."""
        return not Runtime.exists() or bool(Runtime.instance().is_active_session(self.session))


_thread = threading.local()


def work_for(visitor: Visitor | None) -> None:
    """Note that this thread, which runs no script, works for a page."""
    _thread.visitor = visitor


def current_visitor() -> Visitor | None:
    """Whose script this thread runs, or whom it works for; None where that is nobody."""
    if (visitor := getattr(_thread, "visitor", None)) is not None:
        return cast(Visitor, visitor)
    context = get_script_run_ctx(suppress_warning=True)
    if context is None:
        return None
    client = Runtime.instance().get_client(context.session_id) if Runtime.exists() else None
    connection = client and client.client_context
    address = connection and connection.remote_ip
    return Visitor(context.session_id, address if isinstance(address, str) else "")


def end_with_browser() -> None:
    """End the script that this thread runs, if its page is not connected any more.

    Streamlit does that by itself where a script draws; this is for long work between.
    """
    if get_script_run_ctx(suppress_warning=True) is None:
        return
    visitor = current_visitor()
    if visitor is not None and not visitor.has_browser:
        st.stop()
