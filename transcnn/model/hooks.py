"""Hooks: how one forward call is recorded or changed. The model itself keeps nothing.

A `Hooks` object is made for one call and then discarded, so two threads on two images cannot mix.
A call with hooks computes the softmax explicitly, since the fused kernel never forms the attention
matrices; a call without hooks uses the fused kernel.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from torch import Tensor


class HookPoint(NamedTuple):
    """A value inside the network: its name, and the block and level it belongs to (0-based).

    Names: `input` (X) and `added` of a block; `tokens_in`, `attention`, `attended`, `merged_max`
    and `merged_avg` of a level.
    """

    stage: int
    block: int
    name: str
    level: int | None = None


def last_levels(points: Iterable[HookPoint]) -> list[HookPoint]:
    """Of hook points of levels, those of each block's last level, in the network's order."""
    ordered = sorted(points, key=lambda point: (point.stage, point.block, point.level or 0))
    return list({(point.stage, point.block): point for point in ordered}.values())


class Intervention(Protocol):
    """Changes what attention does in one forward call."""

    def skips(self, stage: int, block: int) -> bool:
        """True to leave this H-MHSA out, so that only the backbone of its block is run."""
        ...

    def attention(self, point: HookPoint, weights: Tensor, valid: Tensor) -> Tensor:
        """The weights to use in place of `weights` [B, h, down, across, t, s].

        `valid` [down, across, s] is False for keys beyond the map's edge.
        """
        ...

    def added(self, point: HookPoint, value: Tensor) -> Tensor:
        """What to add to X in place of `value` [B, C, H, W]."""
        ...


@dataclass
class Hooks:
    """Whether one forward call is recorded, and the intervention it runs under.

    After the call, `records` holds the detached tensors by hook point.
    """

    record: bool = True
    intervention: Intervention | None = None
    records: dict[HookPoint, Tensor] = field(default_factory=dict)

    def skips(self, stage: int, block: int) -> bool:
        return self.intervention is not None and self.intervention.skips(stage, block)

    def attention(self, point: HookPoint, weights: Tensor, valid: Tensor) -> Tensor:
        """The attention weights after the intervention, which are also recorded."""
        if self.intervention is not None:
            weights = self.intervention.attention(point, weights, valid)
        self.keep(point, weights)
        return weights

    def added(self, point: HookPoint, value: Tensor) -> Tensor:
        """What H-MHSA adds to X after the intervention, which is also recorded."""
        if self.intervention is not None:
            value = self.intervention.added(point, value)
        self.keep(point, value)
        return value

    def residual(self, point: HookPoint, tokens: Tensor) -> Tensor:  # noqa: ARG002
        """The residual of a level, (7) and (11): its own tokens [B, C, H, W]; that of the whole
        H-MHSA, (12), where the point has no level: its input X.

        Training overrides this to drop it at random, so that attention has to carry information.
        """
        return tokens

    def keep(self, point: HookPoint, value: Tensor) -> None:
        if self.record:
            self.records[point] = value.detach()


@dataclass(frozen=True)
class BlockHooks:
    """The hooks of one attention module: its stage and block are filled in."""

    hooks: Hooks
    stage: int
    block: int

    def keep(self, name: str, value: Tensor, level: int | None = None) -> None:
        self.hooks.keep(HookPoint(self.stage, self.block, name, level), value)

    def attention(self, level: int, weights: Tensor, valid: Tensor) -> Tensor:
        point = HookPoint(self.stage, self.block, "attention", level)
        return self.hooks.attention(point, weights, valid)

    def added(self, value: Tensor) -> Tensor:
        return self.hooks.added(HookPoint(self.stage, self.block, "added"), value)

    def residual(self, level: int | None, tokens: Tensor) -> Tensor:
        return self.hooks.residual(HookPoint(self.stage, self.block, "residual", level), tokens)
