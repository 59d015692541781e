"""Forgets the sessions of browsers that have gone when their time is over, not when another goes.

Streamlit keeps such a session for `server.disconnectedSessionTTL` and looks whether its time is
over only as the next one goes, and its loop remembers the last one that it served until the next
one comes: on a quiet server the last visitor's uploads and image would stay.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, MutableMapping
from typing import Any

import streamlit as st
from streamlit.runtime import Runtime

from transcnn.ui.server.old_runs import delete_old_runs

EVERY_S = 5.0
KEPT = 128  # sessions of browsers that have gone: what Streamlit keeps at most
DESCRIPTORS = 3  # of each of them


@contextlib.asynccontextmanager
async def forgetting(_app: st.App) -> AsyncIterator[None]:
    """For the time that the server runs."""
    tasks = [asyncio.create_task(work) for work in (_forget(), delete_old_runs())]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()


async def _forget() -> None:
    while True:
        await asyncio.sleep(EVERY_S)
        _end_expired()


def _end_expired() -> None:
    """A function of its own: a variable of the loop would keep the last session until the next."""
    for _, info in _kept().expire():
        info.session.shutdown()
        info.session.session_state.clear()


def _kept() -> Any:
    """Streamlit's own store, a cache with a time to live; it has no public name."""
    storage = Runtime.instance()._session_mgr._session_storage  # type: ignore[attr-defined]
    cache: MutableMapping[str, Any] = storage._cache
    return cache
