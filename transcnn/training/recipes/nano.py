"""transcnn_nano: trained from scratch on Imagenette's labels, with and without a teacher."""

from dataclasses import replace

from transcnn.training.recipe import Labels, Mixture, Recipe

DISTILLED = Recipe(
    name="nano",
    model="transcnn_nano",
    start="scratch",
    labels=Labels(teacher="transcnn_lite0"),
    mixture=Mixture(whole=0.5, gray=0, cutmix=0, square=0.5),
    objectives={"logits": 1.0},
    steps=4000,
    batch=64,
    learning_rate=2e-3,
    weight_decay=0.05,
    warm_up=0.05,
    store_px=160,
    smallest_crop=0.6,
    stretch=1.8,
    snapshots=(0.0, 0.03, 0.1, 0.2, 0.4, 0.7, 1.0),
    sizes=((0.0, 64), (0.5, 96), (0.85, 128)),
    precision="bfloat16",
)
LABELS = replace(DISTILLED, name="nano_labels", labels=Labels())
