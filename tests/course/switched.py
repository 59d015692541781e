"""Runs in which attention does something else, by other code than that of the switches."""

import functools
import math

import numpy as np
import torch

from transcnn.model.hooks import Hooks
from transcnn.pictures import decode, prepare
from transcnn.pictures.samples import samples

NAMES = sorted(f"samples/{s.path.name}" for s in samples())


class Instead:
    """Attention by `rule` (place, weights); without one, H-MHSA is left out."""

    def __init__(self, rule=None):
        self.rule = rule

    def skips(self, *_):
        return self.rule is None

    def attention(self, place, weights, _):
        return self.rule(place, weights)

    def added(self, _, value):
        return value


def logits_of(classifier, pixels, intervention=None):
    with torch.inference_mode():
        hooks = Hooks(record=False, intervention=intervention)
        return classifier.model(classifier.normalise(pixels[None]), hooks)[0].double().numpy()


def listened(classifier, pixels):
    """Everything that one run lets hear, by place."""
    hooks = Hooks()
    with torch.inference_mode():
        classifier.model(classifier.normalise(pixels[None]), hooks)
    return hooks.records


def even(_, weights):
    return torch.full_like(weights, 1 / weights.shape[-1])


def alone(_, weights):
    own = torch.zeros_like(weights)
    for t in range(weights.shape[-1]):
        own[..., t, t] = 1
    return own


@functools.cache
def sample_photo(name):
    """The pixels of "samples/zebra.jpg"."""
    sample = next(s for s in samples() if f"samples/{s.path.name}" == name)
    return prepare(decode(sample.path.read_bytes()), 224)[0]


def four_interventions(scene):
    """The logits under each switch; the lender is the next sample by name."""
    here = NAMES.index(f"samples/{scene.sample}.jpg")
    lender = listened(scene.classifier, sample_photo(NAMES[(here + 1) % len(NAMES)]))
    rules = {
        "off": Instead(),
        "uniform": Instead(even),
        "identity": Instead(alone),
        "swapped": Instead(lambda place, _: lender[place]),
    }
    return {n: logits_of(scene.classifier, scene.pixels, rule) for n, rule in rules.items()}


def share_of(logits, place):
    """Its probability, by the formula."""
    top = max(logits)
    powers = [math.exp(v - top) for v in logits]
    return powers[place] / sum(powers)


def mean_row(attention, cell):
    """A row of [h, 1, 1, T, T], the mean of the heads, by loops."""
    heads, count = attention.shape[0], attention.shape[-1]
    return [
        sum(float(attention[h, 0, 0, cell, s]) for h in range(heads)) / heads for s in range(count)
    ]


def ranks(values):
    return np.argsort(np.argsort(values))
