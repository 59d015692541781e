"""A matrix of numbers to be edited."""

from collections.abc import Callable
from typing import Any

from transcnn.ui.components import component

_show = component("by_hand", "view")


def hand_map(key: str, data: dict[str, Any], on_change: Callable[[], None]) -> None:
    """All numbers, row by row, are in the session at `key`."""
    _show(key=key, data=data, on_numbers_change=on_change)
