"""The pictures of a step.

A batch follows from (seed, step, process) alone. So nothing random has to be saved to go on with
a run, and a thread can make the next batch while the network works on this one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from transcnn.training.corruptions import Corrupted, corrupt
from transcnn.training.data import Source
from transcnn.training.recipe import Recipe

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Batch:
    """Pictures as they are [B, S, S, 3], and as the student sees them.

    `seed` is for what else the step draws.
    """

    clean: Pixels
    seen: Corrupted
    seed: int


@dataclass(frozen=True)
class Batches:
    """Makes the batch of any step for process `rank` of `processes`.

    `size_px` is the side of the network's input, where the recipe names no other.
    """

    sources: Sequence[Source]
    recipe: Recipe
    size_px: int
    rank: int = 0
    processes: int = 1

    def make(self, step: int, progress: float = 0) -> Batch:
        """The pictures of this process at a step, which comes after `progress` of the run.

        All pictures of a batch come from one source, all sources alike often.

        Were soft enlargements and sharp photographs mixed, sharpness would tell strangers apart.
        """
        r = np.random.Generator(np.random.PCG64([self.recipe.seed, step, self.rank]))
        stored = self.sources[int(r.integers(len(self.sources)))].pixels
        count = min(max(2, self.recipe.batch // self.processes), len(stored))
        size_px = self.recipe.size(progress, self.size_px)
        chosen = r.choice(len(stored), size=count, replace=False)
        clean = np.stack([self._vary(stored[i], size_px, r) for i in chosen])
        return Batch(clean, corrupt(clean, self.recipe.mixture, r), int(r.integers(2**63)))

    def _vary(self, picture: Pixels, size_px: int, r: np.random.Generator) -> Pixels:
        """A random square of the picture, half of the time mirrored, at the network's size."""
        side = picture.shape[0]
        crop = r.uniform(self.recipe.smallest_crop, 1) * side
        top, left = r.uniform(0, side - crop, size=2)
        square = Image.fromarray(picture).resize(
            (size_px, size_px),
            Image.Resampling.BICUBIC,
            box=(left, top, left + crop, top + crop),
        )
        values = np.asarray(square)
        return values[:, ::-1] if r.random() < 0.5 else values
