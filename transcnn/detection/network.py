"""torchvision's RetinaNet and Mask R-CNN on the maps of a TransCNN.

The networks are torchvision's, with two changes: images come as they are to be seen (resized by
`prepare`, which smooths where torchvision's own resizing aliases), and what is found stays in the
coordinates of that input. How attention is recorded or changed reaches the backbone by `hooked`.
"""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any

from torch import Tensor, nn
from torchvision.models import resnet50
from torchvision.models._utils import IntermediateLayerGetter
from torchvision.models.detection import MaskRCNN, RetinaNet
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.faster_rcnn import FastRCNNPredictor, TwoMLPHead
from torchvision.models.detection.mask_rcnn import MaskRCNNHeads, MaskRCNNPredictor
from torchvision.models.detection.retinanet import RetinaNetHead as TwoSubnets
from torchvision.models.detection.transform import GeneralizedRCNNTransform
from torchvision.ops import FeaturePyramidNetwork, MultiScaleRoIAlign
from torchvision.ops.feature_pyramid_network import (
    ExtraFPNBlock,
    LastLevelMaxPool,
    LastLevelP6P7,
)

from transcnn.detection.config import RESNET50, Detector, MaskRCNNHead, Pyramid, RetinaNetHead
from transcnn.model import config
from transcnn.model.features import FeatureNetwork
from transcnn.model.hooks import Hooks
from transcnn.model.network import TransCNN, fold_batch_norms

_HOOKS: ContextVar[Hooks | None] = ContextVar("hooks of the backbone", default=None)
_PROPORTIONS = (0.5, 1.0, 2.0)
# Values from 0 to 1, as torchvision's detectors take them.
_RESNET_MEAN, _RESNET_SCALE = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


@contextmanager
def hooked(hooks: Hooks | None) -> Iterator[None]:
    """Within this context, and in this thread alone, backbones run under `hooks`."""
    token = _HOOKS.set(hooks)
    try:
        yield
    finally:
        _HOOKS.reset(token)


class Body(nn.Module):
    """The maps [B, C_s, H / stride, W / stride] of chosen stages of a TransCNN, batch norms folded:
    a detector is trained on too few images at once for statistics of its own."""

    def __init__(self, model: TransCNN, stages: tuple[int, ...]) -> None:
        super().__init__()
        features = FeatureNetwork(fold_batch_norms(model), stages)
        self.model, self.stages = features.model, stages
        self.widths = features.feature_info.channels()
        self.config = model.config
        for module in self.model.modules():  # unlike ReLU6's, its gradient needs its input
            if isinstance(module, nn.SiLU):
                module.inplace = False

    def forward(self, x: Tensor) -> "OrderedDict[str, Tensor]":
        maps = self.model.forward_intermediates(
            x, self.stages, intermediates_only=True, hooks=_HOOKS.get()
        )
        return OrderedDict((str(level), one) for level, one in enumerate(maps))


class _ResNetBody(IntermediateLayerGetter):
    """The same of ResNet-50, to compare with."""

    def __init__(self, stages: tuple[int, ...]) -> None:
        layers = {f"layer{stage + 1}": str(level) for level, stage in enumerate(stages)}
        super().__init__(resnet50(), layers)
        self.widths = [256 * 2**stage for stage in stages]


class Backbone(nn.Module):
    """A body with its feature pyramid; `out_channels` is torchvision's name for its width."""

    def __init__(self, body: Body | _ResNetBody, pyramid: Pyramid) -> None:
        super().__init__()
        self.body = body
        self.out_channels = pyramid.width
        extra: ExtraFPNBlock | None = None
        if pyramid.extra == "convolutions":
            extra = LastLevelP6P7(pyramid.width, pyramid.width)
        elif pyramid.extra == "pool":
            extra = LastLevelMaxPool()
        self.fpn = FeaturePyramidNetwork(body.widths, pyramid.width, extra)

    def forward(self, x: Tensor) -> "OrderedDict[str, Tensor]":
        maps: OrderedDict[str, Tensor] = self.fpn(self.body(x))
        return maps


class _Input(GeneralizedRCNNTransform):
    """Normalises, and gives what is found as the network does: in pixels of its input, masks as
    small maps inside their boxes."""

    def __init__(self, mean: list[float], scale: list[float]) -> None:
        super().__init__(1, 1, mean, scale, size_divisible=1)

    def resize(self, image: Tensor, target: Any = None) -> tuple[Tensor, Any]:
        return image, target

    def postprocess(self, result: Any, image_shapes: Any, original: Any) -> Any:  # noqa: ARG002
        return result


class _OneMaskForAll(MaskRCNNPredictor):
    """A mask that is the same whatever the class: what can be learned from few masks."""

    def __init__(self, width: int, hidden: int, classes: int) -> None:
        super().__init__(width, hidden, 1)
        self.classes = classes

    def forward(self, x: Tensor) -> Tensor:
        one: Tensor = super().forward(x)
        return one.expand(-1, self.classes, -1, -1)


def make_detector(detector: Detector, model: TransCNN | None) -> RetinaNet | MaskRCNN:
    """The network that `detector` describes, newly initialised around the backbone `model` (None
    for ResNet-50). `network.backbone.body.model` is then the TransCNN.

    Trained by torchvision's conventions: a list of images [3, H, W] of values from 0 to 1 and a
    list of targets give a dictionary of losses; in eval mode, images give a list of dictionaries
    with `boxes` [N, 4] (left, top, right, bottom in pixels of the input), `labels` [N], `scores`
    [N], and for Mask R-CNN `masks` [N, 1, 28, 28]. Labels of Mask R-CNN count from 1.
    """
    if detector.backbone == RESNET50:
        body: Body | _ResNetBody = _ResNetBody(detector.pyramid.stages)
        input_ = _Input(_RESNET_MEAN, _RESNET_SCALE)
    else:
        assert model is not None
        body = Body(model, detector.pyramid.stages)
        input_ = _input(model.config.input)
    backbone = Backbone(body, detector.pyramid)
    anchors = AnchorGenerator(detector.anchors, (_PROPORTIONS,) * len(detector.anchors))
    if isinstance(detector.head, RetinaNetHead):
        network: RetinaNet | MaskRCNN = _retinanet(detector, detector.head, backbone, anchors)
    else:
        network = _mask_rcnn(detector, detector.head, backbone, anchors)
    network.transform = input_
    return network


def _input(given: config.Input) -> _Input:
    return _Input([value / 255 for value in given.mean], [value / 255 for value in given.scale])


def _retinanet(
    detector: Detector, head: RetinaNetHead, backbone: Backbone, anchors: AnchorGenerator
) -> RetinaNet:
    norm = None if head.groups is None else partial(nn.GroupNorm, head.groups)
    per_place = anchors.num_anchors_per_location()[0]
    subnets = TwoSubnets(backbone.out_channels, per_place, len(detector.classes), norm)
    for subnet in (subnets.classification_head, subnets.regression_head):
        subnet.conv = subnet.conv[: head.convs]
    subnets.regression_head._loss_type = "giou"  # as in torchvision's second version
    return RetinaNet(
        backbone,
        len(detector.classes),
        anchor_generator=anchors,
        head=subnets,
        detections_per_img=100,
    )


def _mask_rcnn(
    detector: Detector, head: MaskRCNNHead, backbone: Backbone, anchors: AnchorGenerator
) -> MaskRCNN:
    width, classes = backbone.out_channels, len(detector.classes) + 1  # and the background
    names = [str(level) for level in range(len(detector.pyramid.stages))]
    box_pool = MultiScaleRoIAlign(names, output_size=7, sampling_ratio=2)
    mask_pool = MultiScaleRoIAlign(names, output_size=14, sampling_ratio=2)
    make = _OneMaskForAll if head.agnostic else MaskRCNNPredictor
    return MaskRCNN(
        backbone,
        rpn_anchor_generator=anchors,
        rpn_post_nms_top_n_test=head.proposals,
        box_roi_pool=box_pool,
        box_head=TwoMLPHead(width * 7 * 7, head.box_width),
        box_predictor=FastRCNNPredictor(head.box_width, classes),
        box_batch_size_per_image=head.sampled,
        mask_roi_pool=mask_pool,
        mask_head=MaskRCNNHeads(width, [head.mask_width] * head.mask_convs, 1),
        mask_predictor=make(head.mask_width, head.mask_width, classes),
    )
