"""An image with the boxes and masks that a detector finds in it, to choose one of them."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import streamlit as st

from transcnn.pictures.geometry import Box
from transcnn.ui.components import component

_show = component("detections", "view")


@dataclass(frozen=True)
class ShownBox:
    """A box on the image, in percent of it. `choice` is what is chosen with it, None: nothing.

    `text` stands at its corner, `says` is for screen readers. `dashed`: it is not there in the run
    that it is compared with. `colour` is one on which dark letters are read; `mask` is the address
    of an image of its pixels.
    """

    left: float
    top: float
    width: float
    height: float
    text: str
    says: str
    colour: str
    choice: int | None
    dashed: bool = False
    mask: str | None = None


def in_percent(box: Box, size: tuple[int, int]) -> tuple[float, float, float, float]:
    """Left, top, width and height of a rectangle, in percent of an image of `size`."""
    width, height = size
    left, top = 100 * box.left / width, 100 * box.top / height
    return left, top, 100 * box.right / width - left, 100 * box.bottom / height - top


def show_detections(
    key: str,
    *,
    image: str,
    size: tuple[int, int],
    alt: str,
    label: str,
    boxes: Sequence[ShownBox],
    chosen: int | None,
    token: tuple[float, float, float, float] | None,
    on_choose: Callable[[int, tuple[float, float] | None], None],
) -> None:
    """Mount the image at the address `image`, of `size` (width, height).

    `on_choose` gets the choice of the box that was chosen, and, where it was clicked inside the box
    already `chosen`, that position in shares of the image: x, y. `token` is marked: left, top,
    width, height in percent.
    """

    def picked() -> None:
        found: dict[str, Any] | None = st.session_state[key]["picked"]
        if found is None:  # a trigger is None again in the next run
            return
        at = found["at"]
        on_choose(int(found["choice"]), None if at is None else (float(at[0]), float(at[1])))

    _show(
        key=key,
        data={
            "image": image,
            "size": size,
            "alt": alt,
            "label": label,
            "boxes": [asdict(box) for box in boxes],
            "chosen": chosen,
            "token": token,
        },
        on_picked_change=picked,
    )
