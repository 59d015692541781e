"""The description of a network for drawing it."""

import json
from itertools import pairwise

import pytest

from transcnn.analysis.cost.network import network_cost
from transcnn.analysis.overview.description import describe
from transcnn.model.config import HMHSA
from transcnn.model.variants import authors_names, list_models, network

ALL = [*list_models(), *authors_names()]


@pytest.mark.parametrize("name", ALL)
def test_every_box_takes_what_the_one_before_it_gives(name):
    found = describe(network(name))
    boxes = found["boxes"]

    assert tuple(boxes[0]["in"]) == (3, found["size"], found["size"])
    assert all(tuple(a["out"]) == tuple(b["in"]) for a, b in pairwise(boxes))
    assert boxes[-1]["out"] == (found["classes"], 1, 1)
    assert json.loads(json.dumps(found))["model"] == name


@pytest.mark.parametrize("name", ALL)
def test_the_costs_are_those_of_the_cost_page(name):
    config = network(name)
    found, cost = describe(config), network_cost(config, (config.input.size,) * 2)

    assert found["macs"] == cost.total == sum(box["macs"] for box in found["boxes"])
    staged = [stage["macs"] for stage in found["stages"]]
    assert sum(staged) == sum(cost.stages) + sum(cost.downs)


def test_the_levels_of_lite0_are_those_of_its_blocks():
    config = network("transcnn_lite0")
    attention = [box for box in describe(config)["boxes"] if box["kind"] == "attention"]

    assert [(b["stage"], b["index"]) for b in attention] == [
        *((0, 0), (1, 0), (2, 0), (2, 1), (2, 2), (2, 3), (3, 0), (3, 1), (3, 2)),
    ]
    assert [[level["size"][0] for level in b["levels"]] for b in attention] == [
        *([56, 7], [28, 7], *([14, 7],) * 4, *([7],) * 3),
    ]
    assert not any(b["pooled"] for b in attention)
    shapes = [shape for stage in config.stages for shape in stage.attending]
    assert all(isinstance(shape, HMHSA) for shape in shapes)


def test_the_authors_attention_is_told_by_its_two_steps():
    first, *_, last = [
        box for box in describe(network("hatnet_large"))["boxes"] if box["kind"] == "attention"
    ]

    assert first["pooled"]
    assert first["levels"] == [
        {"size": (56, 56), "grid": (8, 8), "merge": 8},
        {"size": (7, 7), "grid": (7, 7), "merge": None},
    ]
    assert last["levels"] == [{"size": (7, 7), "grid": (7, 7), "merge": None}]
