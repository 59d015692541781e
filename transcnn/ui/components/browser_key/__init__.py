"""Keys that a visitor's browser keeps, so that none of them stands in an address that is sent."""

from collections.abc import Collection

import streamlit as st

from transcnn.ui.components import component

_show = component("browser_key")
_PLACE = "browser_key"


def held_key(name: str) -> str | None:
    """The key that the browser has under `name`, kept before or brought by the address as
    `#key=...`; "" for none, None before it has answered.
    """
    answer = (st.session_state.get(_PLACE) or {}).get("held")
    if not isinstance(answer, dict) or answer.get("name") != name:
        return None
    return str(answer.get("key") or "")


def keep_key(name: str, key: str, forgotten: Collection[str]) -> None:
    """Let the browser keep `key` under `name` for all its tabs, for a day, and no keys that are
    `forgotten`, by their names. Without a key it is asked for the one that it has; without a name
    for nothing. A fragment goes out of the address.
    """
    held = held_key(name)
    _show(
        key=_PLACE,
        data={"name": name, "key": key, "held": held, "forgotten": sorted(forgotten)},
        on_held_change=lambda: None,
        height="content",
    )
