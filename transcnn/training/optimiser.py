"""What turns gradients into changes of the weights: AdamW, or Muon for the matrices and AdamW for
the rest."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from transcnn.training.schedule import Schedule


class Optimiser:
    """The optimiser of `recipe` for the weights `learning`, by their keys in the network.

    With "muon" the projections and convolutions between stem and classifier are trained by Muon
    (Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks"): their momentum,
    seen as a matrix with one row for each output channel, is made orthogonal before it is applied.
    Its step has the size of AdamW's (Liu et al. 2025, arXiv 2502.16982), so both have one rate.
    AdamW's weights learn at `slower` times the rate, by their keys.
    """

    def __init__(
        self,
        learning: Mapping[str, Tensor],
        recipe: Schedule,
        slower: Callable[[str], float] = lambda key: 1.0,  # noqa: ARG005
    ) -> None:
        matrices = {}
        if recipe.optimiser == "muon":
            matrices = {key: value for key, value in learning.items() if _is_hidden(key, value)}
        rate, decay = recipe.learning_rate, recipe.weight_decay
        rest: dict[float, list[Tensor]] = {}
        for key, value in learning.items():
            if key not in matrices:
                rest.setdefault(slower(key), []).append(value)
        self._factors = list(rest) or [1.0]
        # torch's Muon takes matrices alone: each is a copy, whose changes are copied back.
        self._matrices = [(value, nn.Parameter(_rows(value))) for value in matrices.values()]
        # One group at least, since torch refuses an empty list: Muon may have taken everything.
        groups = [{"params": values} for values in rest.values()] or [{"params": []}]
        self._parts: dict[str, torch.optim.Optimizer] = {
            "adamw": torch.optim.AdamW(groups, lr=rate, weight_decay=decay)
        }
        if self._matrices:
            copies = [copy for _, copy in self._matrices]
            self._parts["muon"] = torch.optim.Muon(
                copies, lr=rate, weight_decay=decay, adjust_lr_fn="match_rms_adamw"
            )
        self._learning = list(learning.values())

    @torch.no_grad()
    def step(self, rate: float) -> None:
        """Apply the gradients at the learning rate `rate`, and clear them."""
        for value, copy in self._matrices:
            assert value.grad is not None
            copy.copy_(_rows(value))
            copy.grad = _rows(value.grad)
        for name, part in self._parts.items():
            factors = self._factors if name == "adamw" else [1.0]
            for group, factor in zip(part.param_groups, factors, strict=True):
                group["lr"] = rate * factor
            part.step()
        for value, copy in self._matrices:
            value.copy_(copy.view(value.shape))
        for value in self._learning:
            value.grad = None

    def state_dict(self) -> dict[str, Any]:
        return {name: part.state_dict() for name, part in self._parts.items()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        for name, part in self._parts.items():
            part.load_state_dict(state[name])


def _is_hidden(key: str, value: Tensor) -> bool:
    """Whether this is a matrix between stem and classifier; a depthwise convolution is none."""
    return value.ndim > 1 and value.shape[1] > 1 and not key.startswith(("stem.", "head."))


def _rows(value: Tensor) -> Tensor:
    """A weight [out, in, ...] as a matrix [out, in ...] of its own memory."""
    return value.detach().flatten(1).clone(memory_format=torch.contiguous_format)
