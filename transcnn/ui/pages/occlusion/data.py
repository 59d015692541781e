"""What the page asks of the library."""

from typing import TYPE_CHECKING

import streamlit as st

from transcnn.pictures.changes import changed_cells
from transcnn.pictures.samples import sample_pixels
from transcnn.ui.app.images import PreparedImage
from transcnn.ui.app.networks import BY_DIGEST, classifier
from transcnn.ui.app.tasks import computing
from transcnn.ui.pages.occlusion.link import OcclusionChoice

if TYPE_CHECKING:
    from transcnn.analysis.occlusion import OcclusionResult


@st.cache_resource(
    scope="session",
    max_entries=8,
    show_spinner=False,
    hash_funcs={**BY_DIGEST, OcclusionChoice: str},
)
def occlude(
    key: str, prepared: PreparedImage, model: str, name: str, choice: OcclusionChoice
) -> "tuple[OcclusionResult, bytes]":
    """The image called `name` with the cells of `choice` occluded and the predictions on it; for
    the browser too, as `key`."""
    from transcnn.analysis.occlusion import PatchDonors, board_of, occlude, run_occluded
    from transcnn.ui.components.packets.occlusion import occlusion_packet

    run = PatchDonors.among(name, prepared.pixels, sample_pixels(len(prepared.pixels)))
    columns = board_of(prepared.pixels)[1]
    cells = [divmod(cell, columns) for cell in sorted(choice.cells or ())]
    pixels = occlude(
        run, cells, "gray" if choice.fill == "gray" else "patches", choice.percent / 100
    )
    with computing:
        found = run_occluded(classifier(model), prepared.pixels, pixels, cells)
    return found, occlusion_packet(key, found)


def drawn_cells(name: str, percent: int, side: int) -> frozenset[int]:
    """The cells that the fixed tests occlude of the image `name`."""
    cells, _ = changed_cells(name, percent / 100, (side, side))
    return frozenset(row * side + column for row, column in cells)
