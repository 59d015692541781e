"""The images of a step with their objects, resized, cut out and mirrored together.

As for classifiers, a batch follows from (seed, step, process) alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageEnhance
from torch import Tensor

from transcnn.detection.objects import AnnotatedPicture, Mask
from transcnn.pictures.changes import GRAY
from transcnn.training.detection.recipe import DetectionRecipe
from transcnn.training.detection.source import AnnotatedSource

_PROPORTIONS = ((1.0, 1.0), (0.75, 1.0), (1.0, 0.75))  # of the input: rows, columns
_SIDE = 32  # pixels: sides of the input are multiples of it


@dataclass(frozen=True)
class DetectionBatch:
    """Images [3, H, W] of values from 0 to 1, and torchvision's targets; `boxes` and `masks` say
    what is learned from all of them."""

    images: list[Tensor]
    targets: list[dict[str, Tensor]]
    boxes: bool
    masks: bool


@dataclass(frozen=True)
class Window:
    """The part of an image that a batch shows: it is resized to `size` (rows, columns), and pixel
    (0, 0) of the input is pixel `start` (row, column, negative where gray comes first) of that."""

    size: tuple[int, int]
    start: tuple[int, int]
    sides: tuple[int, int]  # of the input: rows, columns
    mirrored: bool

    def boxes(self, boxes: NDArray[np.float64], shape: tuple[int, int]) -> NDArray[np.float64]:
        """Boxes [N, 4] (left, top, right, bottom) of an image of `shape` (rows, columns), in pixels
        of the input, where they may lie beyond it."""
        down, across = (new / old for new, old in zip(self.size, shape, strict=True))
        top, left = self.start
        moved = boxes * (across, down, across, down) - (left, top, left, top)
        if self.mirrored:
            columns = self.sides[1]
            moved = np.stack(
                [columns - moved[:, 2], moved[:, 1], columns - moved[:, 0], moved[:, 3]], axis=1
            )
        return moved

    def cut(self, image: Image.Image, resampling: Image.Resampling, fill: int) -> NDArray[np.uint8]:
        """The input's pixels [rows, columns, ...] of an image or of a mask."""
        rows, columns = self.size
        top, left = self.start
        whole = image.resize((columns, rows), resampling)
        seen = whole.crop((left, top, left + self.sides[1], top + self.sides[0]))
        values = np.array(seen)
        inside = np.zeros(self.sides, dtype=bool)
        inside[max(0, -top) : rows - top, max(0, -left) : columns - left] = True
        values[~inside] = fill
        return values[:, ::-1] if self.mirrored else values


@dataclass(frozen=True)
class DetectionBatches:
    """Makes the batch of any step for process `rank` of `processes`.

    The images of a step are drawn from all sources that teach the same: boxes, masks or both.
    `size_px` is the longer side of the input; `first` is the number of the first class: 1 where 0
    is the background.
    """

    sources: Sequence[AnnotatedSource]
    recipe: DetectionRecipe
    size_px: int
    first: int
    rank: int = 0
    processes: int = 1

    def make(self, step: int) -> DetectionBatch:
        """The images of this process at a step."""
        shared = np.random.Generator(np.random.PCG64([self.recipe.seed, step]))
        groups = self._groups()
        chosen = groups[int(shared.choice(len(groups), p=self._shares(groups)))]
        proportions = _PROPORTIONS[int(shared.integers(len(_PROPORTIONS)))]
        rows, columns = (round(self.size_px * part / _SIDE) * _SIDE for part in proportions)
        r = np.random.Generator(np.random.PCG64([self.recipe.seed, step, self.rank]))
        ends = np.cumsum([len(source) for source in chosen])
        count = min(max(1, self.recipe.batch // self.processes), int(ends[-1]))
        made = []
        for k in r.choice(int(ends[-1]), size=count, replace=False):
            at = int(ends.searchsorted(k, side="right"))  # the source that has image k of them all
            source = chosen[at]
            made.append(self._make(source, int(k - ends[at] + len(source)), (rows, columns), r))
        images, targets = zip(*made, strict=True)
        return DetectionBatch(list(images), list(targets), chosen[0].boxes, chosen[0].masks)

    def _groups(self) -> list[list[AnnotatedSource]]:
        """The sources that teach the same, together."""
        groups: dict[tuple[bool, bool], list[AnnotatedSource]] = {}
        for source in self.sources:
            groups.setdefault((source.boxes, source.masks), []).append(source)
        return list(groups.values())

    def _shares(self, groups: Sequence[Sequence[AnnotatedSource]]) -> NDArray[np.float64]:
        """How often each group is drawn; the sum is 1."""
        sizes = np.array([sum(map(len, group)) for group in groups], dtype=np.float64)
        only_masks = np.array([not group[0].boxes for group in groups])
        if only_masks.any() and not only_masks.all():
            share = self.recipe.mask_share
            sizes[only_masks] *= share / sizes[only_masks].sum()
            sizes[~only_masks] *= (1 - share) / sizes[~only_masks].sum()
        return sizes / sizes.sum()

    def _make(
        self,
        source: AnnotatedSource,
        i: int,
        sides: tuple[int, int],
        r: np.random.Generator,
    ) -> tuple[Tensor, dict[str, Tensor]]:
        pixels, picture = source.pixels(i), source.pictures[i]
        window = self._window((pixels.shape[0], pixels.shape[1]), sides, r)
        values = window.cut(
            self._coloured(Image.fromarray(pixels), r), Image.Resampling.BICUBIC, GRAY
        )
        x = torch.from_numpy(np.ascontiguousarray(values)).permute(2, 0, 1).float() / 255
        return x, self._target(picture, window, source.masks)

    def _window(
        self, shape: tuple[int, int], sides: tuple[int, int], r: np.random.Generator
    ) -> Window:
        fit = min(side / own for side, own in zip(sides, shape, strict=True))
        low, high = np.log([self.recipe.smallest, self.recipe.largest])
        scale = fit * float(np.exp(r.uniform(low, high)))
        rows, columns = (max(1, round(side * scale)) for side in shape)
        # Where the image is larger than the input a part of it is shown, else it lies anywhere.
        top, left = (
            int(np.floor(r.uniform(min(0, own - side), max(0, own - side) + 1)))
            for own, side in zip((rows, columns), sides, strict=True)
        )
        return Window((rows, columns), (top, left), sides, bool(r.random() < 0.5))

    def _coloured(self, image: Image.Image, r: np.random.Generator) -> Image.Image:
        for change in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
            image = change(image).enhance(r.uniform(1 - self.recipe.colour, 1 + self.recipe.colour))
        return image

    def _target(self, picture: AnnotatedPicture, window: Window, masks: bool) -> dict[str, Tensor]:
        objects = [one for one in picture.objects if not one.crowd and (one.mask or not masks)]
        columns, rows = picture.size
        boxes = np.array([one.box for one in objects], dtype=np.float64).reshape(-1, 4)
        moved = window.boxes(boxes, (rows, columns))
        seen = moved.clip(0, [window.sides[1], window.sides[0]] * 2)
        kept = _area(seen) >= self.recipe.visible * _area(moved)
        kept &= (seen[:, 2:] - seen[:, :2]).min(1, initial=np.inf) >= 2  # pixels
        chosen = np.flatnonzero(kept)
        labels = [objects[i].label + self.first for i in chosen]
        target = {
            "boxes": torch.from_numpy(seen[chosen]).float(),
            "labels": torch.tensor(labels, dtype=torch.int64),
        }
        if masks:
            target["masks"] = _cut_masks([objects[i].mask for i in chosen], window)
        elif self.first:  # Mask R-CNN asks for masks, whose loss is then left out
            target["masks"] = torch.zeros(len(chosen), *window.sides, dtype=torch.uint8)
        return target


def _cut_masks(masks: Sequence[Mask | None], window: Window) -> Tensor:
    """The masks of objects [N, rows, columns] in the input."""
    images = [Image.fromarray(one.pixels().astype(np.uint8)) for one in masks if one is not None]
    cut = [window.cut(one, Image.Resampling.NEAREST, 0) for one in images]
    return torch.from_numpy(np.stack(cut) if cut else np.zeros((0, *window.sides), np.uint8))


def _area(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
