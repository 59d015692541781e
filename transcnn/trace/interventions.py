"""Interventions: attention replaced in one forward call, everywhere or in one part of the network.

Their table is `transcnn.model.interventions`.
"""

from collections.abc import Mapping

import torch
from torch import Tensor

from transcnn.errors import ChoiceError
from transcnn.model.hooks import HookPoint, Intervention
from transcnn.model.interventions import (
    EVERYWHERE,
    Where,
    check_intervention,
    possible_interventions,
)


class _Unchanged:
    """What an intervention leaves as it is unless it overrides it."""

    def skips(self, stage: int, block: int) -> bool:  # noqa: ARG002
        return False

    def attention(self, point: HookPoint, weights: Tensor, valid: Tensor) -> Tensor:  # noqa: ARG002
        return weights

    def added(self, point: HookPoint, value: Tensor) -> Tensor:  # noqa: ARG002
        return value


class Off(_Unchanged):
    """H-MHSA removed: the block is only its part of the backbone.

    Of a single level or head only the attended values are dropped: its weights are 0.
    """

    def skips(self, stage: int, block: int) -> bool:  # noqa: ARG002
        return True

    def attention(self, point: HookPoint, weights: Tensor, valid: Tensor) -> Tensor:  # noqa: ARG002
        return torch.zeros_like(weights)


class Uniform(_Unchanged):
    """Every token attends uniformly to the tokens of its grid that exist."""

    def attention(self, point: HookPoint, weights: Tensor, valid: Tensor) -> Tensor:  # noqa: ARG002
        uniform = valid / valid.sum(-1, keepdim=True)  # down across s
        return uniform[:, :, None, :].to(weights).expand_as(weights)


class Identity(_Unchanged):
    """Every token attends only to itself: what is left is a pointwise adapter with pooling."""

    def attention(self, point: HookPoint, weights: Tensor, valid: Tensor) -> Tensor:  # noqa: ARG002
        check_intervention("identity", own_keys=weights.shape[-2] == weights.shape[-1])
        return torch.eye(weights.shape[-1], dtype=weights.dtype).to(weights).expand_as(weights)


class Swapped(_Unchanged):
    """The attention matrices of other images, recorded in an earlier run."""

    def __init__(self, records: Mapping[HookPoint, Tensor]) -> None:
        self.records = records

    def attention(self, point: HookPoint, weights: Tensor, valid: Tensor) -> Tensor:  # noqa: ARG002
        return self.records[point].to(weights)


class Mean(_Unchanged):
    """Mean ablation: each H-MHSA adds its average over training images, whatever the image.

    `means` holds the averages [C, H, W] by stage and block.
    """

    def __init__(self, means: Mapping[tuple[int, int], Tensor]) -> None:
        self.means = means

    def added(self, point: HookPoint, value: Tensor) -> Tensor:
        mean = self.means[point.stage, point.block]
        if mean.shape != value.shape[1:]:
            side = " x ".join(str(n) for n in mean.shape[1:])
            possible = ", ".join(possible_interventions(means=False))
            allowed = f"{possible} (the stored averages are maps of {side})"
            raise ChoiceError(field="attention", value="mean", allowed=allowed)
        return mean.to(value).expand_as(value)


class _Within(_Unchanged):
    """Restricts an intervention to a part of the network; the rest stays as it is."""

    def __init__(self, intervention: Intervention, where: Where) -> None:
        self.intervention, self.where = intervention, where

    def skips(self, stage: int, block: int) -> bool:
        here = self.where.whole_blocks and self.where.has_block(stage, block)
        return here and self.intervention.skips(stage, block)

    def attention(self, point: HookPoint, weights: Tensor, valid: Tensor) -> Tensor:
        if not self.where.has_block(point.stage, point.block):
            return weights
        if self.where.level not in (None, point.level):
            return weights
        changed = self.intervention.attention(point, weights, valid)
        if self.where.head is None:
            return changed
        some = weights.clone()
        some[:, self.where.head] = changed[:, self.where.head]
        return some

    def added(self, point: HookPoint, value: Tensor) -> Tensor:
        if self.where.has_block(point.stage, point.block):
            return self.intervention.added(point, value)
        return value


def make_intervention(
    name: str,
    other: Mapping[HookPoint, Tensor] | None = None,
    means: Mapping[tuple[int, int], Tensor] | None = None,
    where: Where = EVERYWHERE,
) -> Intervention | None:
    """The intervention called `name`, acting on `where`; "on" is None.

    "swapped" needs the `other` run's records, "mean" the stored `means`. Raises ChoiceError for an
    unknown name, and for "mean" without averages or of less than a block.
    """
    check_intervention(name, where, means=means is not None)
    if name == "swapped" and other is None:
        raise ValueError("swapped needs the records of another run")
    made: dict[str, Intervention | None] = {
        "on": None,
        "uniform": Uniform(),
        "identity": Identity(),
        "swapped": Swapped(other or {}),
        "off": Off(),
        "mean": Mean(means or {}),
    }
    intervention = made[name]
    if intervention is None or where == EVERYWHERE:
        return intervention
    return _Within(intervention, where)
