"""Boards of a lesson."""

from collections.abc import Callable
from typing import Any

from transcnn.ui.components import component

_show = component("boards", "view")


def boards(key: str, data: dict[str, Any], on_pick: Callable[[], None]) -> None:
    """The picture cut into cells; the cell that was picked is in the session at `key`."""
    _show(key=key, data=data, on_picked_change=on_pick)
