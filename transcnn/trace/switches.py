"""The switches: what attention could have done instead. All H-MHSAs alike."""

from collections.abc import Mapping

import torch
from torch import Tensor

from transcnn.errors import ChoiceError
from transcnn.model.taps import Place, Switch

SWITCHES = ("on", "off", "uniform", "identity", "swapped")


class Off:
    """H-MHSA adds nothing: W^p's term is dropped, what is left is the body."""

    def skips(self, stage: int, block: int) -> bool:  # noqa: ARG002
        return True

    def attention(self, place: Place, weights: Tensor, valid: Tensor) -> Tensor:  # noqa: ARG002
        return weights


class _KeepsBlocks:
    def skips(self, stage: int, block: int) -> bool:  # noqa: ARG002
        return False


class Uniform(_KeepsBlocks):
    """Every token reads evenly from all places of its grid that exist."""

    def attention(self, place: Place, weights: Tensor, valid: Tensor) -> Tensor:  # noqa: ARG002
        even = valid / valid.sum(-1, keepdim=True)  # down across s
        return even[:, :, None, :].to(weights).expand_as(weights)


class Identity(_KeepsBlocks):
    """Every token reads only itself: what is left is a pointwise adapter with pooling."""

    def attention(self, place: Place, weights: Tensor, valid: Tensor) -> Tensor:  # noqa: ARG002
        if weights.shape[-2] != weights.shape[-1]:
            allowed = "on, off, uniform, swapped where tokens read a pooled map"
            raise ChoiceError(field="attention", value="identity", allowed=allowed)
        return torch.eye(weights.shape[-1], dtype=weights.dtype).to(weights).expand_as(weights)


class Swapped(_KeepsBlocks):
    """The attention matrices of other pictures, recorded in an earlier run."""

    def __init__(self, records: Mapping[Place, Tensor]) -> None:
        self.records = records

    def attention(self, place: Place, weights: Tensor, valid: Tensor) -> Tensor:  # noqa: ARG002
        return self.records[place]


def make_switch(name: str, other: Mapping[Place, Tensor] | None = None) -> Switch | None:
    """The switch called `name`; "on" is None. "swapped" needs the `other` run's records.

    Raises ChoiceError for an unknown name.
    """
    if name not in SWITCHES:
        raise ChoiceError(field="attention", value=name, allowed=", ".join(SWITCHES))
    if name == "swapped":
        if other is None:
            raise ValueError("swapped needs the records of another run")
        return Swapped(other)
    made: dict[str, Switch | None] = {
        "on": None,
        "off": Off(),
        "uniform": Uniform(),
        "identity": Identity(),
    }
    return made[name]
