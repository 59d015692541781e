"""The whole network on one image; a box opens into what is inside it."""

from collections.abc import Callable
from typing import Any

from transcnn.ui.components import component

_show = component("overview", "view")


def overview_view(
    key: str,
    data: dict[str, Any],
    on_choice: Callable[[], None],
    on_go: Callable[[], None],
    on_dismiss: Callable[[], None],
) -> None:
    """What was chosen is in the session at `key`: "chosen", and "go" for a page to show."""
    _show(
        key=key,
        data=data,
        on_chosen_change=on_choice,
        on_go_change=on_go,
        on_dismissed_change=on_dismiss,
    )
