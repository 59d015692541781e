"""The student, and its teacher: its own body, or labels.

The body is the same network with every H-MHSA left out, on the clean picture. It is frozen with
its batch-norm statistics, which are therefore folded into its convolutions; only H-MHSA's weights
are trained, and their keys stay as they are. Where labels teach, the whole network is trained.
"""

import copy
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from transcnn.model.attention import HierarchicalAttention
from transcnn.model.blocks import InvertedResidual
from transcnn.model.hooks import HookPoint, Hooks
from transcnn.model.layers import Pointwise
from transcnn.model.network import TransCNN, fold_batch_norms
from transcnn.trace.interventions import Off


@dataclass(frozen=True)
class Answer:
    """What a network makes of a batch: maps [B, C_s, H_s, W_s] of the four stages, the pooled
    head [B, C], logits [B, classes], and attention [B, h, down, across, t, s] by place."""

    stages: tuple[Tensor, ...]
    pooled: Tensor
    logits: Tensor
    attention: Mapping[HookPoint, Tensor]


@dataclass
class TrainingHooks(Hooks):
    """Keeps attention with its gradient, and leaves out inner residuals at random.

    `residual_drop` is the probability for each picture at each level; `generator` draws.
    """

    residual_drop: float = 0.0
    generator: torch.Generator | None = None
    attention_weights: dict[HookPoint, Tensor] = field(default_factory=dict)

    def keep(self, place: HookPoint, value: Tensor) -> None:
        if place.name == "attention":
            self.attention_weights[place] = value

    def residual(self, place: HookPoint, tokens: Tensor) -> Tensor:  # noqa: ARG002
        if self.residual_drop == 0:
            return tokens
        drawn = torch.rand(tokens.shape[0], 1, 1, 1, generator=self.generator)
        return tokens * (drawn >= self.residual_drop).to(tokens)


class Student(nn.Module):
    """A network of which everything learns, batch norms by the batch's own statistics.

    `forward` is what DistributedDataParallel wraps.
    """

    def __init__(self, model: TransCNN) -> None:
        super().__init__()
        self.model = copy.deepcopy(model).train().to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, x: Tensor, hooks: TrainingHooks) -> Answer:
        return logits_only(self.model(x, hooks).float())

    def learning(self) -> dict[str, Tensor]:
        """The weights that learn, by their keys in the network."""
        return {key: value for key, value in self.model.named_parameters() if value.requires_grad}

    def statistics(self) -> dict[str, Tensor]:
        """The running means and variances of its batch norms, by their keys in the network."""
        return {k: value for k, value in self.model.named_buffers() if value.is_floating_point()}


class StudentAndTeacher(Student):
    """A network of which H-MHSA alone learns, from the body: `teach` is the teacher."""

    def __init__(self, model: TransCNN) -> None:
        super().__init__(fold_batch_norms(model))
        self.model.eval()
        for key, value in self.model.named_parameters():
            value.requires_grad_(".attn." in key)

    def forward(self, x: Tensor, hooks: TrainingHooks) -> Answer:
        return self._answer(x, hooks)

    def teach(self, x: Tensor) -> Answer:
        with torch.no_grad():
            return self._answer(x, Hooks(record=False, intervention=Off()))

    def _answer(self, x: Tensor, hooks: Hooks) -> Answer:
        m = self.model
        last, stages = m.forward_intermediates(x, hooks)
        pooled = m.forward_head(last, pre_logits=True)
        attention = hooks.attention_weights if isinstance(hooks, TrainingHooks) else {}
        return Answer(  # the objectives count in single precision, whatever the network did
            tuple(stage.float() for stage in stages),
            pooled.float(),
            m.head(pooled).float(),
            {place: weights.float() for place, weights in attention.items()},
        )


def logits_only(logits: Tensor) -> Answer:
    """Logits [B, classes] as an answer without all that leads to them."""
    return Answer((), logits[:, :0], logits, {})


def told(likely: Tensor) -> Answer:
    """What labels tell [B, classes] as a teacher's answer: logits alone, none below -20."""
    return logits_only(likely.clamp_min(math.exp(-20)).log())


def start_as_usual(model: TransCNN, generator: torch.Generator) -> None:
    """Give all convolutions and projections the weights that torch begins with, biases 0."""
    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.kaiming_uniform_(module.weight, a=math.sqrt(5), generator=generator)
            if module.bias is not None:
                nn.init.zeros_(module.bias)


def start_bottlenecks_as_identity(model: TransCNN, generator: torch.Generator) -> None:
    """The usual weights, but every bottleneck begins as the identity."""
    start_as_usual(model, generator)
    for module in model.modules():
        if isinstance(module, InvertedResidual) and isinstance(module.norm3, nn.BatchNorm2d):
            nn.init.zeros_(module.norm3.weight)


def start_anew(model: TransCNN, generator: torch.Generator) -> None:
    """Give the whole network the weights of a beginning in which attention has a part.

    Q and K are sharp, V and W^p not small beside the residuals, so that it matters from the first
    step where a token reads; every bottleneck begins as the identity, and leaves the work to it.
    """
    start_bottlenecks_as_identity(model, generator)
    for module in model.modules():
        if isinstance(module, HierarchicalAttention):
            width = module.config.width
            usual = width**-0.5
            for qkv in module.qkv:
                assert isinstance(qkv, Pointwise)
                nn.init.normal_(qkv.weight[: 2 * width], std=1.4 * usual, generator=generator)
                nn.init.normal_(qkv.weight[2 * width :], std=2 * usual, generator=generator)
            nn.init.normal_(module.proj.weight, std=usual, generator=generator)


def start_branch_anew(model: TransCNN, generator: torch.Generator) -> None:
    """Give every H-MHSA the weights of a beginning: it adds nothing, and reads at random.

    W^p is 0, so that training starts from the body as it is; q, k, v are normal with deviation
    C^-0.5, large enough for rows of attention that differ; norms are 1 and 0.
    """
    for module in model.modules():
        if isinstance(module, HierarchicalAttention):
            for qkv in module.qkv:
                assert isinstance(qkv, Pointwise)
                nn.init.normal_(qkv.weight, std=module.config.width**-0.5, generator=generator)
                nn.init.zeros_(qkv.bias)  # type: ignore[arg-type]
            nn.init.zeros_(module.proj.weight)
            nn.init.zeros_(module.proj.bias)  # type: ignore[arg-type]
            for norm in (module.input_norm, *module.norms, *module.output_norms):
                if isinstance(norm, nn.LayerNorm):
                    norm.reset_parameters()
