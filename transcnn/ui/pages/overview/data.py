"""What the page asks of the library, for the browser."""

import functools
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from transcnn.analysis.overview.description import describe
from transcnn.analysis.overview.opening import changed_sample, openings
from transcnn.model.config import Network
from transcnn.pictures.changes import CELL, Pixels, changed_cells
from transcnn.pictures.samples import sample_name, sample_pixels
from transcnn.ui.app.images import PreparedImage
from transcnn.ui.app.networks import (
    BY_DIGEST,
    classifier,
    is_public,
    trace_image,
    trace_key,
)
from transcnn.ui.app.tasks import computing

if TYPE_CHECKING:
    from transcnn.classifier import Classifier


@functools.lru_cache(16)
def description(config: Network) -> dict[str, Any]:
    """The boxes of a network, for the browser."""
    return describe(config)


def pack_overview(prepared: PreparedImage, model: str, sample: str | None, fits: bool) -> bytes:
    """What `model` does with an image in every box; the same bytes from run to run.

    Where `sample` is the one that opens the model, its ablation is the measured opening's. What is
    public is computed once for all visitors: most come to that first.
    """
    shared = is_public(sample, model)
    return (_pack_for_all if shared else _pack)(prepared, model, sample, fits)


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs=BY_DIGEST)
def _pack_for_all(prepared: PreparedImage, model: str, sample: str | None, fits: bool) -> bytes:
    return _compute(prepared, model, sample, fits)


@st.cache_resource(scope="session", max_entries=4, show_spinner=False, hash_funcs=BY_DIGEST)
def _pack(prepared: PreparedImage, model: str, sample: str | None, fits: bool) -> bytes:
    return _compute(prepared, model, sample, fits)


def _compute(prepared: PreparedImage, model: str, sample: str | None, fits: bool) -> bytes:
    from transcnn.analysis.ablation import rerun_removed
    from transcnn.analysis.overview.values import box_values
    from transcnn.ui.components.packets.overview import Ablation, overview_packet

    trace, network = trace_image(prepared, model), classifier(model)
    pixels = prepared.pixels
    with computing:
        boxes = box_values(network.model, network.normalise(pixels[None]), trace)
        whole = rerun_removed(network, pixels)
        shown = Ablation(whole, pixels)
        opening = openings().get(model)
        if opening is not None and opening.sample == sample and _is_whole(pixels, sample):
            covered = changed_sample(sample, opening.change, len(pixels))
            side = len(pixels) // CELL
            cells, _ = changed_cells(sample_name(sample), opening.change.share, (side, side))
            runs = rerun_removed(network, covered)
            chosen = opening.right, opening.wrong
            shown = Ablation(runs, covered, opening.change, cells, chosen)
    return overview_packet(trace_key(prepared, model), boxes, pixels, whole, shown, fits)


def pack_times(prepared: PreparedImage, model: str) -> bytes:
    """How long the boxes of `model` take here, for the browser."""
    from transcnn.analysis.overview.timing import ROUNDS
    from transcnn.ui.components.packets.pack import pack

    network = classifier(model)
    times = _times(network.weights_sha256, network, prepared)
    return pack({"kind": "times", "key": model, "ms": times, "rounds": ROUNDS}, b"")


@st.cache_resource(max_entries=16, show_spinner=False)
def _times(
    weights: str,  # noqa: ARG001
    _network: "Classifier",
    _prepared: PreparedImage,
) -> tuple[float, ...]:
    """Once for all visitors: times do not depend on what an image shows."""
    from transcnn.analysis.overview.timing import box_times

    with computing:
        return box_times(_network.model, _network.normalise(_prepared.pixels[None]))


def _is_whole(pixels: Pixels, sample: str) -> bool:
    """Whether these are the pixels with which openings are measured: a moved crop's are others."""
    return bool(np.array_equal(pixels, sample_pixels(len(pixels))[sample_name(sample)]))
