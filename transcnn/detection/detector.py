"""A detector with its weights, ready for images."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torchvision.models.detection import MaskRCNN, RetinaNet
from torchvision.models.detection.roi_heads import (
    expand_boxes,
    expand_masks,
    paste_mask_in_image,
)

from transcnn.checkpoints.catalogue import sha256
from transcnn.detection import config
from transcnn.detection.catalogue import shipped_detector
from transcnn.detection.network import hooked
from transcnn.detection.objects import Detected, Detection, Mask
from transcnn.detection.prepare import prepare
from transcnn.detection.weights import open_detector
from transcnn.devices import computing_in, find_device, find_precision, on_cpu
from transcnn.errors import ChoiceError, OtherNetwork
from transcnn.model.hooks import HookPoint, Hooks, Intervention
from transcnn.pictures import Crop, Picture, take_picture
from transcnn.pictures.geometry import Box
from transcnn.trace import EVERYWHERE, Trace, Where, make_intervention
from transcnn.trace.record import blocks_of

DEFAULT_DETECTOR = "retinanet_transcnn_lite0"
LARGEST = 1333  # pixels of the longer side


@dataclass(frozen=True)
class DetectionRun:
    """What a network finds in one image, and the record of every H-MHSA of that run.

    The trace has no logits: a detector's backbone has no classifier.
    """

    detected: Detected
    trace: Trace


class ObjectDetector:
    """A detector with trained weights, ready for images. Threads may share one.

    `network` is one of `make_detector` that has its weights. Boxes and masks are given on the whole
    upright image, in its own pixels; images are seen one by one, so that none depends on another.
    """

    def __init__(
        self,
        detector: config.Detector,
        network: RetinaNet | MaskRCNN,
        weights_sha256: str,
        measured: Mapping[str, Any] = MappingProxyType({}),
        *,
        device: str | torch.device = "auto",
        dtype: str | torch.dtype = "float32",
    ) -> None:
        self.dtype = find_precision(dtype)
        self.device = find_device(device)
        self.config = detector
        self.weights_sha256 = weights_sha256
        self.measured = measured
        self.network = network.eval().to(self.device)
        self.backbone = network.backbone.body.config

    @classmethod
    def open(
        cls,
        name: str | None = None,
        weights: str | Path | None = None,
        *,
        device: str | torch.device = "auto",
        dtype: str | torch.dtype = "float32",
    ) -> "ObjectDetector":
        """The detector `name` with the weights that ship (digest checked), or that of a weight
        file. Raises ChoiceError for one that does not ship, CheckpointError for such a file."""
        if weights is None:
            entry = shipped_detector(name or DEFAULT_DETECTOR)
            weights, digest = entry.path, entry.sha256
        else:
            digest = sha256(Path(weights))
        opened = open_detector(weights)
        if name not in (None, opened.config.name):
            raise OtherNetwork(file=str(weights), described=opened.config.name, model=name)
        # In this layout, a Mask R-CNN takes five sixths of the time.
        network = opened.network.to(memory_format=torch.channels_last)
        found = (opened.config, network, digest, opened.measured)
        return cls(*found, device=device, dtype=dtype)

    def size(self, longer: int | None = None) -> tuple[int, int]:
        """The most pixels of the shorter and the longer side of the input: those of training, or
        in their proportion for another longer side. Raises ChoiceError for one out of bounds."""
        if longer is None:
            return self.config.shorter, self.config.longer
        if not 32 <= longer <= LARGEST:
            raise ChoiceError(field="size", value=longer, allowed=f"32 to {LARGEST} pixels")
        return max(32, round(longer * self.config.shorter / self.config.longer)), longer

    def prepare(self, picture: Picture, size: int | None = None) -> tuple[NDArray[np.uint8], Crop]:
        """The pixels [rows, columns, 3] that the network sees, and where they lie on the image.

        `size` is the longer side. Raises PictureError if the image cannot be read.
        """
        return prepare(take_picture(picture), *self.size(size))

    def detect(
        self, picture: Picture, intervention: Intervention | None = None, size: int | None = None
    ) -> Detected:
        """What is found in an image under `intervention`. Raises as `prepare` does."""
        pixels, crop = self.prepare(picture, size)
        return self.detect_pixels(pixels, crop, intervention)

    def detect_pixels(
        self, pixels: NDArray[np.uint8], crop: Crop, intervention: Intervention | None = None
    ) -> Detected:
        """The same for a prepared image [rows, columns, 3]."""
        hooks = None if intervention is None else Hooks(record=False, intervention=intervention)
        return self._run(pixels, crop, hooks)

    def trace(
        self, picture: Picture, intervention: Intervention | None = None, size: int | None = None
    ) -> DetectionRun:
        """What is found, with the record of every H-MHSA. Raises as `prepare` does."""
        pixels, crop = self.prepare(picture, size)
        return self.trace_pixels(pixels, crop, intervention)

    def trace_pixels(
        self, pixels: NDArray[np.uint8], crop: Crop, intervention: Intervention | None = None
    ) -> DetectionRun:
        """The same for a prepared image [rows, columns, 3]."""
        hooks = Hooks(intervention=intervention)
        detected = self._run(pixels, crop, hooks)
        blocks = blocks_of(self.backbone, hooks, crop.sides)
        none = np.zeros(0, dtype=np.float32)
        return DetectionRun(
            detected, Trace(self.config.name, self.weights_sha256, crop, none, blocks)
        )

    def attention(self, pixels: NDArray[np.uint8], crop: Crop) -> Mapping[HookPoint, Tensor]:
        """Attention matrices [1, h, down, across, T, T] of a prepared image, by hook point."""
        hooks = Hooks()
        self._run(pixels, crop, hooks)
        records = hooks.records.items()
        return {point: on_cpu(value) for point, value in records if point.name == "attention"}

    def intervention(
        self,
        name: str,
        other: Mapping[HookPoint, Tensor] | None = None,
        where: Where = EVERYWHERE,
    ) -> Intervention | None:
        """The intervention called `name` on `where`; "swapped" needs the `other` attention of an
        input of the same size. Raises ChoiceError for a name or a part that does not exist."""
        where.check(self.backbone)
        return make_intervention(name, other, None, where)

    def tensor(self, pixels: NDArray[np.uint8]) -> Tensor:
        """A prepared image [rows, columns, 3] as the network takes it: [3, rows, columns], values
        from 0 to 1."""
        return torch.tensor(pixels).to(self.device).permute(2, 0, 1).float() / 255

    def precision(self) -> AbstractContextManager[object]:
        """A context in which the network computes in the detector's precision."""
        return computing_in(self.dtype, self.device)

    def _run(self, pixels: NDArray[np.uint8], crop: Crop, hooks: Hooks | None) -> Detected:
        with torch.inference_mode(), self.precision(), hooked(hooks):
            (found,) = self.network([self.tensor(pixels)])
        first = 1 if self.config.masks else 0  # Mask R-CNN's label 0 is the background
        scores, labels = found["scores"].float().tolist(), (found["labels"] - first).tolist()
        boxes = [box_on(crop, box) for box in found["boxes"].float().tolist()]
        masks: list[Mask | None] = [None] * len(boxes)
        if self.config.masks:
            maps = zip(on_cpu(found["masks"].float()), boxes, strict=True)
            masks = [_mask(one, box, crop.picture) for one, box in maps]
        found_ = zip(labels, scores, boxes, masks, strict=True)
        return Detected(crop.picture, tuple(Detection(*one) for one in found_))


def box_on(crop: Crop, box: list[float]) -> Box:
    """A box of the network (left, top, right, bottom in pixels of its input), on the image."""
    left, top, right, bottom = box
    return crop.on_picture(top, left, bottom, right)


def _mask(one: Tensor, box: Box, size: tuple[int, int]) -> Mask:
    """One mask [1, 28, 28], on an image of `size` (width, height); as torchvision's
    paste_masks_in_image, but of the box alone."""
    columns, rows = size
    padded, scale = expand_masks(one[None], 1)
    around = expand_boxes(torch.tensor([box]), scale).long()[0]
    left, top = (max(int(edge), 0) for edge in around[:2])
    right, bottom = min(int(around[2]) + 1, columns), min(int(around[3]) + 1, rows)
    within = around - torch.tensor([left, top, left, top])
    pasted = paste_mask_in_image(padded[0, 0], within, bottom - top, right - left)
    return Mask.placed((pasted >= 0.5).numpy(), (top, left), (rows, columns))
