"""The sample images to choose from."""

from collections.abc import Callable
from typing import Any

from transcnn.ui.components import component

_show = component("samples")


def sample_picker(key: str, data: dict[str, Any], on_pick: Callable[[], None]) -> None:
    """The name of the sample that was picked is in the session at `key`."""
    _show(key=key, data=data, on_picked_change=on_pick)
