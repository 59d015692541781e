"""What each H-MHSA adds on average over training images (for mean ablation), beside the weights.

transcnn_lite0.safetensors         the weights
transcnn_lite0.means.safetensors   the averages [C, H, W], keys "<stage>.<block>", float16
"""

from collections.abc import Mapping
from pathlib import Path

import safetensors.torch
from torch import Tensor

from transcnn.checkpoints.catalogue import means_path
from transcnn.checkpoints.files import load
from transcnn.errors import CheckpointError
from transcnn.files import write_file

Means = Mapping[tuple[int, int], Tensor]
"""Averages [C, H, W] by stage and block."""


def load_means(weights: Path) -> Means | None:
    """The averages of a weight file, in float32; None if it has none. Raises CheckpointError."""
    path = means_path(weights)
    if not path.is_file():
        return None
    try:
        return {_block(key): value.float() for key, value in load(path).items()}
    except ValueError as error:
        reason = "its keys are not '<stage>.<block>'"
        raise CheckpointError(file=path, reason=reason) from error


def save_means(means: Means, weights: Path) -> Path:
    """Write the averages beside the weight file and return their path."""
    path = means_path(weights)
    halved = {f"{stage}.{block}": m.half().contiguous() for (stage, block), m in means.items()}
    write_file(path, safetensors.torch.save(halved))
    return path


def _block(key: str) -> tuple[int, int]:
    stage, block = key.split(".")
    return int(stage), int(block)
