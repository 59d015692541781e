"""Networks whose weights are randomised from the head down."""

import copy

import torch
from torch import nn

from transcnn.classifier import Classifier
from transcnn.errors import ChoiceError
from transcnn.model.network import TransCNN


def parts_of(network: TransCNN) -> dict[str, tuple[nn.Module, ...]]:
    """The parts of a network by name, from the output down: head, stages ("stage 3" is the last of
    four), stem."""
    parts: dict[str, tuple[nn.Module, ...]] = {
        "head": (network.head, network.head_conv, network.head_norm)
    }
    for stage in reversed(range(len(network.blocks))):
        parts[f"stage {stage}"] = (network.blocks[stage], network.downs[stage])
    parts["stem"] = (network.stem,)
    return parts


def random_weights(classifier: Classifier, down_to: str = "stem", seed: int = 0) -> Classifier:
    """A copy of `classifier` with randomised weights in all parts from the head to `down_to`.

    The values of every tensor, including batch-norm statistics, are shuffled within it: what was
    learned is gone, while magnitudes stay in a range in which the network works. The copy shares no
    tensor with the original. Raises ChoiceError for an unknown part.
    """
    random = torch.Generator().manual_seed(seed)
    model = copy.deepcopy(classifier.model)
    parts = parts_of(model)
    if down_to not in parts:
        raise ChoiceError(field="part", value=down_to, allowed=", ".join(parts))
    for name, modules in parts.items():
        for tensor in (v for module in modules for v in module.state_dict().values()):
            order = torch.randperm(tensor.numel(), generator=random).to(tensor.device)
            tensor.copy_(tensor.flatten()[order].reshape(tensor.shape))
        if name == down_to:
            break
    randomised = copy.copy(classifier)
    randomised.model = model
    # Caches are keyed by the weights' digest.
    randomised.weights_sha256 = f"{classifier.weights_sha256}, random to {down_to}, seed {seed}"
    return randomised
