"""Parameters and multiply-adds of a detector by part, as torch counts them.

Counted: convolutions, linear layers, QK^T and AV, on one image. Not counted: bias, norms,
activations, pooling of regions, resizing, non-maximum suppression. Of a Mask R-CNN, the box head
sees as many regions as it may have proposals, the mask head as many as it may find objects.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from transcnn.analysis.cost.attention import Size
from transcnn.analysis.cost.network import network_cost
from transcnn.detection.config import RESNET50, Detector
from transcnn.detection.network import hooked, make_detector
from transcnn.model.hooks import Hooks
from transcnn.model.network import blank
from transcnn.model.variants import network


@dataclass(frozen=True)
class DetectorPart:
    """The backbone, the pyramid, or one of the heads."""

    name: str
    parameters: int
    macs: int


@dataclass(frozen=True)
class DetectorCost:
    """A detector by part on an image of `size` (rows, columns); the parts add up to the whole."""

    name: str
    size: Size
    parts: tuple[DetectorPart, ...]
    attention_products: int  # QK^T and AV by their closed form, part of the backbone

    @property
    def parameters(self) -> int:
        return sum(part.parameters for part in self.parts)

    @property
    def macs(self) -> int:
        return sum(part.macs for part in self.parts)

    def of(self, *names: str) -> int:
        """The multiply-adds of the parts called so."""
        return sum(part.macs for part in self.parts if part.name in names)


def detector_cost(detector: Detector, size: Size | None = None) -> DetectorCost:
    """The cost of `detector` on an image of `size`; without it, of the most pixels that it sees.

    Shapes are computed on the device meta, values are not.
    """
    size = (detector.shorter, detector.longer) if size is None else size
    plain = detector.backbone == RESNET50
    with torch.device("meta"):
        made = make_detector(detector, None if plain else blank(detector.backbone)).eval()
        counter = _Counter()
        maps = counter("backbone", made.backbone.body, torch.zeros(1, 3, *size))
        maps = counter("pyramid", made.backbone.fpn, maps)
        features, width = list(maps.values()), detector.pyramid.width
        if detector.masks:
            heads, proposals = made.roi_heads, made.rpn.post_nms_top_n()
            boxes = torch.zeros(proposals, width, 7, 7)
            masks = torch.zeros(heads.detections_per_img, width, 14, 14)
            counter("region proposals", made.rpn.head, features)
            counter("box head", nn.Sequential(heads.box_head, heads.box_predictor), boxes)
            counter("mask head", nn.Sequential(heads.mask_head, heads.mask_predictor), masks)
        else:
            counter("classification head", made.head.classification_head, features)
            counter("box head", made.head.regression_head, features)
    products = 0 if plain else network_cost(network(detector.backbone), size).attention_products
    return DetectorCost(detector.name, size, tuple(counter.parts), products)


class _Counter:
    """Runs the parts one after the other, and keeps what each takes."""

    def __init__(self) -> None:
        self.parts: list[DetectorPart] = []

    def __call__(self, name: str, module: nn.Module, given: Any) -> Any:
        result, macs = count_macs(module, given)
        parameters = sum(one.numel() for one in module.parameters())
        self.parts.append(DetectorPart(name, parameters, macs))
        return result


def count_macs(module: Callable[[Any], Any], given: Any) -> tuple[Any, int]:
    """What `module` makes of what is given, and the multiply-adds that torch counts in it."""
    # Attention that is recorded is computed by products that torch counts.
    with torch.no_grad(), hooked(Hooks()), FlopCounterMode(display=False) as counter:
        result = module(given)
    return result, counter.get_total_flops() // 2
