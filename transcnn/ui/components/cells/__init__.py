"""Cell maps in the browser: side by side, to be pointed at, walked over and picked.

Python says what the colours mean, the browser draws: colours are steps on the ramp of
`figures.scale`, from 0 (its cold end) to 256 (its warm end), 128 is its middle.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from transcnn.figures.cells import CellMap
from transcnn.figures.scale import DARK, LIGHT, ColourScale
from transcnn.pictures.address import picture_address
from transcnn.ui.components import component
from transcnn.words.translator import Translator

STEPS = 256
Layout = Literal["row", "pairs", "grid"]

_show = component("cells", "view")


@dataclass(frozen=True, eq=False)
class Panel:
    """A map on the page, named `id` among those of its mount.

    `note` stands below its name. Panels of one `link` are pointed at together. `on_pick` gets the
    row and the column of a cell that was picked. A map that is `missing` says why, and is not
    drawn.
    """

    id: str
    map: CellMap
    note: str = ""
    link: str = ""
    on_pick: Callable[[int, int], None] | None = None
    missing: str | None = None


def show_cells(
    key: str,
    t: Translator,
    panels: Sequence[Panel],
    *,
    layout: Layout = "grid",
    opacity: float | None = None,
    pixels: int | None = None,
    colours: Mapping[str, str] | None = None,
) -> None:
    """Mount the maps.

    "grid": each has its colour bar; "row" and "pairs" have one for all, of the first scale.
    "pairs": each two that follow each other stand together. `opacity` is that of the colours over
    the image; None: the visitor chooses it, and all values are also a table. `pixels`: the side of
    the whole image, for maps whose cells say which pixels they cover. `colours` are those
    of the roles.
    """

    def picked() -> None:
        found = st.session_state[key]["picked"]
        if found is None:  # a trigger is None again in the next run
            return
        for panel in panels:
            if panel.id == found["map"] and panel.on_pick is not None:
                panel.on_pick(int(found["row"]), int(found["column"]))

    images: dict[str, str] = {}
    drawn = [_drawn(panel, layout, opacity, images) for panel in panels]
    scales = [p.map.scale for p in panels if p.map.scale is not None]
    _show(
        key=key,
        data={
            "maps": drawn,
            "images": images,
            "layout": layout,
            "opacity": opacity,
            "pixels": pixels,
            "colours": dict(colours or {}),
            "bar": _bar(scales[0], fine=True) if scales and layout != "grid" else None,
            "ramps": {"light": LIGHT, "dark": DARK},
            "words": t.table("maps"),
        },
        on_picked_change=picked,
    )


def _drawn(
    panel: Panel, layout: Layout, opacity: float | None, images: dict[str, str]
) -> dict[str, Any]:
    """A map as the browser takes it; its image is added to the addresses by their names."""
    cells, scale = panel.map, panel.map.scale
    image = steps = values = None
    beyond: list[int] = []
    if cells.image is not None:
        image = hashlib.blake2b(cells.image.tobytes(), digest_size=8).hexdigest()
        images[image] = _address(image, cells.image)
    if scale is not None and cells.values is not None:
        flat = cells.values.ravel()
        places = np.rint(np.nan_to_num(scale.places(flat)) * STEPS).astype(int).tolist()
        known = (~np.isnan(flat)).tolist()
        steps = [step if k else None for step, k in zip(places, known, strict=True)]
        tips = scale.tips(flat) if cells.tips is None else cells.tips
        values = [tip if k else None for tip, k in zip(tips, known, strict=True)]
        if opacity is None:  # a triangle cannot be distinguished from the image
            beyond = np.flatnonzero(scale.beyond(flat)).tolist()
    return {
        "id": panel.id,
        "name": cells.name,
        "rows": cells.rows,
        "columns": cells.columns,
        "note": panel.note,
        "says": cells.says,
        "image": image,
        "part": cells.part,
        "steps": steps,
        "values": values,
        "texts": {str(cell): text for cell, text in cells.texts.items()},
        "beyond": beyond,
        "marks": [asdict(mark) for mark in cells.marks],
        "boxes": [asdict(box) for box in cells.boxes],
        "dots": cells.dots,
        "origin": cells.origin,
        "whole": cells.whole,
        "start": cells.start,
        "link": panel.link,
        "pick": panel.on_pick is not None,
        "small": cells.small,
        "bar": _bar(scale) if scale is not None and layout == "grid" else None,
        "missing": panel.missing,
    }


def _bar(scale: ColourScale, fine: bool = False) -> dict[str, Any]:
    below = scale.form != "own" and not scale.warm
    ticks = scale.ticks(fine)
    return {"ticks": ticks, "titles": scale.titles, "warm": scale.warm, "below": below}


@st.cache_data(scope="session", max_entries=24, show_spinner=False)
def _address(name: str, _pixels: NDArray[Any]) -> str:  # noqa: ARG001
    """An image as an address of its own, kept by the name of its content."""
    return picture_address(Image.fromarray(_pixels), quality=88)
