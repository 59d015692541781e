"""What is computed once: networks for everybody, everything made of a picture for one visitor.

Keys are digests: Streamlit hashes large arrays by a sample only. What comes from a picture lives
in the visitor's session and goes when the server drops that. Torch is imported on first use, so
that the page with its photo stands before it is loaded.
"""

import functools
import io
import os
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from transcnn.checkpoints.catalogue import TRAINED, check_snapshot, split_snapshot
from transcnn.labels import class_labels
from transcnn.model.config import Network
from transcnn.pictures import Crop, decode, prepare
from transcnn.pictures.samples import sample_pixels
from transcnn.ui.app.session import AppState, Source, opening
from transcnn.ui.components.packets.pack import names_packet, photo_packet
from transcnn.words import languages

if TYPE_CHECKING:
    from transcnn.analysis.belonging import Belonging
    from transcnn.analysis.cost.network import NetworkCost, Parts
    from transcnn.analysis.occlusion import OcclusionResult
    from transcnn.classifier import Classifier, PredictedClass
    from transcnn.course.experiments import Lab
    from transcnn.trace import Trace

_PHOTO_SIDE = 720  # the longer side of a photo on the page, in pixels

# As many runs at once as there are cores, each on one of them: more would only add to the memory.
running = threading.Semaphore(os.cpu_count() or 1)


@functools.lru_cache(8)
def pack_names(language: str, classes: int, indices: tuple[int, ...] | None) -> bytes:
    """The names of a network's classes in a language, for the browser."""
    return names_packet(languages.language(language).tag, class_labels(language, classes, indices))


@dataclass(frozen=True)
class Opened:
    """What the app keeps of a picture: the network's view of it, and a photo to draw on."""

    key: str
    pixels: NDArray[np.uint8]  # [S, S, 3]
    crop: Crop
    photo: bytes  # the packet for the browser


def open_picture(source: Source, size: int) -> Opened:
    """The picture as a network with input `size` sees it, and its photo."""
    return _open(source.digest, size, source)


@st.cache_resource(scope="session", max_entries=4, show_spinner=False)
def _open(digest: str, size: int, _source: Source) -> Opened:
    with opening:
        picture = decode(_source.data)
        pixels, crop = prepare(picture, size)
        photo = small_jpeg(picture.image)
        del picture
    key = f"{digest}/{size}"
    return Opened(key, pixels, crop, photo_packet(key, photo, crop.shares))


def small_jpeg(image: Image.Image) -> bytes:
    """A picture as a JPEG file of the size in which pages show it."""
    small = image.copy()
    small.thumbnail((_PHOTO_SIDE, _PHOTO_SIDE), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    small.save(file, "JPEG", quality=88)
    return file.getvalue()


def classifier(model: str) -> "Classifier":
    """The network `model`: this visitor's guest of that key, or one with its shipped weights."""
    import torch

    # For one picture a second thread saves a seventh of the time; beside a busy browser, where
    # threads wait for each other, it costs many times that.
    torch.set_num_threads(1)

    custom_model = AppState().custom_models.get(model)
    return _shipped(model) if custom_model is None else custom_model.classifier


@st.cache_resource(max_entries=4, show_spinner=False)
def _shipped(model: str) -> "Classifier":
    from transcnn.classifier import Classifier

    name, share = split_snapshot(model)
    return Classifier(name) if share == TRAINED else Classifier(name, check_snapshot(name, share))


@st.cache_resource(scope="session", max_entries=8, show_spinner=False)
def _answers(key: str, model: str, _opened: Opened) -> "tuple[PredictedClass, ...]":
    opened = classifier(model)
    with running:
        return opened.rank(opened.logits(_opened.pixels[None])[0]).top


def answers(opened: Opened, model: str) -> "tuple[PredictedClass, ...]":
    """The likeliest classes of a picture by `model`, without a trace."""
    return _answers(opened.key, model, opened)


@st.cache_resource(scope="session", max_entries=8, show_spinner=False)
def _logits_without(key: str, model: str, off: bool, _opened: Opened) -> "NDArray[np.float32]":
    opened = classifier(model)
    with running:
        intervention = opened.intervention("off") if off else None
        return opened.logits(_opened.pixels[None], intervention)[0].numpy()


def logits_without(opened: Opened, model: str, off: bool) -> "NDArray[np.float32]":
    """The logits [classes] of a picture by `model` without a trace, its attention left out where
    `off`."""
    return _logits_without(opened.key, model, off, opened)


@st.cache_resource(scope="session", max_entries=8, show_spinner=False)
def _belongs(digest: str, indices: tuple[int, ...], _source: Source) -> "Belonging":
    from transcnn.analysis.belonging import belonging

    judge = classifier("transcnn_lite0")
    opened = open_picture(_source, judge.config.input.size)
    with running:
        return belonging(judge, opened.pixels, indices)


def belongs(source: Source, indices: tuple[int, ...]) -> "Belonging":
    """Whether a picture shows one of a few of the 1000 classes, by the network that knows all."""
    return _belongs(source.digest, indices, source)


@st.cache_resource(max_entries=64, show_spinner=False)
def parameters_of(model: str, classes: int) -> "Parts":
    """The parameters of a variant, by part."""
    from transcnn.analysis.cost.count import count_parameters
    from transcnn.model.network import blank

    return count_parameters(blank(model, classes=classes))


@functools.lru_cache(64)
def parameters_in(config: Network) -> int:
    """The parameters of a network, by its description."""
    import torch

    from transcnn.analysis.cost.count import count_parameters
    from transcnn.model.network import TransCNN

    with torch.device("meta"):
        return count_parameters(TransCNN(config)).total


@st.cache_resource(max_entries=64, show_spinner=False)
def operations_of(model: str, classes: int, side: int) -> "NetworkCost":
    """The multiply-adds of a variant as torch counts them."""
    from transcnn.analysis.cost.count import count_operations
    from transcnn.model.network import blank

    return count_operations(blank(model, classes=classes).eval(), (side, side))


@st.cache_resource(scope="session", max_entries=2, show_spinner=False)
def _trace(key: str, model: str, _opened: Opened) -> "Trace":
    with running:
        return classifier(model).trace_pixels(_opened.pixels, _opened.crop)


def trace_key(opened: Opened, model: str) -> str:
    """What the trace of a picture by `model` is called, here and in the browser."""
    return f"{model}/{opened.key}"


def trace_picture(opened: Opened, model: str) -> "Trace":
    """What every H-MHSA of `model` did with the picture."""
    return _trace(opened.key, model, opened)


@st.cache_resource(scope="session", max_entries=4, show_spinner=False)
def _packet(key: str, model: str, _opened: Opened) -> bytes:
    from transcnn.ui.components.packets.trace import trace_packet

    return trace_packet(trace_key(_opened, model), trace_picture(_opened, model))


def pack_trace(opened: Opened, model: str) -> bytes:
    """The trace for the browser; the same bytes from run to run, so they travel once."""
    return _packet(opened.key, model, opened)


@st.cache_resource(max_entries=4, show_spinner=False)
def _lab_of_samples(model: str) -> "Lab":
    from transcnn.course.experiments import Lab

    return Lab(classifier(model))


@st.cache_resource(scope="session", max_entries=2, show_spinner=False)
def _own_lab(model: str) -> "Lab":
    from transcnn.course.experiments import Lab

    return Lab(classifier(model))


def lab(model: str, source: Source) -> "Lab":
    """The course's experiments with `model`, each to be made when it is first asked for: one lab
    for everybody who looks at samples by a network that ships, else this visitor's own.
    """
    shared = source.sample is not None and model not in AppState().custom_models
    return _lab_of_samples(model) if shared else _own_lab(model)


@st.cache_resource(scope="session", max_entries=8, show_spinner=False)
def _hiding(
    key: str,
    model: str,
    name: str,
    cells: tuple[int, ...],
    fill: str,
    share: float,
    _opened: Opened,
) -> "tuple[OcclusionResult, bytes]":
    from transcnn.analysis.occlusion import PatchDonors, board_of, occlude, run_occluded
    from transcnn.ui.components.packets.occlusion import hiding_packet

    run = PatchDonors.among(name, _opened.pixels, sample_pixels(len(_opened.pixels)))
    columns = board_of(_opened.pixels)[1]
    places = [divmod(cell, columns) for cell in cells]
    hidden = occlude(run, places, "gray" if fill == "gray" else "patches", share)
    with running:
        found = run_occluded(classifier(model), _opened.pixels, hidden, places)
    return found, hiding_packet(key, found)


def hide_places(
    key: str,
    opened: Opened,
    model: str,
    name: str,
    cells: tuple[int, ...],
    fill: str,
    share: float,
) -> "tuple[OcclusionResult, bytes]":
    """The picture with `cells` hidden and what came of it; for the browser too, by `key`."""
    return _hiding(key, model, name, cells, fill, share, opened)


@st.cache_resource(scope="session", max_entries=4, show_spinner=False)
def _without(
    key: str,
    other_key: str,
    model: str,
    part: tuple[tuple[str, int], ...],
    _opened: Opened,
    _other: Opened,
) -> bytes:
    from transcnn.analysis.ablation import rerun
    from transcnn.model.interventions import Where
    from transcnn.ui.components.packets.ablation import without_packet

    where = Where(**dict(part))
    normal = trace_picture(_opened, model).logits
    with running:
        runs = rerun(classifier(model), _opened.pixels, normal, _other.pixels, where)
    return without_packet(without_key(trace_key(_opened, model), dict(part)), runs)


def without_key(trace: str, part: dict[str, int]) -> str:
    """What the runs of a trace under the switches of `part` are called, here and in the browser."""
    return "/".join([trace, *(f"{name}{index}" for name, index in part.items())])


def pack_without(opened: Opened, other: Opened, model: str, part: dict[str, int]) -> bytes:
    """The picture under all switches of a part of the network, for the browser; `other` lends its
    attention. `part` has arguments of `transcnn.trace.Where`."""
    return _without(opened.key, other.key, model, tuple(part.items()), opened, other)


@st.cache_resource(scope="session", max_entries=4, show_spinner=False)
def _tokens(key: str, model: str, _opened: Opened) -> bytes:
    from transcnn.analysis.added import added_terms, output_weights
    from transcnn.ui.components.packets.tokens import tokens_packet

    trace, network = trace_picture(_opened, model), classifier(model).model
    added = [added_terms(b, output_weights(network, b.stage, b.block)) for b in trace.blocks]
    return tokens_packet(trace_key(_opened, model), trace, added)


def pack_tokens(opened: Opened, model: str) -> bytes:
    """The tokens of every block of `model`, for the browser."""
    return _tokens(opened.key, model, opened)
