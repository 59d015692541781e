"""Five epochs of Imagenette for each of the small networks of `training.choices`."""

from dataclasses import replace

from transcnn.training.recipes import nano

FIVE_EPOCHS = replace(
    nano.LABELS,
    name="choices",
    steps=666,
    store_px=80,
    snapshots=(),
    sizes=(),
)
