"""Weights and pictures that anybody can make again from a name or a number.

The golden numbers of this folder were computed with them: the authors' published code was given
`reference_value(key, shape)` for every entry of its state dict, and `reference_input` to look at.
Each entry is made on its own, from its key, so order does not matter.
"""

import zlib
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

Module = TypeVar("Module", bound=nn.Module)


def reference_value(key: str, shape: Sequence[int]) -> NDArray[np.float64]:
    """The entry `key` of a state dict; norms get usable statistics, branches a small gain."""
    shape = tuple(shape)
    if key.endswith("num_batches_tracked"):
        return np.zeros(shape)
    z = np.random.Generator(np.random.PCG64(zlib.crc32(key.encode("ascii")))).standard_normal(shape)
    if key.endswith("running_var"):
        return 1.0 + 0.5 * np.abs(z)
    if key.endswith("running_mean"):
        return 0.1 * z
    if key.endswith("bias"):
        return 0.05 * z
    if len(shape) == 1:
        return 1.0 + 0.1 * z
    gain = 1.0
    if any(part in key for part in (".qkv.", ".q.", ".kv.")):
        gain = 1.4  # attention that is far from uniform
    elif any(part in key for part in (".proj.", ".conv3.")):
        gain = 0.2  # deep networks that do not become chaotic
    return gain * z / np.sqrt(np.prod(shape[1:]))


def reference_input(seed: int, height: int, width: int) -> Tensor:
    """A picture [1, 3, H, W] in float32: blocks of 32 pixels plus fine noise."""
    generator = np.random.Generator(np.random.PCG64(seed))
    coarse = generator.standard_normal((1, 3, height // 32, width // 32))
    fine = generator.standard_normal((1, 3, height, width))
    blocks = np.repeat(np.repeat(coarse, 32, axis=2), 32, axis=3)
    return torch.from_numpy((blocks + 0.3 * fine).astype("float32"))


def fill(module: Module, seed: int = 0) -> Module:
    """Give a module of ours weights of that kind, in place, and put it into eval mode."""
    state = {}
    for key, value in module.state_dict().items():
        name = f"{seed}.{key}".replace(".project.", ".conv3.")  # the authors' name of that branch
        state[key] = torch.as_tensor(reference_value(name, value.shape)).to(value.dtype)
    module.load_state_dict(state)
    return module.eval()
