"""What a run writes to disk, each file atomically.

checkpoint.pt                the state from which a resumed run ends in the same numbers
weights.safetensors          the averaged network, as `create_model` reads it
snapshots/0.300.safetensors  the same after that fraction of the run; H-MHSA alone where it
                             alone is trained
"""

import io
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from transcnn.errors import CheckpointError
from transcnn.files import write_file
from transcnn.training.recipe import Labels, Recipe


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
    file = io.BytesIO()
    torch.save(vars(checkpoint), file)
    write_file(path, file.getvalue())


def load_checkpoint(path: Path, recipe: Mapping[str, Any]) -> Checkpoint:
    """Raises CheckpointError if there is none, or if it was made with another recipe: a run whose
    recipe changes could not be reproduced."""
    if not path.is_file():
        raise CheckpointError(file=path, reason="there is no checkpoint to resume from")
    found = Checkpoint(**torch.load(path, map_location="cpu", weights_only=True))
    found = replace(found, recipe=_renamed(found.recipe), optimiser=_by_name(found.optimiser))
    other = [key for key in recipe if found.recipe.get(key) != recipe[key]]
    if other:
        raise CheckpointError(file=path, reason=f"its recipe differs in {', '.join(other)}")
    return found


def _by_name(optimiser: dict[str, Any]) -> dict[str, Any]:
    """The optimiser's state of an earlier version, which knew AdamW alone."""
    return {"adamw": optimiser} if "param_groups" in optimiser else optimiser


def _renamed(recipe: dict[str, Any]) -> dict[str, Any]:
    """The recipe of a checkpoint of an earlier version, in the names of this one and with what was
    not there to choose."""
    recipe = _defaults(Recipe) | recipe
    start = recipe.get("start")
    if start in ("body", "nothing"):
        recipe["start"] = {"body": "backbone", "nothing": "scratch"}[start]
    if recipe.get("labels"):
        names = {"taught": "teacher_weight"}
        given = {names.get(k, k): value for k, value in recipe["labels"].items()}
        recipe["labels"] = _defaults(Labels) | given
    return recipe


def _defaults(kind: type[Recipe | Labels]) -> dict[str, Any]:
    return {f.name: f.default for f in fields(kind) if f.default is not MISSING}
