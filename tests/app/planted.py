"""A detector that finds a few boxes, without having learned any."""

from pathlib import Path

import torch

from transcnn.checkpoints import create_model
from transcnn.detection.detector import ObjectDetector
from transcnn.detection.network import make_detector
from transcnn.detection.presets import detector
from transcnn.detection.weights import save_detector
from transcnn.pictures.samples import samples

BOXES = 40  # with a score above one half, before those of one object are merged


def sample_path(name: str) -> Path:
    return next(sample.path for sample in samples() if sample.name == name)


def plant_retinanet(path: Path) -> None:
    """Write the weights of a RetinaNet on transcnn_nano whose head is random, with a bias with
    which about `BOXES` of the beagle's anchors score above one half."""
    torch.manual_seed(1)
    config = detector("retinanet_transcnn_nano")
    network = make_detector(config, create_model("transcnn_nano", "shipped"))
    last = network.head.classification_head.cls_logits
    torch.nn.init.normal_(last.weight, std=1.0)
    torch.nn.init.zeros_(last.bias)
    logits: list[torch.Tensor] = []
    hook = last.register_forward_hook(lambda *found: logits.append(found[-1].detach().flatten()))
    ObjectDetector(config, network, "planted", device="cpu").detect(sample_path("beagle"))
    hook.remove()
    values = torch.cat(logits)
    scale = 3 / float(values.std())
    with torch.no_grad():
        last.weight.mul_(scale)
        last.bias.fill_(-scale * float(values.sort(descending=True).values[BOXES]))
    save_detector(network.state_dict(), path, config, {})
