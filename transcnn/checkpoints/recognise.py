"""Recognising the network of a weight file by its keys and shapes."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from transcnn.checkpoints.authors import authors_key, from_authors
from transcnn.checkpoints.files import load
from transcnn.checkpoints.fit import load_strictly, some
from transcnn.errors import UnknownNetwork
from transcnn.model.network import TransCNN, blank
from transcnn.model.variants import authors_names, list_models, network

_MIN_SIMILARITY = 0.5  # fraction of the keys that must agree


@dataclass(frozen=True)
class _Layout:
    """Keys and shapes of a network in files; without the classifier, whose number of classes is
    free."""

    network: str
    authors: bool  # the authors' names of the keys; else ours
    head: str
    shapes: Mapping[str, tuple[int, ...]]  # without the classifier's

    def similarity(self, state_dict: Mapping[str, Tensor]) -> float:
        """The fraction of all keys that file and layout have in common, with equal shapes."""
        alike = sum(
            key in state_dict and tuple(state_dict[key].shape) == shape
            for key, shape in self.shapes.items()
        )
        return alike / len(self.shapes.keys() | state_dict.keys())


def open_weights(
    source: str | Path | bytes, file: str | None = None, name: str | None = None
) -> TransCNN:
    """The network of a weight file, with its weights and its number of classes.

    `source` is the file's path or its bytes, `file` its name. `name` is its variant; None: the one
    with the most similar keys and shapes. Keys can be ours or the authors'. Raises
    CheckpointError.
    """
    file = str(source) if file is None else file
    state_dict = load(source, file)
    layouts = [layout for layout in _layouts() if name in (None, layout.network)]
    best = max(layouts, key=lambda layout: layout.similarity(state_dict))
    if name is None and best.similarity(state_dict) < _MIN_SIMILARITY:
        raise UnknownNetwork(file=file, keys=some(state_dict) or "—")
    settings = _classes(best.network, state_dict.get(f"{best.head}.weight"))
    if best.authors:
        return from_authors(best.network, state_dict, file, **settings)
    model = blank(best.network, **settings)
    load_strictly(model, state_dict, file=file)
    return model


def _classes(name: str, head: Tensor | None) -> dict[str, Any]:
    """The number of classes as a setting, where it is not the variant's."""
    if head is None or head.dim() != 2 or len(head) in (0, network(name).classes):
        return {}
    return {"classes": head.shape[0]}


@functools.cache
def _layouts() -> tuple[_Layout, ...]:
    found = []
    for name in list_models():
        shapes = {key: tuple(value.shape) for key, value in blank(name).state_dict().items()}
        found.append(_without_head(name, False, "head", shapes))
        if name in authors_names():
            hat = name.startswith("hatnet_")
            theirs = {authors_key(key, hat): shape for key, shape in shapes.items()}
            found.append(_without_head(name, True, authors_key("head.", hat)[:-1], theirs))
    return tuple(found)


def _without_head(
    name: str, authors: bool, head: str, shapes: Mapping[str, tuple[int, ...]]
) -> _Layout:
    own = (f"{head}.weight", f"{head}.bias")
    return _Layout(name, authors, head, {k: s for k, s in shapes.items() if k not in own})
