"""A table with cells to choose from."""

from collections.abc import Callable
from typing import Any

from transcnn.ui.components import component

_show = component("pick_table", "view")


def pick_table(key: str, data: dict[str, Any], on_pick: Callable[[], None]) -> None:
    """What was picked is in the session at `key`."""
    _show(key=key, data=data, on_picked_change=on_pick)
