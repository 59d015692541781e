"""The switches: what attention could have done instead, everywhere or in one place."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

import torch
from torch import Tensor

from transcnn.errors import ChoiceError
from transcnn.model.config import HMHSA, Network
from transcnn.model.hooks import HookPoint, Intervention

INTERVENTIONS = ("on", "off", "uniform", "identity", "swapped", "mean")


class _Unchanged:
    """What a switch leaves alone unless it says otherwise."""

    def skips(self, stage: int, block: int) -> bool:  # noqa: ARG002
        return False

    def attention(self, place: HookPoint, weights: Tensor, valid: Tensor) -> Tensor:  # noqa: ARG002
        return weights

    def added(self, place: HookPoint, value: Tensor) -> Tensor:  # noqa: ARG002
        return value


class Off(_Unchanged):
    """H-MHSA adds nothing: W^p's term is dropped, what is left is the body.

    Of a single level or head, only what it reads is dropped: its weights are 0.
    """

    def skips(self, stage: int, block: int) -> bool:  # noqa: ARG002
        return True

    def attention(self, place: HookPoint, weights: Tensor, valid: Tensor) -> Tensor:  # noqa: ARG002
        return torch.zeros_like(weights)


class Uniform(_Unchanged):
    """Every token reads evenly from all places of its grid that exist."""

    def attention(self, place: HookPoint, weights: Tensor, valid: Tensor) -> Tensor:  # noqa: ARG002
        even = valid / valid.sum(-1, keepdim=True)  # down across s
        return even[:, :, None, :].to(weights).expand_as(weights)


class Identity(_Unchanged):
    """Every token reads only itself: what is left is a pointwise adapter with pooling."""

    def attention(self, place: HookPoint, weights: Tensor, valid: Tensor) -> Tensor:  # noqa: ARG002
        if weights.shape[-2] != weights.shape[-1]:
            allowed = "on, off, uniform, swapped where tokens read a pooled map"
            raise ChoiceError(field="attention", value="identity", allowed=allowed)
        return torch.eye(weights.shape[-1], dtype=weights.dtype).to(weights).expand_as(weights)


class Swapped(_Unchanged):
    """The attention matrices of other pictures, recorded in an earlier run."""

    def __init__(self, records: Mapping[HookPoint, Tensor]) -> None:
        self.records = records

    def attention(self, place: HookPoint, weights: Tensor, valid: Tensor) -> Tensor:  # noqa: ARG002
        return self.records[place]


class Mean(_Unchanged):
    """Each H-MHSA adds what it adds on average over training pictures, whatever the picture.

    `means` holds the averages [C, H, W] by stage and block.
    """

    def __init__(self, means: Mapping[tuple[int, int], Tensor]) -> None:
        self.means = means

    def added(self, place: HookPoint, value: Tensor) -> Tensor:
        mean = self.means[place.stage, place.block]
        if mean.shape != value.shape[1:]:
            side = " x ".join(str(n) for n in mean.shape[1:])
            allowed = f"on, off, uniform, identity, swapped (its averages are maps of {side})"
            raise ChoiceError(field="attention", value="mean", allowed=allowed)
        return mean.to(value).expand_as(value)


@dataclass(frozen=True)
class Where:
    """The part of the H-MHSAs that a switch acts on; None stands for all. Indices from 0.

    `block` counts within its stage, `level` and `head` within their block.
    """

    stage: int | None = None
    block: int | None = None
    level: int | None = None
    head: int | None = None

    def __str__(self) -> str:
        given = [(f.name, getattr(self, f.name)) for f in fields(self)]
        return " ".join(f"{name} {index}" for name, index in given if index is not None) or "all"

    @property
    def whole_blocks(self) -> bool:
        return self.level is None and self.head is None

    def has_block(self, stage: int, block: int) -> bool:
        return self.stage in (None, stage) and self.block in (None, block)

    def check(self, network: Network) -> None:
        """Raises ChoiceError where `network` has no such stage, block, level or head."""
        parts = find_parts(network)
        for f in fields(self):
            index = getattr(self, f.name)
            known = sorted({getattr(part, f.name) for part in parts})
            if index is not None and index not in known:
                allowed = f"{known[0]} to {known[-1]}" if known else "none"
                raise ChoiceError(field=f.name, value=index, allowed=allowed)
            parts = [part for part in parts if index in (None, getattr(part, f.name))]


EVERYWHERE = Where()


def find_parts(network: Network) -> list[Where]:
    """Every head of every level of every block of `network`, in order."""
    return [
        Where(s, b, level, head)
        for s, stage in enumerate(network.stages)
        for b, attention in enumerate(stage.attending)
        for level in range(len(attention.merges) + 1 if isinstance(attention, HMHSA) else 2)
        for head in range(attention.heads)
    ]


def split(network: Network, *names: str) -> list[Where]:
    """The parts of `network` told apart by some of stage, block, level and head, in order.

    By ("stage",) four of them; by ("stage", "block", "level") each level of each block.
    """
    kept = {f.name for f in fields(Where)} - set(names)
    coarse = [replace(part, **dict.fromkeys(kept)) for part in find_parts(network)]
    return list(dict.fromkeys(coarse))


class _Within(_Unchanged):
    """Lets `switch` act on a part and leaves the rest as trained."""

    def __init__(self, intervention: Intervention, where: Where) -> None:
        self.intervention, self.where = intervention, where

    def skips(self, stage: int, block: int) -> bool:
        here = self.where.whole_blocks and self.where.has_block(stage, block)
        return here and self.intervention.skips(stage, block)

    def attention(self, place: HookPoint, weights: Tensor, valid: Tensor) -> Tensor:
        if not self.where.has_block(place.stage, place.block):
            return weights
        if self.where.level not in (None, place.level):
            return weights
        changed = self.intervention.attention(place, weights, valid)
        if self.where.head is None:
            return changed
        some = weights.clone()
        some[:, self.where.head] = changed[:, self.where.head]
        return some

    def added(self, place: HookPoint, value: Tensor) -> Tensor:
        if self.where.has_block(place.stage, place.block):
            return self.intervention.added(place, value)
        return value


def make_intervention(
    name: str,
    other: Mapping[HookPoint, Tensor] | None = None,
    means: Mapping[tuple[int, int], Tensor] | None = None,
    where: Where = EVERYWHERE,
) -> Intervention | None:
    """The switch called `name`, acting on `where`; "on" is None.

    "swapped" needs the `other` run's records, "mean" the stored `means`. Raises ChoiceError for an
    unknown name, and for "mean" without averages or of less than a block.
    """
    check_intervention(name, where)
    if name == "swapped" and other is None:
        raise ValueError("swapped needs the records of another run")
    if name == "mean" and means is None:
        allowed = "on, off, uniform, identity, swapped for weights without stored averages"
        raise ChoiceError(field="attention", value=name, allowed=allowed)
    made: dict[str, Intervention | None] = {
        "on": None,
        "off": Off(),
        "uniform": Uniform(),
        "identity": Identity(),
        "swapped": Swapped(other or {}),
        "mean": Mean(means or {}),
    }
    intervention = made[name]
    return (
        intervention
        if intervention is None or where == EVERYWHERE
        else _Within(intervention, where)
    )


def check_intervention(name: str, where: Where = EVERYWHERE) -> None:
    """Raises ChoiceError if there is no switch `name`, or it cannot act on such a part."""
    if name not in INTERVENTIONS:
        raise ChoiceError(field="attention", value=name, allowed=", ".join(INTERVENTIONS))
    if name == "mean" and not where.whole_blocks:
        allowed = "on, off, uniform, identity, swapped for single levels and heads"
        raise ChoiceError(field="attention", value=name, allowed=allowed)
