"""transcnn_lite0: H-MHSA learns to ignore patches of other images, in EfficientNet-Lite0.

Only CutMix makes attention matter: gray cells, noise and clutter are handled as well by a pointwise
adapter. Attention rows have a target of their own, without which Q and K hardly change, and
residuals of levels are dropped at random, on whole images too, so that attention carries
information.
"""

from dataclasses import replace

from transcnn.training.recipe import Mixture, Recipe

BEGIN = Recipe(
    name="lite0",
    model="transcnn_lite0",
    start="backbone",
    mixture=Mixture(whole=0.3, gray=0.1, cutmix=0.6),
    objectives={
        "stages": 0.3,
        "pooled": 1.0,
        "logits": 0.5,
        "whole": 1.0,
        "rows": 0.5,
        "own_cells": 1.0,
    },
    steps=5000,
    residual_drop=0.3,
    sizes=((0.0, 192), (0.6, 224)),
    precision="bfloat16",
)
CONTINUE = replace(BEGIN, name="lite0_continue", start="shipped", steps=2500, learning_rate=8e-4)
