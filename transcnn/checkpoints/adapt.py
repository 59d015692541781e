"""Weights for a network with another classifier or other image channels than they were made for."""

import math
import warnings
from collections.abc import Mapping

import torch
from torch import Tensor

from transcnn.errors import NewClassifier
from transcnn.model.network import TransCNN, initialise

FIRST = "stem.0.weight"


def adapt(state_dict: Mapping[str, Tensor], model: TransCNN) -> dict[str, Tensor]:
    """`state_dict` for `model` where its number of classes or of image channels differs.

    A classifier for another number of classes is newly initialised, of which `NewClassifier` warns.
    """
    fitting = dict(state_dict)
    first = fitting.get(FIRST)
    channels = model.config.stem.channels
    if first is not None and first.dim() == 4 and first.shape[1] != channels:
        fitting[FIRST] = fold_channels(first.float(), channels)  # files may have half precision
    head = fitting.get("head.weight")
    if head is not None and len(head) != model.num_classes:
        del fitting["head.weight"], fitting["head.bias"]
        if model.num_classes:
            new = torch.nn.Linear(model.head_hidden_size, model.num_classes)
            initialise(new)
            fitting |= {f"head.{key}": value for key, value in new.state_dict().items()}
            details = {"model": model.config.name, "given": len(head)}
            warnings.warn(NewClassifier(**details, wanted=model.num_classes), stacklevel=4)
    return fitting


def fold_channels(weight: Tensor, channels: int) -> Tensor:
    """The first convolution [C, 3, k, k] for images of so many channels, as timm does it.

    For one channel its three are summed: the responses to a gray image stay. For more, they are
    repeated and scaled, so that the responses to equal channels stay.
    """
    if channels == 1:
        return weight.sum(1, keepdim=True)
    given = weight.shape[1]
    repeated = weight.repeat(1, math.ceil(channels / given), 1, 1)[:, :channels]
    return repeated * (given / channels)
