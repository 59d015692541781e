"""Where RetinaNet's boxes come from: tokens of its pyramid, anchors, candidates."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torchvision.models.detection import RetinaNet
from torchvision.ops import clip_boxes_to_image

from transcnn.detection.detector import ObjectDetector, box_on
from transcnn.detection.objects import Detection
from transcnn.errors import ChoiceError
from transcnn.pictures import Crop
from transcnn.pictures.geometry import Box


@dataclass(frozen=True)
class Candidate:
    """A box before non-maximum suppression, and the anchor that became it.

    `level` counts the maps of the pyramid from 0, the finest; `token` (row, column) is the one that
    has the anchor. The anchor is on the upright image, in its pixels, and may reach beyond it.
    """

    level: int
    token: tuple[int, int]
    anchor: Box
    detection: Detection


@dataclass(frozen=True)
class Candidates:
    """All boxes of an image before non-maximum suppression, by descending score.

    `sizes` are those of the maps of the pyramid (rows, columns). Their tokens lie `strides` pixels
    of the input apart and have `per_token` anchors each. Candidates score more than `least`; of
    those of one class with an IoU above `overlap`, non-maximum suppression keeps the best.
    """

    sizes: tuple[tuple[int, int], ...]
    strides: tuple[int, ...]
    per_token: int
    least: float
    overlap: float
    found: tuple[Candidate, ...]

    @property
    def tokens(self) -> int:
        """The tokens of all maps."""
        return sum(math.prod(size) for size in self.sizes)

    @property
    def anchors(self) -> int:
        """How many anchors there are."""
        return self.tokens * self.per_token

    def source(self, one: Detection) -> Candidate:
        """The candidate that a detection is."""

        def distance(candidate: Candidate) -> float:
            there = candidate.detection
            apart = [abs(a - b) for a, b in zip(there.box, one.box, strict=True)]
            return sum(apart) + abs(there.score - one.score)

        return min((c for c in self.found if c.detection.label == one.label), key=distance)


def find_candidates(detector: ObjectDetector, pixels: NDArray[np.uint8], crop: Crop) -> Candidates:
    """The candidates in a prepared image [rows, columns, 3].

    Raises ChoiceError for a detector that is no RetinaNet.
    """
    network = detector.network
    if not isinstance(network, RetinaNet):
        raise ChoiceError(field="detector", value=detector.config.name, allowed="RetinaNets")
    with torch.inference_mode(), detector.precision():
        images, _ = network.transform([detector.tensor(pixels)])
        maps = list(network.backbone(images.tensors).values())
        outputs = network.head(maps)
        [anchors] = network.anchor_generator(images, maps)
        scores = outputs["cls_logits"][0].sigmoid()  # [anchors, classes]
        at, labels = (scores > network.score_thresh).nonzero(as_tuple=True)
        boxes = network.box_coder.decode_single(outputs["bbox_regression"][0][at], anchors[at])
        boxes = clip_boxes_to_image(boxes, images.image_sizes[0])
    per_token = network.anchor_generator.num_anchors_per_location()[0]
    sizes = tuple((one.shape[2], one.shape[3]) for one in maps)
    strides = [detector.backbone.stages[k].stride for k in detector.config.pyramid.stages]
    while len(strides) < len(maps):  # the coarser levels behind the last stage
        strides.append(2 * strides[-1])
    rows = zip(
        at.tolist(),
        labels.tolist(),
        scores[at, labels].float().tolist(),
        boxes.float().tolist(),
        anchors[at].float().tolist(),
        strict=True,
    )
    found = [
        Candidate(
            *_place(index // per_token, sizes),
            box_on(crop, anchor),
            Detection(label, score, box_on(crop, box)),
        )
        for index, label, score, box, anchor in rows
    ]
    ranked = sorted(found, key=lambda candidate: -candidate.detection.score)
    return Candidates(
        sizes=sizes,
        strides=tuple(strides),
        per_token=per_token,
        least=network.score_thresh,
        overlap=network.nms_thresh,
        found=tuple(ranked),
    )


def _place(index: int, sizes: tuple[tuple[int, int], ...]) -> tuple[int, tuple[int, int]]:
    """The map and the token (row, column) of the token `index` of all maps."""
    for level, (rows, columns) in enumerate(sizes):
        if index < rows * columns:
            return level, divmod(index, columns)
        index -= rows * columns
    raise IndexError(index)
