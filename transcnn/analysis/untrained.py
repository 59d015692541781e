"""A network with randomised attention: the baseline of attention maps.

Only the projections to queries, keys and values are randomised; the backbone, the norms and W^p
stay trained. What an attention map still shows then comes from the features, not from learned
attention (parameter-randomisation test, Adebayo et al. 2018).
"""

import copy

import torch

from transcnn.classifier import Classifier
from transcnn.model.attention import HierarchicalAttention
from transcnn.model.layers import Pointwise


def untrained(classifier: Classifier, seed: int) -> Classifier:
    """`classifier` with random q, k, v in every H-MHSA: normal weights with a variance of 1/C,
    drawn in the network's order from `seed`, and no biases.
    """
    model = copy.deepcopy(classifier.model)
    generator = torch.Generator().manual_seed(seed)
    for module in model.modules():
        if isinstance(module, HierarchicalAttention):
            for qkv in module.qkv:
                assert isinstance(qkv, Pointwise)
                shape, bias = qkv.weight.shape, qkv.bias
                assert bias is not None
                with torch.no_grad():
                    qkv.weight.copy_(torch.randn(shape, generator=generator) * shape[1] ** -0.5)
                    bias.zero_()
    digest = f"{classifier.weights_sha256} with random q, k, v ({seed})"
    return Classifier.around(model, digest, classifier.device, classifier.dtype)
