"""A classifier that computes with another engine than torch, from an ONNX file that is made when it
is first needed and kept in the user's cache."""

from pathlib import Path

import torch
from platformdirs import user_cache_path
from torch import Tensor

from transcnn import __version__
from transcnn.classifier import Classifier
from transcnn.engines import Engine, Run, describe, open_engine
from transcnn.errors import ChoiceError, EngineDiffers, FolderError
from transcnn.export import TOLERANCE, export, largest_difference


def compute_with(classifier: Classifier, engine: Engine) -> None:
    """Let `classifier` compute its logits with `engine`, for any number of images at a time.

    What needs hooks (traces, attention, interventions) is still computed by torch, since engines
    only have the plain network. Images have the network's own size. Raises what `open_checked`
    raises.
    """
    size = classifier.config.input.size
    run = open_checked(classifier, engine)

    def logits(x: Tensor) -> Tensor:
        if x.shape[2:] != (size, size):
            sides = " x ".join(map(str, x.shape[2:]))
            raise ChoiceError(
                field="image size", value=sides, allowed=f"{size} x {size} ({engine})"
            )
        return run(x)[0]

    classifier.engine = logits


def open_checked(classifier: Classifier, engine: Engine) -> Run:
    """The engine with the network, computing with as many threads as torch has now.

    Raises MissingExtra where the engine is not installed, ChoiceError for a classifier on another
    device or in another precision, EngineDiffers where its logits on sample images are not the
    network's, and FolderError where the cache cannot be written.
    """
    if classifier.device.type != "cpu" or classifier.dtype != "float32":
        where = f"{classifier.device}, {classifier.dtype}"
        raise ChoiceError(field="device", value=where, allowed=f"cpu, float32 ({engine})")
    size = classifier.config.input.size
    run = open_engine(engine, _file(classifier, size), torch.get_num_threads())
    apart = largest_difference(classifier, run, [(1, size, size), (3, size, size)])
    if apart > TOLERANCE:
        raise EngineDiffers(
            engine=describe(engine),
            model=classifier.config.name,
            apart=f"{apart:.1e}",
            allowed=f"{TOLERANCE:.0e}",
        )
    return run


def _file(classifier: Classifier, size: int) -> Path:
    """The network's file in the cache, written if it is not there. Its batch is dynamic: with a
    fixed one OpenVINO computes transcnn_nano wrongly."""
    folder = user_cache_path("transcnn", appauthor=False) / "engines"
    made_by = f"{__version__}-{torch.__version__}"
    path = folder / f"{classifier.config.name}-{classifier.weights_sha256[:16]}-{made_by}.onnx"
    if path.is_file():
        return path
    try:
        folder.mkdir(parents=True, exist_ok=True)
        export(classifier, path, size, "batch")
    except OSError as error:
        raise FolderError(folder=folder, reason=error.strerror) from error
    return path
