"""Custom models: networks that a visitor brings or trains, or gets from the authors or
the teacher of a class, for this session; and how much memory they take in all.

Torch is imported on first use, as everywhere in the app.
"""

import contextlib
import hashlib
import threading
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from transcnn.course.classroom.store import LARGEST_NETWORK
from transcnn.errors import NoAnswer, NoRoomForNetwork, NoRoomForNetworkHere
from transcnn.limits import MB, limits
from transcnn.model.config import Network
from transcnn.ui.app.visitors import current_visitor
from transcnn.words.translator import Translator

if TYPE_CHECKING:
    from transcnn.classifier import Classifier

Origin = Literal["own", "authors", "learned", "class"]  # from a file, or where it was made

_LONGEST = 60  # letters of a file's name that are shown
_FLOAT = 4  # bytes of a parameter in memory

# What each takes, and for which address: those that are open, as long as anybody has them, and
# those that are being opened, by their files.
_held: "weakref.WeakKeyDictionary[Classifier, _Share]" = weakref.WeakKeyDictionary()
_opening: "list[_Share]" = []
_counting = threading.Lock()


@dataclass(frozen=True, eq=False)
class _Share:
    address: str
    size: int  # bytes


@dataclass(frozen=True)
class CustomModel:
    """A network that does not ship, ready for images."""

    key: str  # what the pages and the caches call it: the variant, and the start of the digest
    file: str
    origin: Origin
    config: Network
    parameters: int
    classifier: "Classifier"
    data: bytes | None = None  # the file, where it is small enough to be handed on

    def label(self, t: Translator) -> str:
        """What people choose it by: its variant, and its file, or its classes where it was made
        here."""
        own = self.config.own_classes if self.origin in ("learned", "class") else None
        name = f"{self.config.name}: {self.file if own is None else _short(', '.join(own))}"
        return t("sidebar.from_teacher", name=name) if self.origin == "class" else name

    @property
    def has_levels(self) -> bool:
        """Whether its attention is H-MHSA, which the pages of an image show."""
        return self.config.has_levels


def open_custom_model(
    source: Path | bytes, file: str, origin: Origin, name: str | None = None
) -> CustomModel:
    """The network that a weight file is of; `name` is the variant, None: found from its keys.

    Raises CheckpointError for what is no weight file, does not fit, or gives no numbers, and
    NoRoom where there are too many.
    """
    visitor = current_visitor()
    address = "" if visitor is None else visitor.address
    if isinstance(source, Path):
        source = source.read_bytes()
    with _room(_Share(address, len(source))):
        opened = _open(source, file, origin, name)
        size = _FLOAT * opened.parameters + len(opened.data or b"")
        with _counting:
            _held[opened.classifier] = _Share(address, size)
    return opened


@contextlib.contextmanager
def _room(wanted: _Share) -> Iterator[None]:
    """Count what is being opened. Raises NoRoom where that is more than may be held."""
    most = limits()
    with _counting:
        shares = [wanted, *_opening, *_held.values()]
        here = sum(one.size for one in shares if one.address == wanted.address)
        if here > most.networks_address_mb * MB:
            raise NoRoomForNetworkHere(limit=most.networks_address_mb)
        if sum(one.size for one in shares) > most.networks_mb * MB:
            raise NoRoomForNetwork(limit=most.networks_mb)
        _opening.append(wanted)
    try:
        yield
    finally:
        with _counting:
            _opening.remove(wanted)


def _open(source: bytes, file: str, origin: Origin, name: str | None) -> CustomModel:
    import numpy as np
    import torch

    from transcnn.analysis.cost.count import count_parameters
    from transcnn.checkpoints.recognise import open_weights
    from transcnn.classifier import Classifier

    digest = hashlib.sha256(source).hexdigest()
    opened = open_weights(source, file, name)
    parameters = count_parameters(opened.model).total
    classifier = Classifier.around(opened.model, digest, device="cpu", measured=opened.measured)
    config = classifier.config
    gray = np.full((1, config.input.size, config.input.size, 3), 127, dtype=np.uint8)
    if not torch.isfinite(classifier.logits(gray)).all():
        raise NoAnswer(file=file, model=config.name)
    key = f"{config.name}/{digest[:12]}"
    data = source if len(source) <= LARGEST_NETWORK else None
    return CustomModel(key, _short(file), origin, config, parameters, classifier, data)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
