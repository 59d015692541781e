"""Benchmark of a detector: where its time goes, and the same on a backbone of torchvision's.

The two are run in turn, so that drifts of the machine's speed affect both equally. The other
detector has the pyramid and the heads of ours, on torchvision's EfficientNet-B0 as torchvision
makes it, whose multiply-adds are nearly those of transcnn_lite0. What its heads give is replaced by
what ours give, so that both place the same boxes.
"""

import copy
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import nn
from torchvision.models import efficientnet_b0
from torchvision.models._utils import IntermediateLayerGetter
from torchvision.ops import FeaturePyramidNetwork

from transcnn.analysis.cost.detector import count_macs
from transcnn.benchmark import machine
from transcnn.detection.detector import ObjectDetector
from transcnn.pictures import DecodedPicture, decode
from transcnn.pictures.samples import samples

OTHER = "EfficientNet-B0"
PREPARING, BACKBONE, PYRAMID, HEADS = "preparing the image", "backbone", "pyramid", "heads"
REST, WHOLE = "post-processing", "whole"
PARTS = (PREPARING, BACKBONE, PYRAMID, HEADS, REST, WHOLE)
# Of EfficientNet-B0, by stage: the last layer of that stride, and its width.
_LAYERS = (("2", 24), ("3", 40), ("5", 112), ("7", 320))


@dataclass(frozen=True)
class PartTime:
    """A part, or the whole: milliseconds, medians over the rounds, and the median `ratio` of this
    detector's time to the other's within one round."""

    name: str
    ms: float
    other_ms: float
    ratio: float


@dataclass(frozen=True)
class DetectionBenchmark:
    """All parts of one run, the whole last, and the multiply-adds of both backbones."""

    model: str
    machine: str
    threads: int
    size: tuple[int, int]  # of the input: rows, columns
    rounds: int
    detections: int
    parts: tuple[PartTime, ...]
    macs: int
    other_macs: int


def run_detection(
    detector: ObjectDetector, rounds: int = 30, warmup: int = 3
) -> DetectionBenchmark:
    """Time `detector`, which computes on the CPU, on one sample picture."""
    picture = decode(samples()[0].path.read_bytes())
    rows, columns = detector.prepare(picture)[1].sides
    ours = _Clock(_copy(detector))
    ours.run(picture)
    other = _Clock(_on_other(detector), ours.heads)
    seconds: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for number in range(warmup + rounds):
        taken = ours.run(picture), other.run(picture)
        if number >= warmup:
            for name in PARTS:
                seconds[name].append((taken[0][name], taken[1][name]))
    blank = torch.zeros(1, 3, rows, columns)
    counted = (count_macs(one.network.backbone.body, blank)[1] for one in (ours, other))
    return DetectionBenchmark(
        detector.config.name,
        machine(),
        torch.get_num_threads(),
        (rows, columns),
        rounds,
        len(detector.detect(picture).detections),
        tuple(_time(name, pairs) for name, pairs in seconds.items()),
        *counted,
    )


def _time(name: str, pairs: list[tuple[float, float]]) -> PartTime:
    ours, other = (1000 * statistics.median(times) for times in zip(*pairs, strict=True))
    return PartTime(name, ours, other, statistics.median(a / b for a, b in pairs))


def _copy(detector: ObjectDetector) -> ObjectDetector:
    """One whose network may be changed."""
    network = copy.deepcopy(detector.network)
    return ObjectDetector(detector.config, network, detector.weights_sha256, device="cpu")


def _on_other(detector: ObjectDetector) -> ObjectDetector:
    """The same on the other backbone, newly initialised."""
    made, pyramid = _copy(detector), detector.config.pyramid
    chosen = [_LAYERS[stage] for stage in pyramid.stages]
    names = {name: str(level) for level, (name, _) in enumerate(chosen)}
    backbone = made.network.backbone
    backbone.body = IntermediateLayerGetter(efficientnet_b0().features, names)
    backbone.fpn = FeaturePyramidNetwork(
        [width for _, width in chosen], pyramid.width, backbone.fpn.extra_blocks
    )
    made.network.eval()
    return made


class _Clock:
    """Times the parts of a detector.

    `heads` is what its heads gave in the last run; where it is given, it replaces what they give.
    """

    def __init__(self, detector: ObjectDetector, heads: list[Any] | None = None) -> None:
        self.detector, self.network = detector, detector.network
        self.replaced = heads is not None
        self.heads = heads or []
        self.seconds: dict[str, float] = {}
        self.begun, self.at = 0.0, 0
        for name, module in _timed(self.network):
            module.register_forward_pre_hook(self._begin)
            module.register_forward_hook(partial(self._end, name))

    def run(self, picture: DecodedPicture) -> dict[str, float]:
        """Seconds of each part."""
        self.seconds = dict.fromkeys(PARTS, 0.0)
        self.at = 0
        if not self.replaced:
            self.heads = []
        start = time.perf_counter()
        pixels, crop = self.detector.prepare(picture)
        prepared = time.perf_counter()
        self.detector.detect_pixels(pixels, crop)
        whole = time.perf_counter() - start
        self.seconds[PREPARING] = prepared - start
        self.seconds[REST] = whole - sum(self.seconds.values())
        self.seconds[WHOLE] = whole
        return self.seconds

    def _begin(self, *_: object) -> None:
        self.begun = time.perf_counter()

    def _end(self, name: str, _module: nn.Module, _given: object, result: Any) -> Any:
        self.seconds[name] += time.perf_counter() - self.begun
        if name != HEADS:
            return result
        self.at += 1
        if self.replaced:
            return self.heads[self.at - 1]
        self.heads.append(result)
        return result


def _timed(network: Any) -> Iterator[tuple[str, nn.Module]]:
    yield BACKBONE, network.backbone.body
    yield PYRAMID, network.backbone.fpn
    if hasattr(network, "rpn"):
        heads = network.roi_heads
        yield HEADS, network.rpn.head
        for one in (heads.box_head, heads.box_predictor, heads.mask_head, heads.mask_predictor):
            yield HEADS, one
    else:
        yield HEADS, network.head
