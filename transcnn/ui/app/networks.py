"""What networks compute, once: networks for everybody, what comes of an image for one visitor.

Streamlit hashes large arrays by a sample only, so images are identified by their digests. What
comes from an image lives in the visitor's session and goes when the server drops that. Torch is
imported on first use, so that the page with its photo stands before it is loaded.
"""

import functools
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import streamlit as st

from transcnn.checkpoints.catalogue import is_shipped
from transcnn.labels import Classes
from transcnn.model.config import Network
from transcnn.ui.app.images import ChosenImage, PreparedImage, prepare_image
from transcnn.ui.app.session import Session
from transcnn.ui.app.tasks import computing
from transcnn.ui.components.packets.pack import names_packet
from transcnn.words import languages

if TYPE_CHECKING:
    from transcnn.analysis.belonging import Belonging
    from transcnn.analysis.cost.network import Parts
    from transcnn.classifier import Classifier, PredictedClass
    from transcnn.trace import Trace

# How caches tell images apart.
BY_DIGEST: dict[str | type[Any], Callable[[Any], Any]] = {
    PreparedImage: lambda prepared: prepared.key,
    ChosenImage: lambda image: image.digest,
}


@functools.lru_cache(8)
def pack_names(language: str, classes: Classes) -> bytes:
    """The names of a network's classes in a language, for the browser."""
    return names_packet(languages.language(language).tag, classes.said_in(language))


def classifier(model: str) -> "Classifier":
    """The network `model`: this visitor's custom model of that key, or one that ships."""
    compute_on_one_thread()
    custom_model = Session.get().custom_models.get(model)
    return _shipped(model) if custom_model is None else custom_model.classifier


def compute_on_one_thread() -> None:
    """What the scripts of pages compute, each does on one thread that others may interrupt."""
    import torch

    # For one image a second thread saves a seventh of the time; beside a busy browser, where
    # threads wait for each other, it costs many times that.
    torch.set_num_threads(1)
    # A network is hundreds of small operations, and after each its thread asks for the interpreter
    # again: beside three threads at work a trace takes 0.7 s where these may keep it for 5 ms (the
    # default), and 0.3 s where for 1 ms.
    sys.setswitchinterval(0.001)


@st.cache_resource(max_entries=4, show_spinner=False)
def _shipped(model: str) -> "Classifier":
    from transcnn.classifier import Classifier

    return Classifier(model, device="cpu")


@st.cache_resource(scope="session", max_entries=8, show_spinner=False, hash_funcs=BY_DIGEST)
def predictions(prepared: PreparedImage, model: str) -> "tuple[PredictedClass, ...]":
    """The likeliest classes of an image by `model`, without a trace."""
    network = classifier(model)
    with computing:
        return network.rank(network.logits(prepared.pixels[None])[0]).top


@st.cache_resource(scope="session", max_entries=8, show_spinner=False, hash_funcs=BY_DIGEST)
def belongs(image: ChosenImage, indices: tuple[int, ...]) -> "Belonging":
    """Whether an image shows one of a few of the 1000 classes, by the network that knows all."""
    from transcnn.analysis.belonging import belonging

    judge = classifier("transcnn_lite0")
    prepared = prepare_image(image, judge.config.input.size)
    with computing:
        return belonging(judge, prepared.pixels, indices)


@st.cache_resource(scope="session", max_entries=2, show_spinner=False, hash_funcs=BY_DIGEST)
def trace_image(prepared: PreparedImage, model: str) -> "Trace":
    """What every H-MHSA of `model` did with the image."""
    with computing:
        return classifier(model).trace_pixels(prepared.pixels, prepared.crop)


def is_public(sample: str | None, model: str) -> bool:
    """Whether what `model` makes of an image is nobody's own and may be kept for all visitors: of a
    sample, wherever its crop is (an upload has no `sample`), in a model that ships.
    """
    return sample is not None and is_shipped(model)


def trace_key(prepared: PreparedImage, model: str) -> str:
    """What the trace of an image by `model` is called in the browser."""
    return f"{model}/{prepared.key}"


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
