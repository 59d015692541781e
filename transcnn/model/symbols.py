"""Sizes that are symbols: while torch compiles or exports a network for images of any size.

Deciding by a comparison of symbols would fix them, or have torch prove long inequalities.
"""

import torch


def is_general() -> bool:
    """Whether the computation may be for any size, so that no shape may depend on how a size
    divides."""
    return torch.compiler.is_compiling()


def surely(equal: bool) -> bool:
    """An equality of sizes; False where it holds only for some values of symbols."""
    if not torch.compiler.is_compiling():
        return equal
    return torch.fx.experimental.symbolic_shapes.statically_known_true(equal)
