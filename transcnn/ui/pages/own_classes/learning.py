"""Learning a visitor's classes: features once, a head on them, and how well it does held out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from PIL import Image

from transcnn.pictures import DecodedPicture, prepare
from transcnn.ui.app.custom_models import CustomModel, open_custom_model
from transcnn.ui.pages.own_classes.collection import Collection, OwnImage

if TYPE_CHECKING:
    from transcnn.classifier import Classifier
    from transcnn.training.finetune.held_out import HeldOut
    from transcnn.training.finetune.measured import Measured

Phase = Literal["features", "folds"]
FILE = "own-classes.safetensors"


@dataclass(frozen=True)
class Phases:
    """How far learning is: `done` of `of` in a phase."""

    phase: Phase
    done: int
    of: int


@dataclass(frozen=True)
class Learned:
    """A network that has learned `names`, and its predictions for `images` while they were held
    out. `contents` is the collection that it learned from."""

    base: str
    names: tuple[str, ...]
    images: tuple[OwnImage, ...]
    held_out: "HeldOut"
    measured: "Measured"
    model: CustomModel
    contents: str


Report = Callable[[Phases], None]
"""Called with how far learning is; raises Cancelled where it shall end."""


def learn(
    base: str, classifier: "Classifier", collection: Collection
) -> Callable[[Report], Learned]:
    """Work that learns the classes of `collection`, as it is now, on the features of `classifier`,
    the included network `base`."""
    names = tuple(one.name for one in collection.classes)
    images = tuple(image for one in collection.classes for image in one.images)
    labels = [i for i, one in enumerate(collection.classes) for _ in one.images]
    contents = collection.contents

    def work(report: Report) -> Learned:
        from transcnn.checkpoints import create_model
        from transcnn.checkpoints.description import Description
        from transcnn.checkpoints.save import to_bytes
        from transcnn.training.finetune.head import (
            LEAVE_ONE_OUT,
            cross_validate,
            fit_head,
            pooled_features,
            with_head,
        )
        from transcnn.training.finetune.held_out import held_out
        from transcnn.training.finetune.measured import measured, read_measured

        pixels = _pixels(images, classifier.config.input.size)
        features = pooled_features(
            classifier, pixels, lambda done, of: report(Phases("features", done, of))
        )
        probabilities = cross_validate(
            features,
            labels,
            len(names),
            progress=lambda done, of: report(Phases("folds", done, of)),
        )
        head = fit_head(features, labels, len(names))
        found = held_out(labels, probabilities)
        how = measured(found, "leave-one-out" if len(labels) <= LEAVE_ONE_OUT else "folds")
        counts = read_measured(how)
        assert counts is not None  # as it was just written
        made = with_head(create_model(base, "shipped"), head, names)
        file = to_bytes(made.state_dict(), Description(made.config, how))
        model = open_custom_model(file, FILE, "learned")
        return Learned(base, names, images, found, counts, model, contents)

    return work


def _pixels(images: Sequence[OwnImage], size: int) -> np.ndarray:
    """The images [n, S, S, 3] for a network with input `size`."""
    return np.stack(
        [
            prepare(DecodedPicture(Image.fromarray(image.pixels), image.digest), size)[0]
            for image in images
        ]
    )
