"""What is explained: a logit, or a difference of two, of one network for one image."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from transcnn.classifier import Classifier
from transcnn.errors import ChoiceError
from transcnn.pictures import Box, Crop
from transcnn.trace import Trace


@dataclass(frozen=True)
class Target:
    """The logit of class `of`, or its difference from the logit of class `versus`.

    Both are class indices among the network's logits, from 0.
    """

    of: int
    versus: int | None = None

    def __post_init__(self) -> None:
        if self.versus == self.of:
            raise ChoiceError(field="versus", value=self.versus, allowed="another class")

    def value(self, logits: Tensor) -> Tensor:
        """The explained logit [B] from logits [B, classes]."""
        if self.versus is None:
            return logits[:, self.of]
        return logits[:, self.of] - logits[:, self.versus]


@dataclass(frozen=True, eq=False)
class Subject:
    """A prepared image [H, W, 3] as `classifier` sees it, and the logit that is explained."""

    classifier: Classifier
    pixels: NDArray[np.uint8]
    target: Target

    def __post_init__(self) -> None:
        classes = self.classifier.config.classes
        for field, index in (("class", self.target.of), ("versus", self.target.versus)):
            if index is not None and not 0 <= index < classes:
                allowed = f"class indices from 0 to {classes - 1}"
                raise ChoiceError(field=field, value=index, allowed=allowed)

    @property
    def sides(self) -> tuple[int, int]:
        """Rows and columns of the image."""
        return self.pixels.shape[0], self.pixels.shape[1]

    @property
    def input(self) -> Tensor:
        """The image as the network's input, [1, 3, H, W]."""
        return self.classifier.normalise(self.pixels[None])

    @cached_property
    def trace(self) -> Trace:
        """What every H-MHSA computes for the image; one run for all methods that ask."""
        rows, columns = self.sides
        whole = Crop((columns, rows), Box(0, 0, columns, rows), columns, rows)
        return self.classifier.trace_pixels(self.pixels, whole)

    def explained(self, x: Tensor) -> Tensor:
        """The explained logit [B] of inputs [B, 3, S, S], with gradients.

        Sets no hook and keeps no state, so several threads may explain with one network.
        """
        return self.target.value(self.classifier.run(x))

    def values(self, pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
        """The explained logit [B] of other images [B, S, S, 3], without gradients."""
        logits = self.classifier.logits(pixels)
        return self.target.value(logits).numpy().astype(np.float64)
