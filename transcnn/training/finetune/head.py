"""A classifier of a person's own classes on a network's pooled features, learned in seconds.

Multinomial logistic regression with the L2 penalty 1/2 |W|^2 beside the summed loss, on
standardised features; every class counts the same, however many images it has. The network itself
stays as it is, so its features are computed once.
"""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from transcnn.classifier import Classifier
from transcnn.devices import on_cpu
from transcnn.model.network import TransCNN

BATCH = 16
LEAVE_ONE_OUT = 60  # images up to which every image is a fold of its own
FOLDS = 10
_ITERATIONS = 200
_FLAT = 1e-3  # the largest slope at which the loss counts as minimal: probabilities within 1e-4

OnDone = Callable[[int, int], None]
"""Called with how much is done, and of how much."""


@dataclass(frozen=True)
class Head:
    """A linear classifier: weight [classes, C] and bias [classes] on pooled features [C]."""

    weight: Tensor
    bias: Tensor

    def logits(self, features: Tensor) -> Tensor:
        """Logits [n, classes] of pooled features [n, C]."""
        return F.linear(features, self.weight, self.bias)


def pooled_features(
    classifier: Classifier, pixels: NDArray[np.uint8], progress: OnDone = lambda *_: None
) -> Tensor:
    """Features [n, C] before the classifier of prepared images [n, S, S, 3]."""
    found = []
    for start in range(0, len(pixels), BATCH):
        with torch.inference_mode():
            x = classifier.normalise(np.asarray(pixels[start : start + BATCH]))
            with classifier.precision():
                maps = classifier.model.forward_features(x)
                found.append(on_cpu(classifier.model.forward_head(maps, pre_logits=True)))
        progress(min(start + BATCH, len(pixels)), len(pixels))
    return torch.cat(found).clone()  # no inference tensor: heads are learned on it


def fit_head(features: Tensor, labels: Sequence[int], classes: int) -> Head:
    """Logistic regression of labels [n], each 0 to `classes` - 1, on features [n, C].

    The same data give the same head. A class without images gets no probability to speak of.
    """
    wanted = torch.tensor(labels)
    mean, spread = features.mean(0), features.std(0, correction=0).clamp_min(1e-6)
    x = (features - mean) / spread
    counts = torch.bincount(wanted, minlength=classes)
    present = int((counts > 0).sum())
    balance = (len(wanted) / (present * counts.clamp_min(1)))[wanted]  # mean 1 over the images
    weight = torch.zeros(classes, x.shape[1], requires_grad=True)
    bias = torch.zeros(classes, requires_grad=True)
    optimiser = torch.optim.LBFGS(
        [weight, bias],
        max_iter=_ITERATIONS,
        tolerance_grad=_FLAT,
        line_search_fn="strong_wolfe",
    )

    def loss() -> Tensor:
        optimiser.zero_grad()
        each = F.cross_entropy(F.linear(x, weight, bias), wanted, reduction="none")
        value = (balance * each).sum() + weight.square().sum() / 2
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    scaled = weight.detach() / spread
    return Head(scaled, bias.detach() - scaled @ mean)


def cross_validate(
    features: Tensor,
    labels: Sequence[int],
    classes: int,
    seed: int = 0,
    progress: OnDone = lambda *_: None,
) -> NDArray[np.float64]:
    """Probabilities [n, classes] of each image by a head that was learned without it.

    Leave-one-out up to `LEAVE_ONE_OUT` images, else `FOLDS` folds, stratified by class.
    """
    fold = folds(labels, seed)
    found = np.zeros((len(labels), classes))
    for i in range(fold.max() + 1):
        out = fold == i
        kept = [label for label, left_out in zip(labels, out, strict=True) if not left_out]
        head = fit_head(features[torch.from_numpy(~out)], kept, classes)
        found[out] = head.logits(features[torch.from_numpy(out)]).softmax(1).double().numpy()
        progress(i + 1, int(fold.max()) + 1)
    return found


def folds(labels: Sequence[int], seed: int = 0) -> NDArray[np.int64]:
    """The fold of each image; the images of a class are spread evenly over the folds."""
    if len(labels) <= LEAVE_ONE_OUT:
        return np.arange(len(labels))
    r = np.random.Generator(np.random.PCG64(seed))
    order = np.argsort(np.asarray(labels) + r.random(len(labels)) * 0.5)  # by class, then drawn
    fold = np.empty(len(labels), dtype=np.int64)
    fold[order] = np.arange(len(labels)) % FOLDS
    return fold


def with_head(model: TransCNN, head: Head, names: Sequence[str]) -> TransCNN:
    """A copy of a network with a head for a person's own classes `names` in place of its own.

    Raises ChoiceError where two names differ in letter case only, or one is empty.
    """
    new = copy.deepcopy(model)
    new.reset_classifier(len(names))
    new.config = replace(new.config, own_classes=tuple(names))
    new.head.load_state_dict({"weight": head.weight, "bias": head.bias})
    return new
