"""Own classes: the head, which was learned before, goes on learning with H-MHSA or with all of the
network, at a small rate."""

import math

from transcnn.model.network import TransCNN
from transcnn.training.recipe import Labels, Mixture, Recipe

MOMENTS = tuple(i / 10 for i in range(1, 11))
"""The fractions of a run after which the network is measured on held-out images."""

_BATCH = 16
_PASSES = 20  # over the images
_MOST_STEPS = 4000
_RATES = {"attention": 3e-4, "all": 1e-4}


def finetune_recipe(model: TransCNN, learns: str, images: int) -> Recipe:
    """The recipe for `images` images to train on; `learns` is "attention" or "all"."""
    return Recipe(
        name="finetune",
        model=model.config.name,
        start="given",
        learns="attention" if learns == "attention" else "all",
        labels=Labels(),
        mixture=Mixture(whole=1, gray=0, cutmix=0),
        objectives={"logits": 1.0},
        steps=min(_MOST_STEPS, math.ceil(_PASSES * images / _BATCH)),
        batch=_BATCH,
        learning_rate=_RATES[learns],
        warm_up=0.1,
        average=0.9,
        store_px=model.config.input.size,
        smallest_crop=0.6,
        stretch=1.3,
        snapshots=MOMENTS,
    )
