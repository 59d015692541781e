"""What is to be explained: a number that one network gives for one picture."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from transcnn.classifier import Classifier
from transcnn.errors import ChoiceError


@dataclass(frozen=True)
class Target:
    """The logit of class `of`; or how far it lies above that of class `versus`.

    Both are places among the network's logits, from 0.
    """

    of: int
    versus: int | None = None

    def __post_init__(self) -> None:
        if self.versus == self.of:
            raise ChoiceError(field="versus", value=self.versus, allowed="another class")

    def value(self, logits: Tensor) -> Tensor:
        """Logits [B, classes] to the explained number [B]."""
        if self.versus is None:
            return logits[:, self.of]
        return logits[:, self.of] - logits[:, self.versus]

    @property
    def turned(self) -> "Target | None":
        """The same difference with its sign flipped; None where there is no other class."""
        return None if self.versus is None else Target(self.versus, self.of)


@dataclass(frozen=True, eq=False)
class Subject:
    """A prepared picture [S, S, 3] as `classifier` sees it, and the number that is explained."""

    classifier: Classifier
    pixels: NDArray[np.uint8]
    target: Target

    def values(self, pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
        """The explained number [B] of other pictures [B, S, S, 3], without gradients."""
        logits = self.classifier.logits(pixels)
        return self.target.value(logits).numpy().astype(np.float64)
