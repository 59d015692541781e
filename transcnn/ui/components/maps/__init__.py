"""Maps side by side: cells whose colours have a declared scale, with their values in words.

Python says what the colours mean, the browser draws: colours are steps on the ramp of
`figures.scale`, from 0 (its cold end) to 256 (its warm end), 128 is its middle.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from transcnn.figures.scale import DARK, LIGHT, OCTAVES
from transcnn.pictures.address import picture_address
from transcnn.ui.components import component
from transcnn.words.translator import Translator

STEPS = 256

_show = component("maps", "view")


@dataclass(frozen=True)
class ColourBar:
    """The scale of a map: `warm`: only the upper half of the ramp, from nothing on.

    `ticks` are at even distances; `titles` stand over the left end, the middle and the right end.
    """

    ticks: tuple[str, ...]
    titles: tuple[str, str, str] = ("", "", "")
    warm: bool = False


@dataclass(frozen=True)
class Map:
    """Cells on a part of the picture. `steps` and `values` are row by row, None: no such place.

    `part` is what the map covers of the network's square: left, top, width, height as shares of
    it. `boxes` are rings around rectangles of cells (top, left, rows, columns), `numbers` are
    written into cells, `beyond` are cells whose value lies outside of the scale. Maps of one
    `link` are pointed at together. A map that is `missing` says why, and is not drawn.
    """

    id: str
    name: str
    rows: int = 1
    columns: int = 1
    note: str = ""
    says: str = ""
    photo: str | None = None
    part: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    steps: list[int | None] | None = None
    values: list[str | None] | None = None
    numbers: dict[int, str] = field(default_factory=dict)
    beyond: list[int] = field(default_factory=list)
    boxes: list[tuple[float, float, float, float]] = field(default_factory=list)
    origin: tuple[int, int] = (0, 0)
    start: tuple[int, int] = (0, 0)
    link: str = ""
    pick: bool = False
    bar: ColourBar | None = None
    missing: str | None = None


def show_maps(
    key: str,
    t: Translator,
    maps: Sequence[Map],
    photos: Mapping[str, str],
    *,
    layout: Literal["pairs", "grid"] = "grid",
    bar: ColourBar | None = None,
    on_pick: Callable[[str, int, int], None] | None = None,
) -> None:
    """Mount the maps; `photos` are addresses by the names that the maps have for them.

    "pairs": each two that follow each other stand together. `bar` is the scale of all of them.
    `on_pick` gets a map's id, the row and the column of a cell that was picked.
    """

    def picked() -> None:
        found = st.session_state[key]["picked"]
        if found is not None and on_pick is not None:  # a trigger is None again in the next run
            on_pick(str(found["map"]), int(found["row"]), int(found["column"]))

    _show(
        key=key,
        data={
            "maps": [asdict(one) for one in maps],
            "photos": dict(photos),
            "layout": layout,
            "bar": None if bar is None else asdict(bar),
            "ramps": {"light": LIGHT, "dark": DARK},
            "words": t.table("maps"),
        },
        on_picked_change=picked,
    )


def multiple_steps(multiples: NDArray[np.floating]) -> NDArray[np.int64]:
    """Multiples of an even share as steps."""
    with np.errstate(divide="ignore"):
        octaves = np.clip(np.log2(multiples), -OCTAVES, OCTAVES)
    steps: NDArray[np.int64] = np.rint((octaves + OCTAVES) / (2 * OCTAVES) * STEPS).astype(np.int64)
    return steps


@st.cache_data(scope="session", max_entries=6, show_spinner=False)
def seen_url(key: str, _pixels: NDArray[Any]) -> str:  # noqa: ARG001
    """What the network sees of a picture, as an address of its own."""
    return picture_address(Image.fromarray(_pixels), quality=88)
