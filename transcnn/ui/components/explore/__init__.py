"""The image with a query token and what it attends to at each level."""

from collections.abc import Callable
from typing import Any

from transcnn.ui.components import component

_show = component("explore", "view", "predictions")


def explore_view(
    key: str,
    data: dict[str, Any],
    on_select: Callable[[], None],
    on_dismiss: Callable[[], None],
    on_leave: Callable[[], None],
) -> None:
    """The selection is in the session at `key`; `on_leave`: for the overview."""
    _show(
        key=key,
        data=data,
        on_selected_change=on_select,
        on_dismissed_change=on_dismiss,
        on_left_change=on_leave,
    )
