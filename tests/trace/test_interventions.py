"""Interventions replace attention, everywhere or in one part of the network."""

import dataclasses

import numpy as np
import pytest
import torch

from tests.golden.recipe import reference_input
from transcnn import create_model
from transcnn.errors import ChoiceError
from transcnn.model.hooks import HookPoint, Hooks
from transcnn.model.interventions import possible_interventions
from transcnn.model.network import TransCNN
from transcnn.trace import INTERVENTIONS, Where, make_intervention, record, split


@pytest.fixture(scope="module", params=["shipped", "small"])
def network(request, small, small_input):
    """A network and an image for it."""
    if request.param == "small":
        return small, small_input
    model = create_model("transcnn_lite0", "shipped").eval()
    return model, reference_input(7, 224, 224).clamp(-1, 1)


@torch.no_grad()
def run(model, x, name, other=None):
    hooks = Hooks(intervention=make_intervention(name, other))
    logits = model(x, hooks)
    return logits, hooks.records


def attention(records):
    return {point: value for point, value in records.items() if point.name == "attention"}


def backbone(model):
    """The convolutional network without H-MHSA, with the same weights."""
    stages = tuple(
        dataclasses.replace(
            stage,
            blocks=tuple(dataclasses.replace(b, attention=None) for b in stage.blocks),
        )
        for stage in model.config.stages
    )
    network = TransCNN(dataclasses.replace(model.config, stages=stages)).eval()
    state = {key: value for key, value in model.state_dict().items() if ".attn." not in key}
    network.load_state_dict(state, strict=True)
    return network


@torch.no_grad()
def test_off_is_the_network_without_attention(network):
    model, x = network

    logits, records = run(model, x, "off")

    assert torch.equal(logits, backbone(model)(x))
    assert records == {}


def test_uniform_attends_uniformly_to_the_tokens_that_exist(network):
    model, x = network
    _, on = run(model, x, "on")

    _, records = run(model, x, "uniform")

    assert attention(records).keys() == attention(on).keys()
    for point, weights in attention(records).items():
        exists = attention(on)[point].amax((0, 1), keepdim=True)[..., :1, :] > 0
        uniform = exists.float() / exists.sum(-1, keepdim=True)
        torch.testing.assert_close(weights, uniform.expand_as(weights), rtol=1e-6, atol=0)


def test_identity_attends_only_to_itself(network):
    model, x = network

    _, records = run(model, x, "identity")

    for weights in attention(records).values():
        one_hot = torch.eye(weights.shape[-1]).expand_as(weights)
        assert torch.equal(weights, one_hot)


@torch.no_grad()
def test_under_identity_attention_gives_each_token_its_own_value(network):
    model, x = network
    module = next(block.attn for block in model.blocks[0] if block.attn is not None)

    _, records = run(model, x, "identity")

    tokens = records[HookPoint(0, 0, "tokens_in", 0)]
    values = module.qkv[0](module.norms[0](tokens)).chunk(3, 1)[2]
    attended = records[HookPoint(0, 0, "attended", 0)]
    torch.testing.assert_close(attended, values, rtol=1e-5, atol=1e-5)


def test_swapped_with_its_own_matrices_is_on(network):
    model, x = network
    logits, records = run(model, x, "on")

    swapped, again = run(model, x, "swapped", attention(records))

    assert torch.equal(swapped, logits)
    assert all(torch.equal(again[point], value) for point, value in records.items())


def test_swapped_uses_the_matrices_of_the_other_image(network):
    model, x = network
    logits, mine = run(model, x, "on")
    _, others = run(model, x.flip(3), "on")

    swapped, used = run(model, x, "swapped", attention(others))

    assert all(torch.equal(used[point], value) for point, value in attention(others).items())
    assert any(not torch.equal(used[point], value) for point, value in attention(mine).items())
    assert not torch.allclose(swapped, logits, rtol=1e-3)


def test_on_is_no_intervention_at_all():
    assert make_intervention("on") is None


def test_each_intervention_gives_other_logits(network):
    model, x = network
    names = [name for name in INTERVENTIONS if name not in ("swapped", "mean")]

    logits = [run(model, x, name)[0] for name in names]

    for i, one in enumerate(logits):
        for other in logits[i + 1 :]:
            assert (one - other).abs().max() > 1e-3 * one.abs().max()


def test_a_trace_shows_what_was_used(small, small_input, small_crop):
    trace = record(small, small_input, small_crop, intervention=make_intervention("uniform"))

    for block in trace.blocks:
        for reading in trace.read(block.stage, block.block, (0, 0)):
            ones = np.broadcast_to(reading.valid, reading.multiple.shape).astype(np.float32)
            np.testing.assert_allclose(reading.multiple, ones, rtol=1e-6)


def test_an_intervention_that_does_not_exist_is_refused_naming_those_that_do():
    with pytest.raises(ChoiceError) as caught:
        make_intervention("half")

    assert str(caught.value) == f"attention is 'half'; allowed: {', '.join(INTERVENTIONS)}."


def test_what_is_possible_depends_on_the_part_the_means_and_the_keys():
    assert possible_interventions() == INTERVENTIONS
    assert possible_interventions(Where(stage=1, block=0)) == INTERVENTIONS
    without_mean = tuple(name for name in INTERVENTIONS if name != "mean")
    assert possible_interventions(Where(level=0)) == without_mean
    assert possible_interventions(Where(head=1)) == without_mean
    assert possible_interventions(means=False) == without_mean
    without_identity = tuple(name for name in INTERVENTIONS if name != "identity")
    assert possible_interventions(own_keys=False) == without_identity


def test_swapped_without_another_run_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="swapped needs the records of another run"):
        make_intervention("swapped")


def test_identity_is_refused_where_tokens_attend_to_a_pooled_map():
    model = create_model("hatnet_tiny").eval()

    with pytest.raises(ChoiceError, match=r"allowed: on, uniform, .*mean for tokens"):
        run(model, reference_input(7, 64, 64), "identity")


@torch.no_grad()
def test_mean_adds_the_stored_average_and_nothing_of_the_image(network):
    model, x = network
    _, records = run(model, x, "on")
    added = {(p.stage, p.block): v[0] for p, v in records.items() if p.name == "added"}

    logits = [
        model(image, Hooks(intervention=make_intervention("mean", means=added)))
        for image in (x, -x)
    ]
    hooks = Hooks(
        intervention=make_intervention("mean", means={key: 0 * v for key, v in added.items()})
    )

    assert torch.equal(logits[0], run(model, x, "on")[0])
    assert not torch.equal(logits[1], run(model, -x, "on")[0])
    torch.testing.assert_close(model(x, hooks), run(model, x, "off")[0])
    assert all(not v.any() for p, v in hooks.records.items() if p.name == "added")


def test_mean_without_averages_or_of_another_size_or_of_a_head_is_refused(small, small_input):
    with pytest.raises(ChoiceError, match="weights without stored averages"):
        make_intervention("mean")
    with pytest.raises(ChoiceError, match="for single levels and heads"):
        make_intervention("mean", means={}, where=Where(head=0))
    means = {(s, b): torch.zeros(1, 2, 2) for s in range(4) for b in range(9)}
    with pytest.raises(ChoiceError, match="averages are maps of 2 x 2"):
        small(small_input, Hooks(intervention=make_intervention("mean", means=means)))


PARTS = [
    Where(stage=2),
    Where(stage=0, block=0),
    Where(level=0),
    Where(head=0),
    Where(stage=1, block=0, level=1, head=1),
]


@pytest.mark.parametrize("name", ["off", "uniform", "identity", "swapped"])
@pytest.mark.parametrize("where", PARTS, ids=str)
@torch.no_grad()
def test_an_intervention_of_a_part_changes_the_weights_there_and_no_others(network, name, where):
    model, x = network
    _, on = run(model, x, "on")
    _, other = run(model, x.flip(3), "on")
    intervention = make_intervention(name, attention(other), where=where)
    everywhere = make_intervention(name, attention(other))
    seen = {}

    class Recording(Hooks):
        def attention(self, point, weights, valid):
            used = super().attention(point, weights, valid)
            skipped = everywhere.attention(point, weights, valid)
            seen[point] = (weights, used, skipped)
            return used

    hooks = Recording(intervention=intervention)
    model(x, hooks)

    left_out = {p[:2] for p in attention(on)} - {p[:2] for p in attention(hooks.records)}
    whole = name == "off" and where.level is None and where.head is None
    inside = {p[:2] for p in attention(on) if where.has_block(p.stage, p.block)}
    assert left_out == (inside if whole else set())
    for point, (before, used, changed) in seen.items():
        here = where.has_block(point.stage, point.block) and where.level in (None, point.level)
        for head in range(before.shape[1]):
            acts = here and where.head in (None, head)
            assert torch.equal(used[:, head], (changed if acts else before)[:, head])


def test_parts_are_split_as_finely_as_asked():
    network = create_model("transcnn_lite0").config
    assert split(network, "stage") == [Where(s) for s in range(4)]
    blocks = [(0, 0), (1, 0), (2, 0), (2, 1), (2, 2), (2, 3), (3, 0), (3, 1), (3, 2)]
    assert split(network, "stage", "block") == [Where(*b) for b in blocks]
    assert len(split(network, "stage", "block", "level")) == 6 * 2 + 3
    heads = split(network, "stage", "block", "level", "head")
    assert len(heads) == 2 * (3 + 5 + 5 + 5 + 7 + 7) + 3 * 6
    assert heads[-1] == Where(3, 2, 0, 5)
    assert str(heads[-1]) == "stage 3 block 2 level 0 head 5"
    assert str(Where()) == "all"


@pytest.mark.parametrize(
    ("where", "sentence"),
    [
        (Where(stage=4), "stage is 4; allowed: 0 to 3."),
        (Where(stage=3, level=1), "level is 1; allowed: 0 to 0."),
        (Where(stage=2, block=4), "block is 4; allowed: 0 to 3."),
        (Where(stage=1, head=5), "head is 5; allowed: 0 to 4."),
        (Where(head=-1), "head is -1; allowed: 0 to 6."),
    ],
    ids=str,
)
def test_a_part_that_the_network_lacks_is_refused_naming_those_it_has(where, sentence):
    with pytest.raises(ChoiceError) as caught:
        where.check(create_model("transcnn_lite0").config)
    assert str(caught.value) == sentence
