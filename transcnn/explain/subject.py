"""What is to be explained: a number that one network gives for one picture."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from transcnn.classifier import Classifier
from transcnn.errors import ChoiceError
from transcnn.pictures import Box, Crop
from transcnn.trace import Trace


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


@dataclass(frozen=True, eq=False)
class Subject:
    """A prepared picture [S, S, 3] as `classifier` sees it, and the number that is explained."""

    classifier: Classifier
    pixels: NDArray[np.uint8]
    target: Target

    def __post_init__(self) -> None:
        classes = self.classifier.config.classes
        for field, place in (("class", self.target.of), ("versus", self.target.versus)):
            if place is not None and not 0 <= place < classes:
                allowed = f"places of logits from 0 to {classes - 1}"
                raise ChoiceError(field=field, value=place, allowed=allowed)

    @property
    def input(self) -> Tensor:
        """The picture as the network's input, [1, 3, S, S]."""
        return self.classifier.normalise(self.pixels[None])

    def trace(self) -> Trace:
        """What every H-MHSA does with the picture."""
        side = len(self.pixels)
        whole = Crop((side, side), Box(0, 0, side, side), side)
        return self.classifier.trace_pixels(self.pixels, whole)

    def explained(self, x: Tensor) -> Tensor:
        """The explained number [B] of inputs [B, 3, S, S], with gradients.

        No hook is set and nothing is kept, so many may explain with one network at once.
        """
        return self.target.value(self.classifier.model(x))

    def values(self, pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
        """The explained number [B] of other pictures [B, S, S, 3], without gradients."""
        logits = self.classifier.logits(pixels)
        return self.target.value(logits).numpy().astype(np.float64)
