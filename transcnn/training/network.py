"""The student and its teacher: its own backbone, or soft targets from labels.

The backbone is the same network with H-MHSA removed, on the clean image. It is frozen with its
batch-norm statistics, which are therefore folded into its convolutions; only H-MHSA's weights are
trained, and their keys stay as they are. With labels the whole network is trained, or fine-tuned.
"""

import copy
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from transcnn.model.hooks import HookPoint, Hooks
from transcnn.model.network import TransCNN, fold_batch_norms
from transcnn.trace.interventions import Off
from transcnn.training.trained import Trained


@dataclass(frozen=True)
class Outputs:
    """A network's outputs for a batch: maps [B, C_s, H_s, W_s] of the four stages, the pooled head
    [B, C], logits [B, classes], and attention [B, h, down, across, t, s] by hook point."""

    stages: tuple[Tensor, ...]
    pooled: Tensor
    logits: Tensor
    attention: Mapping[HookPoint, Tensor]


@dataclass
class TrainingHooks(Hooks):
    """Keeps attention with its gradient, and drops the residuals of levels at random.

    `residual_drop` is the probability for each image at each level, `input_drop` that for the
    residual of each whole H-MHSA; `generator` draws.
    """

    residual_drop: float = 0.0
    input_drop: float = 0.0
    generator: torch.Generator | None = None
    attention_weights: dict[HookPoint, Tensor] = field(default_factory=dict)

    def keep(self, point: HookPoint, value: Tensor) -> None:
        if point.name == "attention":
            self.attention_weights[point] = value

    def attention_maps(self) -> dict[HookPoint, Tensor]:
        return {point: weights.float() for point, weights in self.attention_weights.items()}

    def residual(self, point: HookPoint, tokens: Tensor) -> Tensor:
        rate = self.input_drop if point.level is None else self.residual_drop
        if rate == 0:
            return tokens
        drawn = torch.rand(tokens.shape[0], 1, 1, 1, generator=self.generator)
        return tokens * (drawn >= rate).to(tokens)


class Student(Trained):
    """A network that is trained as a whole, with batch norms in training mode."""

    def __init__(self, model: TransCNN) -> None:
        super().__init__()
        self.model = copy.deepcopy(model).train().to(memory_format=torch.channels_last)

    def forward(self, x: Tensor, hooks: TrainingHooks) -> Outputs:
        logits = self.model(x, hooks).float()
        return Outputs((), logits[:, :0], logits, hooks.attention_maps())

    def learning(self) -> dict[str, Tensor]:
        return {key: value for key, value in self.model.named_parameters() if value.requires_grad}

    def statistics(self) -> dict[str, Tensor]:
        """The running means and variances of its batch norms, by their keys in the network."""
        return {k: value for k, value in self.model.named_buffers() if value.is_floating_point()}


class BranchStudent(Student):
    """A network of which H-MHSA alone is trained, by distillation from its backbone (`teach`)."""

    def __init__(self, model: TransCNN) -> None:
        super().__init__(fold_batch_norms(model))
        self.model.eval()
        for key, value in self.model.named_parameters():
            value.requires_grad_(".attn." in key)

    def forward(self, x: Tensor, hooks: TrainingHooks) -> Outputs:
        return self._outputs(x, hooks)

    def teach(self, x: Tensor) -> Outputs:
        with torch.no_grad():
            return self._outputs(x, Hooks(record=False, intervention=Off()))

    def _outputs(self, x: Tensor, hooks: Hooks) -> Outputs:
        m = self.model
        last, stages = m.forward_intermediates(x, hooks=hooks)
        pooled = m.forward_head(last, pre_logits=True)
        attention = hooks.attention_maps() if isinstance(hooks, TrainingHooks) else {}
        return Outputs(  # losses are computed in single precision
            tuple(stage.float() for stage in stages),
            pooled.float(),
            m.head(pooled).float(),
            attention,
        )


class TunedStudent(Student):
    """A network with a head of its own that is fine-tuned: everything learns, or (`attention`) the
    head and H-MHSA alone. Batch norms keep their statistics: a few images would spoil them."""

    def __init__(self, model: TransCNN, attention: bool) -> None:
        super().__init__(model)
        self.model.eval()
        for key, value in self.model.named_parameters():
            value.requires_grad_(not attention or ".attn." in key or key.startswith("head."))

    def statistics(self) -> dict[str, Tensor]:
        return {}


def outputs_of_logits(logits: Tensor) -> Outputs:
    """Logits [B, classes] as outputs without features and attention."""
    return Outputs((), logits[:, :0], logits, {})


def soft_target_outputs(targets: Tensor) -> Outputs:
    """Soft targets [B, classes] as a teacher's outputs: logits alone, none below -20."""
    return outputs_of_logits(targets.clamp_min(math.exp(-20)).log())
