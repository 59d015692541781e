"""Training a detector: what a step makes smaller, and what is written."""

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torchvision.models.detection import MaskRCNN, RetinaNet

from transcnn.detection.config import Detector
from transcnn.detection.network import hooked
from transcnn.detection.weights import save_detector
from transcnn.devices import on_cpu
from transcnn.model.hooks import Hooks
from transcnn.trace import make_intervention
from transcnn.training.detection.batches import DetectionBatch, DetectionBatches
from transcnn.training.detection.recipe import DetectionRecipe
from transcnn.training.state import TrainingState
from transcnn.training.trained import Trained

_BODY = "backbone.body.model."


class LearningDetector(Trained):
    """A detector in training."""

    def __init__(self, network: RetinaNet | MaskRCNN, recipe: DetectionRecipe) -> None:
        super().__init__()
        self.network = copy.deepcopy(network).train()
        # Batch norms that nothing could be folded into keep their statistics, too.
        self.network.backbone.body.eval()
        self.attention = recipe.attention
        frozen = tuple(
            f"{_BODY}{part}.{stage}."
            for part in ("blocks", "downs")
            for stage in range(recipe.frozen_stages)
        )
        for key, value in self.network.named_parameters():
            value.requires_grad_(not key.startswith((f"{_BODY}stem.", *frozen)))
            if recipe.attention == "off" and ".attn." in key:
                value.requires_grad_(False)

    def forward(self, images: list[Tensor], targets: list[dict[str, Tensor]]) -> dict[str, Tensor]:
        intervention = make_intervention(self.attention)
        hooks = None if intervention is None else Hooks(record=False, intervention=intervention)
        with hooked(hooks):
            losses: dict[str, Tensor] = self.network(images, targets)
        return losses

    def learning(self) -> dict[str, Tensor]:
        return {key: value for key, value in self.network.named_parameters() if value.requires_grad}

    def statistics(self) -> dict[str, Tensor]:
        """None: batch norms are folded."""
        return {}


class DetectorTraining(TrainingState[DetectionBatch]):
    """Training of a detector, as a recipe says. `about` is noted in its weight file."""

    def __init__(
        self,
        recipe: DetectionRecipe,
        detector: Detector,
        network: RetinaNet | MaskRCNN,
        batches: DetectionBatches,
        out: Path,
        device: torch.device,
        about: Mapping[str, Any],
    ) -> None:
        trained = LearningDetector(network, recipe).to(device)
        super().__init__(
            recipe,
            trained,
            out,
            device,
            lambda key: recipe.backbone_rate if key.startswith(_BODY) else 1.0,
        )
        self.batches, self.detector, self.about = batches, detector, about
        self.whole = {key: on_cpu(value) for key, value in network.state_dict().items()}

    def batch(self, step: int, progress: float) -> DetectionBatch:  # noqa: ARG002
        return self.batches.make(step)

    def images(self, batch: DetectionBatch) -> int:
        return len(batch.images)

    def loss(self, batch: DetectionBatch, rate: float) -> tuple[Tensor, Mapping[str, Tensor]]:  # noqa: ARG002
        images = [one.to(self.device) for one in batch.images]
        targets = [{k: v.to(self.device) for k, v in one.items()} for one in batch.targets]
        with self.precision():
            losses: dict[str, Tensor] = self.student(images, targets)
        learned = {name: batch.masks if name == "loss_mask" else batch.boxes for name in losses}
        # What is not learned from counts nothing, but is there: every weight has a gradient.
        whole = torch.stack([losses[name].float() * learned[name] for name in losses]).sum()
        nothing = whole.new_tensor(float("nan"))
        return whole, {n: losses[n].float() if learned[n] else nothing for n in losses}

    def decay(self) -> float:
        """Less at first: own sets are often small, and the average of a short run would else be
        mostly the weights that it began with."""
        return min(self.recipe.average, (1 + self.done) / (10 + self.done))

    def write(self, step: int, progress: float, path: Path, snapshot: bool) -> None:  # noqa: ARG002
        averaged = {key: on_cpu(value) for key, value in self.average.items()}
        about = {**self.about, "step": step, "progress": progress}
        save_detector({**self.whole, **averaged}, path, self.detector, about)
