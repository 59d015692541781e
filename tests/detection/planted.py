"""A detector that knows what it looks for: the red object of an image, whatever its size.

Around it, everything is the real one: decoding, resizing, and the way back to the image's pixels.
"""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional as F

from transcnn.detection.detector import ObjectDetector
from transcnn.detection.presets import detector
from transcnn.model.variants import network

RED, GREEN = (255, 0, 0), (0, 255, 0)
SCORE = 0.75


class _Red(nn.Module):
    """The box of the red pixels of its input, and their map within it."""

    def __init__(self, masks):
        super().__init__()
        self.masks = masks
        self.backbone = SimpleNamespace(body=SimpleNamespace(config=network("transcnn_lite0")))

    def forward(self, images):
        [x] = images
        inside = (x[0] > 0.5) & (x[1] < 0.5)
        rows, columns = (inside.any(axis).nonzero()[:, 0] for axis in (1, 0))
        if not len(rows):
            empty = torch.zeros(0)
            found = {"boxes": torch.zeros(0, 4), "labels": empty.long(), "scores": empty}
            return [found | {"masks": torch.zeros(0, 1, 28, 28)}]
        top, bottom = int(rows.min()), int(rows.max()) + 1
        left, right = int(columns.min()), int(columns.max()) + 1
        box = inside[top:bottom, left:right].float()
        return [
            {
                "boxes": torch.tensor([[left, top, right, bottom]]).float(),
                "labels": torch.tensor([2 if self.masks else 1]),  # a cat
                "scores": torch.tensor([SCORE]),
                "masks": F.interpolate(box[None, None], (28, 28)),
            }
        ]


def planted(masks=False):
    """The detector, of boxes alone or of boxes and masks."""
    kind = "mask_rcnn" if masks else "retinanet"
    made = replace(detector(f"{kind}_transcnn_lite0"), shorter=320, longer=320)
    return ObjectDetector(made, _Red(masks), "0" * 64, device="cpu")


def scene(width, height, box, hole=None):
    """A green image [height, width, 3] with a red box (left, top, right, bottom), which may have a
    green hole."""
    pixels = np.full((height, width, 3), GREEN, dtype=np.uint8)
    for colour, area in ((RED, box), (GREEN, hole)):
        if area is not None:
            left, top, right, bottom = area
            pixels[top:bottom, left:right] = colour
    return pixels


def as_image(pixels):
    return Image.fromarray(np.ascontiguousarray(pixels))
