"""Forgets the sessions of browsers that have gone when their time is over, not when another goes.

Streamlit keeps such a session for `server.disconnectedSessionTTL`, a number of them at most, and
looks whether its time is over only as the next one goes; and its loop remembers the last one that
it served until the next one comes: on a quiet server the last visitor's uploads would stay.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import streamlit as st
from streamlit.runtime import Runtime
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.caching.ttl_cache import TTLCache
from streamlit.runtime.session_manager import SessionManager

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
    while not Runtime.exists():
        await asyncio.sleep(0.1)
    # Streamlit's own store, a cache with a time to live; it has no public name.
    manager: Any = Runtime.instance()._session_mgr
    storage, dropped = manager._session_storage, list[AppSession]()
    cache = storage._cache = TTLCache(
        storage._cache.maxsize,
        storage._cache.ttl,
        on_remove=lambda _, info: dropped.append(info.session),
    )
    while True:
        await asyncio.sleep(EVERY_S)
        cache.expire()
        while dropped:
            _end(dropped.pop(), manager)


def _end(session: AppSession, manager: SessionManager) -> None:
    """End a session that has left the store, unless its browser has come back for it."""
    if manager.get_session_info(session.id) is None:
        session.shutdown()
        session.session_state.clear()
