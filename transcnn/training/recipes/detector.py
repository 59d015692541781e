"""Detectors on annotated images: RetinaNet or Mask R-CNN on a pretrained backbone.

The rate stays until the last 40 %, so that a run can be prolonged before. Single precision: with
bfloat16 a step took 1.4 times as long on the CPU that this was tried on.
"""

from transcnn.training.detection.recipe import DetectionRecipe

DETECTOR = DetectionRecipe(
    name="detector",
    steps=4_000,
    batch=32,
    learning_rate=1.5e-3,
    weight_decay=0.05,
    warm_up=0.02,
    cool_down=0.4,
    clip=5.0,
    average=0.995,
    snapshots=(),
)
