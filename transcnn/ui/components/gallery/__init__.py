"""Images to choose from."""

from collections.abc import Callable
from typing import Any

from transcnn.ui.components import component

_show = component("gallery", "view")


def gallery(key: str, data: dict[str, Any], on_pin: Callable[[], None]) -> None:
    """The id of the image that was clicked is in the session at `key`."""
    _show(key=key, data=data, on_pinned_change=on_pin)
