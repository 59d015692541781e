"""H-MHSA with random weights that suit comparisons to the last digits."""

import torch

from tests.golden.recipe import fill
from transcnn.model.attention import HierarchicalAttention
from transcnn.model.config import GROUP, HMHSA, LAYER


def filled_hmhsa(shape: HMHSA, seed: int = 0) -> HierarchicalAttention:
    """The module for `shape`, in eval mode.

    Where no norm of a level measures its own tokens, these grow fourfold a level, and scores with
    their square. q and k shrink likewise, so that no softmax becomes a hard choice, with weights
    too small to be seen and ties that float32 cannot tell.
    """
    module = fill(HierarchicalAttention(shape), seed)
    if shape.level_norm not in (GROUP, LAYER):
        with torch.no_grad():
            for qkv in module.qkv:
                qkv.weight[: 2 * shape.width] *= 0.25 ** len(shape.merges)
    return module
