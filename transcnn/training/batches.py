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

    `seed` is for what else the step draws. `told` [B, classes] is how likely each class is for
    what is seen, where labels teach.
    """

    clean: Pixels
    seen: Corrupted
    seed: int
    told: NDArray[np.float32] | None


@dataclass(frozen=True)
class Batches:
    """Makes the batch of any step for process `rank` of `processes`.

    `size_px` is the side of the network's input, where the recipe names no other. `told` is what
    labels tell of each source's pictures [n, classes]; None where the body teaches.
    """

    sources: Sequence[Source]
    recipe: Recipe
    size_px: int
    rank: int = 0
    processes: int = 1
    told: Sequence[NDArray[np.float32]] | None = None

    def make(self, step: int, progress: float = 0) -> Batch:
        """The pictures of this process at a step, which comes after `progress` of the run.

        All pictures of a batch come from one source, all sources alike often.

        Were soft enlargements and sharp photographs mixed, sharpness would tell strangers apart.
        """
        r = np.random.Generator(np.random.PCG64([self.recipe.seed, step, self.rank]))
        source = int(r.integers(len(self.sources)))
        stored = self.sources[source].pixels
        count = min(max(2, self.recipe.batch // self.processes), len(stored))
        size_px = self.recipe.size(progress, self.size_px)
        chosen = r.choice(len(stored), size=count, replace=False)
        clean = np.stack([self._vary(stored[i], size_px, r) for i in chosen])
        seen = corrupt(clean, self.recipe.mixture, r)
        told = None if self.told is None else seen.made_of @ self.told[source][chosen]
        return Batch(clean, seen, int(r.integers(2**63)), told)

    def _vary(self, picture: Pixels, size_px: int, r: np.random.Generator) -> Pixels:
        """A random part of the picture, half of the time mirrored, at the network's size."""
        side = picture.shape[0]
        high = wide = r.uniform(self.recipe.smallest_crop, 1) * side
        if self.recipe.stretch > 1:
            root = self.recipe.stretch ** r.uniform(-0.5, 0.5)
            high, wide = min(high * root, side), min(wide / root, side)
        top, left = r.uniform(0, (side - high, side - wide))
        square = Image.fromarray(picture).resize(
            (size_px, size_px),
            Image.Resampling.BICUBIC,
            box=(left, top, left + wide, top + high),
        )
        values = np.asarray(square)
        return values[:, ::-1] if r.random() < 0.5 else values
