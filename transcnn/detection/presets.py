"""The table of detectors.

The light ones are what the app and the command line use; those of 800 x 1333 pixels are as the
papers have them (RetinaNet, Lin et al. 2017; Mask R-CNN, He et al. 2017; torchvision's settings),
for the comparison of TransCNN with ResNet-50 as their backbone.
"""

from dataclasses import replace

from transcnn.detection.config import (
    RESNET50,
    Detector,
    MaskRCNNHead,
    Pyramid,
    RetinaNetHead,
)
from transcnn.errors import ChoiceError

ANIMALS = ("dog", "cat", "horse", "sheep", "cow")

# COCO's 80 categories, in the order of their numbers.
COCO = tuple(
    """person, bicycle, car, motorcycle, airplane, bus, train, truck, boat, traffic light,
    fire hydrant, stop sign, parking meter, bench, bird, cat, dog, horse, sheep, cow, elephant,
    bear, zebra, giraffe, backpack, umbrella, handbag, tie, suitcase, frisbee, skis, snowboard,
    sports ball, kite, baseball bat, baseball glove, skateboard, surfboard, tennis racket, bottle,
    wine glass, cup, fork, knife, spoon, bowl, banana, apple, sandwich, orange, broccoli, carrot,
    hot dog, pizza, donut, cake, chair, couch, potted plant, bed, dining table, toilet, tv, laptop,
    mouse, remote, keyboard, cell phone, microwave, oven, toaster, sink, refrigerator, book, clock,
    vase, scissors, teddy bear, hair drier, toothbrush""".replace("\n   ", "").split(", ")
)

_SQRT2 = 2**0.5


def _two(side: int) -> tuple[int, int]:
    return side, round(side * _SQRT2)


def _thirds(side: int) -> tuple[int, int, int]:
    """Three sizes within one octave, as RetinaNet has them."""
    return side, int(side * 2 ** (1 / 3)), int(side * 2 ** (2 / 3))


_RETINANET = Detector(
    name="retinanet_transcnn_lite0",
    backbone="transcnn_lite0",
    shorter=320,
    longer=320,
    pyramid=Pyramid((1, 2, 3), 64),
    head=RetinaNetHead(convs=2, groups=16),
    anchors=(_two(36), _two(80), _two(180)),
    classes=ANIMALS,
)
_MASK_RCNN = Detector(
    name="mask_rcnn_transcnn_lite0",
    backbone="transcnn_lite0",
    shorter=320,
    longer=320,
    pyramid=Pyramid((1, 2, 3), 64),
    head=MaskRCNNHead(
        box_width=256, mask_convs=2, mask_width=64, agnostic=True, proposals=100, sampled=64
    ),
    anchors=((36,), (80,), (180,)),
    classes=ANIMALS,
)
_RETINANET_PAPER = Detector(
    name="retinanet_resnet50",
    backbone=RESNET50,
    shorter=800,
    longer=1333,
    pyramid=Pyramid((1, 2, 3), 256, "convolutions"),
    head=RetinaNetHead(),
    anchors=tuple(_thirds(side) for side in (32, 64, 128, 256, 512)),
    classes=COCO,
)
_MASK_RCNN_PAPER = Detector(
    name="mask_rcnn_resnet50",
    backbone=RESNET50,
    shorter=800,
    longer=1333,
    pyramid=Pyramid((0, 1, 2, 3), 256, "pool"),
    head=MaskRCNNHead(),
    anchors=((32,), (64,), (128,), (256,), (512,)),
    classes=COCO,
)


def _on(base: Detector, backbone: str) -> Detector:
    return replace(base, name=f"{base.kind}_{backbone}", backbone=backbone)


_ALL = (
    _RETINANET,
    _MASK_RCNN,
    _on(_RETINANET, "transcnn_nano"),
    _on(_MASK_RCNN, "transcnn_nano"),
    _RETINANET_PAPER,
    *(_on(_RETINANET_PAPER, f"transcnn_{size}") for size in ("small", "base")),
    _MASK_RCNN_PAPER,
    *(_on(_MASK_RCNN_PAPER, f"transcnn_{size}") for size in ("small", "base")),
)
_BY_NAME = {one.name: one for one in _ALL}


def list_detectors() -> list[str]:
    """The names of all detectors of the table."""
    return list(_BY_NAME)


def detector(name: str) -> Detector:
    """The detector `name` of the table; ChoiceError for an unknown name."""
    if name not in _BY_NAME:
        raise ChoiceError(field="detector", value=name, allowed=", ".join(_BY_NAME))
    return _BY_NAME[name]
