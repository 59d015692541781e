"""How one forward call is listened to, or changed. The model itself keeps nothing.

A `Taps` object is made for one call and thrown away after it, so two threads on two pictures
cannot mix. Where it asks for attention matrices, that call computes the softmax explicitly;
otherwise the fused kernel is used, which never has them.
"""

from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from torch import Tensor


class Place(NamedTuple):
    """A point inside the network: what is there, and where. All indices from 0."""

    stage: int
    block: int
    name: str  # input, added; per level also tokens_in, attention, attended, merged_max, merged_avg
    level: int | None = None


class Intervention(Protocol):
    """Changes what attention does in one forward call."""

    def skips(self, stage: int, block: int) -> bool:
        """True to leave this H-MHSA out, so that only the body remains of its block."""
        ...

    def attention(self, place: Place, weights: Tensor, valid: Tensor) -> Tensor:
        """The weights to use in place of `weights` [B, h, down, across, t, s].

        `valid` [down, across, s] is False at places beyond the map's edge.
        """
        ...

    def added(self, place: Place, value: Tensor) -> Tensor:
        """What to add to X in place of `value` [B, C, H, W]."""
        ...


@dataclass
class Hooks:
    """What one forward call shall record, and the switch that it runs under.

    After the call, `records` holds the detached tensors by place.
    """

    record: bool = True
    intervention: Intervention | None = None
    records: dict[Place, Tensor] = field(default_factory=dict)

    def skips(self, stage: int, block: int) -> bool:
        return self.intervention is not None and self.intervention.skips(stage, block)

    def attention(self, place: Place, weights: Tensor, valid: Tensor) -> Tensor:
        """Pass attention weights through the switch, and keep what is used."""
        if self.intervention is not None:
            weights = self.intervention.attention(place, weights, valid)
        self.keep(place, weights)
        return weights

    def added(self, place: Place, value: Tensor) -> Tensor:
        """Pass what H-MHSA adds through the switch, and keep what is used."""
        if self.intervention is not None:
            value = self.intervention.added(place, value)
        self.keep(place, value)
        return value

    def residual(self, place: Place, tokens: Tensor) -> Tensor:  # noqa: ARG002
        """What a level adds to its attention, (7) and (11): its own tokens [B, C, H, W].

        Training overrides this to leave it out at times, so that attention must carry.
        """
        return tokens

    def keep(self, place: Place, value: Tensor) -> None:
        if self.record:
            self.records[place] = value.detach()


@dataclass(frozen=True)
class BlockHooks:
    """Taps as one attention module sees them: its own stage and block filled in."""

    hooks: Hooks
    stage: int
    block: int

    def keep(self, name: str, value: Tensor, level: int | None = None) -> None:
        self.hooks.keep(Place(self.stage, self.block, name, level), value)

    def attention(self, level: int, weights: Tensor, valid: Tensor) -> Tensor:
        place = Place(self.stage, self.block, "attention", level)
        return self.hooks.attention(place, weights, valid)

    def added(self, value: Tensor) -> Tensor:
        return self.hooks.added(Place(self.stage, self.block, "added"), value)

    def residual(self, level: int, tokens: Tensor) -> Tensor:
        return self.hooks.residual(Place(self.stage, self.block, "residual", level), tokens)
