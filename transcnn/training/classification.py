"""Training a classifier: what a step makes smaller, and what is written."""

import copy
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor
from torch.optim.swa_utils import update_bn

from transcnn.checkpoints.description import Description
from transcnn.checkpoints.save import save_weights
from transcnn.devices import on_cpu
from transcnn.model.network import TransCNN, normalise
from transcnn.training.batches import Batch, Batches
from transcnn.training.network import (
    BranchStudent,
    Outputs,
    Student,
    TrainingHooks,
    TunedStudent,
    soft_target_outputs,
)
from transcnn.training.objectives import DistillationBatch, total
from transcnn.training.recipe import Recipe
from transcnn.training.state import TrainingState

STATISTICS_BATCHES = 8


class ClassifierTraining(TrainingState[Batch]):
    """Training of a whole classifier, or of its H-MHSA, as a recipe says."""

    def __init__(
        self, recipe: Recipe, model: TransCNN, batches: Batches, out: Path, device: torch.device
    ) -> None:
        self.network = _make_student(model, recipe).to(device)
        super().__init__(recipe, self.network, out, device)
        self.objectives, self.batches = recipe, batches
        self.whole, self.config = model.state_dict(), model.config

    def batch(self, step: int, progress: float) -> Batch:
        return self.batches.make(step, progress)

    def images(self, batch: Batch) -> int:
        return len(batch.clean)

    def loss(self, batch: Batch, rate: float) -> tuple[Tensor, Mapping[str, Tensor]]:
        recipe, config = self.objectives, self.network.model.config
        hooks = TrainingHooks(
            residual_drop=recipe.residual_drop * rate / recipe.learning_rate,
            input_drop=recipe.input_drop * rate / recipe.learning_rate,
            generator=torch.Generator().manual_seed(batch.seed),
        )
        seen = normalise(batch.seen.pixels, config.input, self.device)
        own = torch.from_numpy(batch.seen.own).to(self.device)
        with self.precision():
            outputs = DistillationBatch(self.student(seen, hooks), self._targets(batch), own)
        return total(outputs, recipe.objectives)

    def _targets(self, batch: Batch) -> Outputs:
        if isinstance(self.network, BranchStudent):
            clean = normalise(batch.clean, self.network.model.config.input, self.device)
            return self.network.teach(clean)
        assert batch.targets is not None  # checked by the recipe
        return soft_target_outputs(torch.from_numpy(batch.targets).to(self.device))

    def write(self, step: int, progress: float, path: Path, snapshot: bool) -> None:
        """The whole network; in a snapshot of a run that trains H-MHSA alone only that."""
        others = {} if snapshot and self.objectives.labels is None else self.whole
        weights = {**others, **self._averaged(step, progress)}
        save_weights(weights, path, Description(self.config))

    def _averaged(self, step: int, progress: float) -> dict[str, Tensor]:
        """The average of what is trained on the CPU, with statistics of its batch norms of its own.

        Those of the run belong to other weights, and to residuals that are left out.
        """
        if not self.network.statistics():
            return {key: on_cpu(value) for key, value in self.average.items()}
        model = copy.deepcopy(self.network.model)
        model.load_state_dict(self.average, strict=False)
        clean = (self.batches.make(step + i, progress).clean for i in range(STATISTICS_BATCHES))
        with self.precision():
            update_bn((normalise(x, self.config.input, self.device) for x in clean), model)
        own = model.state_dict()
        return {key: on_cpu(own[key]) for key in self.average}


def _make_student(model: TransCNN, recipe: Recipe) -> Student:
    if recipe.start == "scratch":
        return Student(model)
    if recipe.start == "given":
        return TunedStudent(model, attention=recipe.learns == "attention")
    return BranchStudent(model)
