"""The two that are compared, each a network with an image, and what comes of them."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from scipy.special import softmax

from transcnn.checkpoints.catalogue import (
    TRAINED,
    is_shipped,
    shipped,
    shipped_names,
    split_snapshot,
)
from transcnn.labels import ClassName
from transcnn.model.config import Network
from transcnn.pictures.samples import samples
from transcnn.ui.app.images import ChosenImage, PreparedImage, prepare_image
from transcnn.ui.app.networks import BY_DIGEST, classifier, trace_image
from transcnn.ui.app.session import Session
from transcnn.ui.app.tasks import computing
from transcnn.ui.pages.compare.link import KEPT, MODELS, OFF, CompareChoice
from transcnn.words.translator import Translator

if TYPE_CHECKING:
    from transcnn.trace import Trace


@dataclass(frozen=True, eq=False)
class Side:
    """One of the two. `trace` is None where the network has no H-MHSA."""

    letter: str
    name: str  # what sets it apart from the other: its image, or its network
    image: ChosenImage
    prepared: PreparedImage
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
        return self.config.class_set.names

    @property
    def apart(self) -> bool:
        """Whether its classes are none of ImageNet's, so that no other network shares them."""
        return not self.classes[0].wnid


def take_sides(state: Session, t: Translator) -> tuple[Side, Side]:
    """What this visitor has chosen to compare; the default in place of what is not there."""
    first, choice = state.image, state.part(CompareChoice)
    if choice.kind == MODELS:
        other = choice.model if choice.model in models_beside(state) else OFF
        off = other == OFF
        model = state.model if off else other
        name = model_name(state, t, model, off)
        return (
            _side("A", model_name(state, t, state.model), state, first, state.model),
            _side("B", name, state, first, model, off),
        )
    second = second_image(state)
    return (
        _side("A", first.title, state, first, state.model),
        _side("B", second.title, state, second, state.model),
    )


@dataclass
class Kept:
    """The image that was swapped with the first of two that are compared, where it is an upload."""

    image: ChosenImage | None = None


def second_image(state: Session) -> ChosenImage:
    """The second of two images."""
    name, kept = state.part(CompareChoice).picture, state.part(Kept).image
    if name == KEPT and kept is not None:
        return kept
    known = [sample.name for sample in samples()]
    return state.sample_image(name) if name in known else state.donor_image


def choose(state: Session, choice: CompareChoice) -> None:
    """Choose what is compared."""
    state.put(choice)
    if choice.picture != KEPT:
        state.part(Kept).image = None  # nothing leads back to it


def swap_images(state: Session) -> None:
    """Let the second of two images be the first, and the first the second."""
    first, second = state.image, second_image(state)
    if second.sample is not None:
        state.show_sample(second.sample)
    else:
        state.show_image(second)
    state.take_image_chosen()  # it is looked at where it was chosen
    state.put(replace(state.part(CompareChoice), picture=first.sample or KEPT))
    state.part(Kept).image = first if first.sample is None else None


def swap_models(state: Session) -> None:
    """Let the second of two networks be the first, and the first the second."""
    choice, first, chosen = state.part(CompareChoice), state.model, state.selection
    state.show_model(choice.model)
    state.put(replace(choice, model=first))
    state.put(chosen)


def models_beside(state: Session) -> list[str]:
    """What the chosen network can be compared with: its backbone, as it was during its
    training, the others that ship, the visitor's own.
    """
    name, _ = split_snapshot(state.model)
    along = [f"{name}@{share}" for share in shipped(name).shares] if name in shipped_names() else []
    others = [OFF, *along, *shipped_names(), *state.custom_models]
    return [other for other in others if other != state.model]


def model_name(state: Session, t: Translator, model: str, off: bool = False) -> str:
    """A network in words."""
    if off:
        return t("compare.removed", model=model_name(state, t, model))
    if model in state.custom_models:
        return state.custom_models[model].label(t)
    name, share = split_snapshot(model)
    if share == TRAINED:
        return name
    return t("compare.partly_trained", model=name, percent=f"{100 * float(share):.0f}")


def _side(
    letter: str, name: str, state: Session, image: ChosenImage, model: str, off: bool = False
) -> Side:
    config = state.config(model)
    prepared = prepare_image(image, config.input.size)
    if config.has_levels and not off:
        trace = trace_image(prepared, model)
        return Side(letter, name, image, prepared, model, config, trace.logits, trace)
    logits = _logits(prepared, model, off)
    config = config.backbone if off else config
    return Side(letter, name, image, prepared, model, config, logits, None)


@st.cache_resource(scope="session", max_entries=8, show_spinner=False, hash_funcs=BY_DIGEST)
def _logits(prepared: PreparedImage, model: str, off: bool) -> NDArray[np.float32]:
    """The logits [classes] of an image by `model`, its H-MHSA removed where `off`."""
    network = classifier(model)
    with computing:
        intervention = network.intervention("off") if off else None
        return network.logits(prepared.pixels[None], intervention)[0].numpy()


def can_swap(state: Session) -> bool:
    """Whether the second can be the first: images always, networks that the sidebar knows."""
    choice = state.part(CompareChoice)
    known = is_shipped(choice.model) or choice.model in state.models_at_hand
    return choice.kind != MODELS or known
