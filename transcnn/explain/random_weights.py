"""Networks that have forgotten what they learned, from the answer down."""

import copy

import torch
from torch import nn

from transcnn.classifier import Classifier
from transcnn.errors import ChoiceError
from transcnn.model.network import TransCNN


def parts_of(network: TransCNN) -> dict[str, tuple[nn.Module, ...]]:
    """The parts of a network by name, from the answer down: head, its stages, stem."""
    parts: dict[str, tuple[nn.Module, ...]] = {
        "head": (network.head, network.head_conv, network.head_norm)
    }
    for stage in reversed(range(len(network.blocks))):
        parts[f"stage {stage}"] = (network.blocks[stage], network.downs[stage])
    parts["stem"] = (network.stem,)
    return parts


def random_weights(classifier: Classifier, down_to: str = "stem", seed: int = 0) -> Classifier:
    """A copy of `classifier` that has lost what it learned in all parts from the head to `down_to`.

    Every tensor, statistics of batch norms too, keeps its numbers, in a random order of their own:
    what was learned is gone, the sizes that keep a network alive are not. The copy shares nothing
    with the original. Raises ChoiceError for a part that does not exist.
    """
    random = torch.Generator().manual_seed(seed)
    model = copy.deepcopy(classifier.model)
    parts = parts_of(model)
    if down_to not in parts:
        raise ChoiceError(field="part", value=down_to, allowed=", ".join(parts))
    for name, modules in parts.items():
        for learned in (v for module in modules for v in module.state_dict().values()):
            order = torch.randperm(learned.numel(), generator=random)
            learned.copy_(learned.flatten()[order].reshape(learned.shape))
        if name == down_to:
            break
    forgetful = copy.copy(classifier)
    forgetful.model = model
    # Caches go by weights, and these are others.
    forgetful.weights_sha256 = f"{classifier.weights_sha256}, random to {down_to}, seed {seed}"
    return forgetful
