"""Writing weight files: safetensors that say what network they are of, see `description.py`.

Convolution and linear weights are written in half precision, norms and biases in single.
"""

from collections.abc import Mapping
from pathlib import Path

import safetensors.torch
from torch import Tensor

from transcnn.checkpoints.description import Description, to_metadata
from transcnn.files import write_file


def to_bytes(weights: Mapping[str, Tensor], description: Description) -> bytes:
    """The weight file of a network."""
    return safetensors.torch.save(_small(weights), to_metadata(description))


def save_weights(weights: Mapping[str, Tensor], path: Path, description: Description) -> None:
    """Write the weight file of a network, atomically, with its folder where there is none."""
    write_weights(weights, path, to_metadata(description))


def write_weights(weights: Mapping[str, Tensor], path: Path, metadata: Mapping[str, str]) -> None:
    """The same with any metadata."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, safetensors.torch.save(_small(weights), dict(metadata)))


def _small(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {
        key: (value.half() if value.dim() > 1 else value).contiguous()
        for key, value in weights.items()
    }
