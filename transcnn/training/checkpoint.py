"""What a run leaves on disk, written at once or not at all.

    checkpoint.pt            everything that the run needs to go on to the same numbers
    weights.safetensors      the whole network, averaged, as `create_model` reads it
    snapshots/0.300.safetensors  the same after that share of the run; H-MHSA alone where it alone
                             learns

Convolution and linear weights are written in half precision, everything of norms in single.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from torch import Tensor

from transcnn.errors import CheckpointError


@dataclass(frozen=True)
class Checkpoint:
    """The state of a run after `step` steps and `seconds` of training.

    All randomness follows from the recipe's seed and the step, so no generator is kept.
    """

    recipe: dict[str, Any]
    step: int
    seconds: float
    progress: float
    changing: dict[str, Tensor]
    average: dict[str, Tensor]
    optimiser: dict[str, Any]


def save_checkpoint(checkpoint: Checkpoint, path: Path) -> None:
    unfinished = path.with_suffix(".part")
    torch.save(vars(checkpoint), unfinished)
    unfinished.replace(path)


def load_checkpoint(path: Path, recipe: Mapping[str, Any]) -> Checkpoint:
    """Raises CheckpointError if there is none, or it is of another recipe, all its values taken
    together: a run that changed on the way could not be repeated."""
    if not path.is_file():
        raise CheckpointError(file=path, reason="there is no checkpoint to go on from")
    found = Checkpoint(**torch.load(path, map_location="cpu", weights_only=True))
    other = [key for key in recipe if found.recipe.get(key) != recipe[key]]
    if other:
        raise CheckpointError(file=path, reason=f"its recipe differs in {', '.join(other)}")
    return found


def save_weights(weights: Mapping[str, Tensor], path: Path) -> None:
    """Write `weights` as they ship: see the module's docstring for their precision."""
    small = {
        key: (value.half() if value.dim() > 1 else value).contiguous()
        for key, value in weights.items()
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    safetensors.torch.save_file(small, unfinished)
    unfinished.replace(path)
