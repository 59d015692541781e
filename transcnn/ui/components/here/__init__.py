"""The strip "You are here" on its own: the network, and which of its blocks the page shows."""

from collections.abc import Callable
from typing import Any

from transcnn.ui.components import component

_show = component("here", "view")


def here_view(
    key: str, data: dict[str, Any], on_go: Callable[[], None], on_leave: Callable[[], None]
) -> None:
    """The block that was chosen is in the session at `key`, as "go"; `on_leave`: for the
    overview."""
    _show(key=key, data=data, on_go_change=on_go, on_left_change=on_leave)
