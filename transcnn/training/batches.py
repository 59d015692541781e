"""The images of a step.

A batch follows from (seed, step, process) alone, so no random state has to be saved to resume a
run, and a thread can prepare the next batch while the network works on this one.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from transcnn.pictures.changes import Pixels
from transcnn.training.corruptions import Corrupted, corrupt
from transcnn.training.data import TrainingSource
from transcnn.training.recipe import Degraded, Recipe


@dataclass(frozen=True)
class Batch:
    """Images as they are [B, S, S, 3], and as the student sees them.

    `seed` is for other random draws of the step. `targets` are the soft targets [B, classes] of
    what the student sees; None where the backbone is the teacher.
    """

    clean: Pixels
    seen: Corrupted
    seed: int
    targets: NDArray[np.float32] | None


@dataclass(frozen=True)
class Batches:
    """Makes the batch of any step for process `rank` of `processes`.

    `size_px` is the side of the network's input, unless the recipe has another. `targets` are the
    soft targets [n, classes] of each source's images; None where the backbone is the teacher.
    """

    sources: Sequence[TrainingSource]
    recipe: Recipe
    size_px: int
    rank: int = 0
    processes: int = 1
    targets: Sequence[NDArray[np.float32]] | None = None

    def make(self, step: int, progress: float = 0) -> Batch:
        """The images of this process at a step, which comes after `progress` of the run.

        Without `shares`, all images of a batch come from one source, each source equally often:
        otherwise patches could be recognised by the sharpness of their source.
        """
        r = np.random.Generator(np.random.PCG64([self.recipe.seed, step, self.rank]))
        size_px = self.recipe.size(progress, self.size_px)
        chosen = self.choose(r)
        clean = np.stack([self._vary(self.sources[s].pixels[i], size_px, r) for s, i in chosen])
        seen = corrupt(clean, self.recipe.mixture, r)
        targets = None
        if self.targets is not None:
            targets = seen.made_of @ np.stack([self.targets[s][i] for s, i in chosen])
        return Batch(clean, seen, int(r.integers(2**63)), targets)

    @property
    def count(self) -> int:
        """How many images this process takes at a step, if there are so many."""
        return max(2, self.recipe.batch // self.processes)

    def choose(self, r: np.random.Generator) -> list[tuple[int, int]]:
        """The source and the number of each image."""
        if self.recipe.shares:
            drawn = r.choice(len(self.sources), size=self.count, p=self.recipe.shares)
            return [(int(s), int(r.integers(len(self.sources[s].pixels)))) for s in drawn]
        source = int(r.integers(len(self.sources)))
        stored = len(self.sources[source].pixels)
        drawn = r.choice(stored, size=min(self.count, stored), replace=False)
        return [(source, int(i)) for i in drawn]

    def _vary(self, picture: Pixels, size_px: int, r: np.random.Generator) -> Pixels:
        """A random crop of the image, mirrored half of the time, at the network's size.

        A crop that is larger than the image continues as the image's mirror image.
        """
        side = picture.shape[0]
        high = wide = r.uniform(self.recipe.smallest_crop, self.recipe.largest_crop) * side
        if high > side:
            margin = int(np.ceil(high - side))
            picture = np.pad(picture, ((margin, margin), (margin, margin), (0, 0)), "symmetric")
            top, left = margin - r.uniform(0, high - side, size=2)
        else:
            if self.recipe.stretch > 1:
                root = self.recipe.stretch ** r.uniform(-0.5, 0.5)
                high, wide = min(high * root, side), min(wide / root, side)
            top, left = r.uniform(0, (side - high, side - wide))
        square = Image.fromarray(picture).resize(
            (size_px, size_px),
            Image.Resampling.BICUBIC,
            box=(left, top, left + wide, top + high),
        )
        if self.recipe.degraded is not None:
            square = degrade(square, self.recipe.degraded, r)
        values = np.asarray(square)
        return values[:, ::-1] if r.random() < 0.5 else values


@dataclass(frozen=True)
class BalancedBatches(Batches):
    """Draws the class of each image first: every class counts the same, however many images it has.

    `by_class` has the numbers of each class's images in the only source.
    """

    by_class: Sequence[NDArray[np.int64]] = ()

    def choose(self, r: np.random.Generator) -> list[tuple[int, int]]:
        drawn = r.integers(len(self.by_class), size=self.count)
        return [(0, int(r.choice(self.by_class[c]))) for c in drawn]


KERNELS = (
    Image.Resampling.NEAREST,
    Image.Resampling.BOX,
    Image.Resampling.BILINEAR,
    Image.Resampling.BICUBIC,
    Image.Resampling.LANCZOS,
)


def degrade(image: Image.Image, degraded: Degraded, r: np.random.Generator) -> Image.Image:
    """The image resized there and back, then saved as JPEG, each as often as `degraded` says."""
    if r.random() < degraded.resized:
        size = image.size
        small = max(1, round(r.uniform(degraded.smallest, 1) * size[0]))
        there, back = r.choice(len(KERNELS), size=2)
        image = image.resize((small, small), KERNELS[there]).resize(size, KERNELS[max(1, back)])
    if r.random() < degraded.jpeg:
        low, high = degraded.quality
        file = io.BytesIO()
        image.save(file, "JPEG", quality=int(r.integers(low, high + 1)))
        image = Image.open(file)
    return image
