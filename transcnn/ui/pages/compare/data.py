"""The two that are compared, each a network with a picture, and what comes of them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from transcnn.checkpoints.catalogue import (
    TRAINED,
    is_shipped,
    shipped,
    shipped_names,
    split_snapshot,
)
from transcnn.labels import ClassName, names_of
from transcnn.model.config import Network
from transcnn.pictures.samples import samples
from transcnn.ui.app.cache import Opened, logits_without, open_picture, trace_picture
from transcnn.ui.app.session import AppState, Source
from transcnn.ui.pages.compare.link import KEPT, MODELS, OFF
from transcnn.words.translator import Translator

if TYPE_CHECKING:
    from transcnn.trace import Trace


@dataclass(frozen=True, eq=False)
class Side:
    """One of the two. `trace` is None where the network has no H-MHSA to read from."""

    letter: str
    name: str  # what sets it apart from the other: its picture, or its network
    source: Source
    opened: Opened
    model: str  # as the caches call it
    config: Network  # of what runs: without attention where it is off
    logits: NDArray[np.float32]  # [classes]
    trace: "Trace | None"

    @property
    def shares(self) -> NDArray[np.float64]:
        """The probability of each class."""
        shares: NDArray[np.float64] = softmax(self.logits.astype(np.float64))
        return shares

    @property
    def classes(self) -> tuple[ClassName, ...]:
        return names_of(self.config.classes, self.config.indices)

    @property
    def numbered(self) -> bool:
        """Whether nobody knows what the network's classes are."""
        return not self.classes[0].wnid


def take_sides(state: AppState, t: Translator) -> tuple[Side, Side]:
    """What this visitor has chosen to compare; the usual in place of what is not there."""
    first = state.source()
    if state.compare.kind == MODELS:
        other = state.compare.model if state.compare.model in models_beside(state) else OFF
        off = other == OFF
        model = state.model if off else other
        name = model_name(state, t, model, off)
        return (
            _side("A", model_name(state, t, state.model), state, first, state.model),
            _side("B", name, state, first, model, off),
        )
    second = second_picture(state)
    return (
        _side("A", first.title, state, first, state.model),
        _side("B", second.title, state, second, state.model),
    )


def second_picture(state: AppState) -> Source:
    """The second of two pictures."""
    name = state.compare.picture
    if name == KEPT and state.kept is not None:
        return state.kept
    known = [sample.name for sample in samples()]
    return state.sample_source(name) if name in known else state.next_source()


def models_beside(state: AppState) -> list[str]:
    """What the chosen network can be compared with: itself without H-MHSA, as it was during its
    training, the others that ship, the visitor's own.
    """
    name, _ = split_snapshot(state.model)
    along = (
        [f"{name}@{share}" for share in shipped(name).snapshots] if name in shipped_names() else []
    )
    others = [OFF, *along, *shipped_names(), *state.custom_models]
    return [other for other in others if other != state.model]


def model_name(state: AppState, t: Translator, model: str, off: bool = False) -> str:
    """A network in words."""
    if off:
        return t("compare.removed", model=model_name(state, t, model))
    if model in state.custom_models:
        custom_model = state.custom_models[model]
        return f"{custom_model.config.name}: {custom_model.file}"
    name, share = split_snapshot(model)
    if share == TRAINED:
        return name
    return t("compare.partly_trained", model=name, percent=f"{100 * float(share):.0f}")


def _side(
    letter: str, name: str, state: AppState, source: Source, model: str, off: bool = False
) -> Side:
    config = state.config(model)
    opened = open_picture(source, config.input.size)
    if config.has_levels and not off:
        trace = trace_picture(opened, model)
        return Side(letter, name, source, opened, model, config, trace.logits, trace)
    logits = logits_without(opened, model, off)
    return Side(
        letter, name, source, opened, model, config.backbone if off else config, logits, None
    )


def can_exchange(state: AppState) -> bool:
    """Whether the second can be the first: pictures always, networks that the sidebar knows."""
    other = state.compare.model
    return state.compare.kind != MODELS or is_shipped(other) or other in state.models_at_hand
