"""transcnn_lite0: H-MHSA learns to look past strangers' cells, on EfficientNet-Lite0's body.

Cutmix is what makes reading matter: gray cells, noise and clutter are solved as well by a
pointwise adapter. The rows of attention have a target of their own, without which Q and K hardly
move, and inner residuals are left out at times, on whole pictures too, so that attention carries.
"""

from dataclasses import replace

from transcnn.training.recipe import Mixture, Recipe

BEGIN = Recipe(
    name="lite0",
    model="transcnn_lite0",
    start="body",
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
