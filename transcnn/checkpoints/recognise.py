"""Recognising the network of a weight file: by its description, else by its keys and shapes."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from transcnn.checkpoints.authors import authors_key, from_authors
from transcnn.checkpoints.description import from_metadata
from transcnn.checkpoints.files import load, metadata
from transcnn.checkpoints.fit import is_plain, load_strictly, some
from transcnn.errors import ManyClasses, OtherNetwork, UnknownNetwork
from transcnn.limits import limits
from transcnn.model.network import TransCNN, blank
from transcnn.model.variants import authors_names, list_models, network

_MIN_SIMILARITY = 0.5  # fraction of the keys that must agree


@dataclass(frozen=True)
class Opened:
    """A network with its weights, and what its file says was measured (JSON values)."""

    model: TransCNN
    measured: Mapping[str, Any] = field(default_factory=dict)


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
) -> Opened:
    """The network of a weight file, with its weights and classes.

    `source` is the file's path or its bytes, `file` its name. `name` is its variant; None: the one
    that the file describes, else the one with the most similar keys and shapes. Keys can be ours or
    the authors'. Raises CheckpointError.
    """
    file = str(source) if file is None else file
    state_dict = load(source, file)
    _check_classes(state_dict, file)
    head = state_dict.get("head.weight")
    shape = None if head is None or head.dim() != 2 else tuple(head.shape)
    description = from_metadata(metadata(source, file), shape, file)
    if description is not None:
        if name not in (None, description.config.name):
            raise OtherNetwork(file=file, described=description.config.name, model=name)
        with torch.device("meta"):
            model = TransCNN(description.config)
        load_strictly(model, state_dict, name=model.config.name, file=file)
        return Opened(model, description.measured)
    names = list_models() if name is None else [name]
    layouts = [layout for one in names for layout in _layouts(one)]
    best = max(layouts, key=lambda layout: layout.similarity(state_dict))
    if name is None and best.similarity(state_dict) < _MIN_SIMILARITY:
        raise UnknownNetwork(file=file, keys=some(state_dict) or "—")
    settings = _classes(best.network, state_dict.get(f"{best.head}.weight"))
    if best.authors:
        return Opened(from_authors(best.network, state_dict, file, **settings))
    model = blank(best.network, **settings)
    load_strictly(model, state_dict, name=model.config.name, file=file)
    return Opened(model)


def _check_classes(state_dict: Mapping[str, Tensor], file: str) -> None:
    """A classifier in numbers of one byte takes four times its size, and every page lists it."""
    most = limits().classes
    for key in ("head.weight", f"{authors_key('head.', False)}weight"):
        head = state_dict.get(key)
        if head is not None and is_plain(head) and head.dim() == 2 and len(head) > most:
            raise ManyClasses(file=file, classes=len(head), limit=most)


def _classes(name: str, head: Tensor | None) -> dict[str, Any]:
    """The number of classes as a setting, where it is not the variant's."""
    if head is None or head.dim() != 2 or len(head) in (0, network(name).classes):
        return {}
    return {"classes": head.shape[0]}


@functools.cache
def _layouts(name: str) -> tuple[_Layout, ...]:
    """How files of the variant are laid out: in our keys, and in the authors' if it is theirs."""
    shapes = {key: tuple(value.shape) for key, value in blank(name).state_dict().items()}
    found = [_without_head(name, False, "head", shapes)]
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
