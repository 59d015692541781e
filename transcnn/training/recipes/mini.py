"""transcnn_mini: trained from scratch on Tiny-ImageNet's and Imagenette's 210 classes.

Its sources, in this order: Tiny-ImageNet's train folder, Imagenette's. Nothing but attention mixes
tokens within a stage (the bottlenecks' kernels are 1 x 1), residuals are dropped at random, and the
entropy of attention costs, so that the network comes to depend on where it attends: before entropy
did, rows were close to uniform ones, and uniform attention did little harm. With AdamW it learns
next to nothing in its first 50,000 images at a rate of 1.5e-3; at 5e-4 it does, and with Muon, from
fewer images, at 1e-3.
"""

from transcnn.training.recipe import Degraded, Labels, Mixture, Recipe

MINI = Recipe(
    name="mini",
    model="transcnn_mini",
    start="scratch",
    init="beside convolutions",
    labels=Labels(teacher="transcnn_lite0", teacher_px=160),
    mixture=Mixture(whole=0.8, gray=0, cutmix=0, square=0.2),
    objectives={"logits": 1.0, "entropy": 0.3},
    steps=24_000,
    batch=256,
    optimiser="muon",
    learning_rate=1e-3,
    weight_decay=0.05,
    warm_up=0.005,
    cool_down=0.2,
    average=0.999,
    residual_drop=0.5,
    store_px=160,
    smallest_crop=0.6,
    largest_crop=1.3,
    stretch=1.6,
    degraded=Degraded(),
    shares=(0.9, 0.1),
    snapshots=(0.0, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0),
    sizes=((0.0, 64), (0.8, 96), (0.92, 128)),
    precision="bfloat16",
)
