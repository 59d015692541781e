"""The image whose patches are occluded by hand or at random."""

from collections.abc import Callable
from typing import Any

from transcnn.ui.components import component

_show = component("occlusion", "view", "predictions")


def occlusion_view(
    key: str, data: dict[str, Any], on_change: Callable[[], None], on_leave: Callable[[], None]
) -> None:
    """The mask is in the session at `key`; `on_leave`: for the overview."""
    _show(key=key, data=data, on_mask_change=on_change, on_left_change=on_leave)
