"""The cost of detectors, against torchvision's published figures and our own closed forms."""

from dataclasses import replace

import pytest
import torch
from torchvision.models import resnet50
from torchvision.models.detection import (
    MaskRCNN_ResNet50_FPN_Weights,
    RetinaNet_ResNet50_FPN_Weights,
)

from transcnn.analysis.cost import network_cost
from transcnn.analysis.cost.detector import detector_cost
from transcnn.detection.presets import detector
from transcnn.model.variants import network

LIGHT = ["retinanet_transcnn_lite0", "mask_rcnn_transcnn_lite0", "retinanet_transcnn_small"]
PUBLISHED = {  # and the number of labels of torchvision's own weights, gaps of COCO included
    "retinanet_resnet50": (RetinaNet_ResNet50_FPN_Weights.DEFAULT, 91),
    "mask_rcnn_resnet50": (MaskRCNN_ResNet50_FPN_Weights.DEFAULT, 90),
}


def as_published(name):
    """Our detector with torchvision's labels, at the 800 x 800 pixels that torchvision counts at,
    and what torchvision publishes."""
    weights, labels = PUBLISHED[name]
    given = detector(name).with_classes(tuple(str(label) for label in range(labels)))
    return detector_cost(given, (800, 800)), weights.meta


@pytest.mark.parametrize("name", PUBLISHED)
def test_resnet50_has_torchvisions_published_parameters(name):
    cost, meta = as_published(name)
    with torch.device("meta"):
        body = resnet50()
    # torchvision's detectors have frozen batch norms, whose values do not count as parameters.
    norms = (m for m in body.modules() if isinstance(m, torch.nn.BatchNorm2d))

    frozen = sum(p.numel() for norm in norms for p in norm.parameters())

    assert cost.parameters - frozen == meta["num_params"]


def test_retinanet_on_resnet50_has_torchvisions_published_multiply_adds():
    cost, meta = as_published("retinanet_resnet50")

    assert round(cost.macs / 1e9, 2) == meta["_ops"]


def test_mask_rcnn_differs_from_the_published_count_by_the_mask_head_alone():
    # torchvision counted on noise, in which no object is found, so that no mask is computed.
    cost, meta = as_published("mask_rcnn_resnet50")

    assert round((cost.macs - cost.of("mask head")) / 1e9, 2) == meta["_ops"]


@pytest.mark.parametrize("name", LIGHT)
@pytest.mark.parametrize("size", [(128, 128), (96, 160)])
def test_the_backbone_costs_what_the_closed_form_says(name, size):
    formula = network_cost(network(detector(name).backbone), size)

    cost = detector_cost(detector(name), size)

    assert cost.of("backbone") == formula.total - formula.head
    assert cost.attention_products == formula.attention_products > 0


def test_heads_of_mask_rcnn_see_as_many_regions_as_there_may_be():
    given = detector("mask_rcnn_transcnn_lite0")
    half = replace(given, head=replace(given.head, proposals=given.head.proposals // 2))
    width, hidden, classes = given.pyramid.width, given.head.box_width, len(given.classes) + 1

    whole, fewer = (detector_cost(one, (64, 64)) for one in (given, half))

    layers = width * 49 * hidden + hidden**2 + 5 * classes * hidden
    assert whole.of("box head") == given.head.proposals * layers == 2 * fewer.of("box head")
    assert whole.of("mask head") == fewer.of("mask head") > 0
