"""One set of promises over the whole table of networks."""

import re

import pytest
import torch
from torch import nn

from tests.architecture.repository import ROOT
from tests.golden.recipe import fill, reference_input
from transcnn import create_model, list_models
from transcnn.errors import ChoiceError
from transcnn.model.config import GROUP, HMHSA
from transcnn.model.hooks import Hooks
from transcnn.model.network import TransCNN, build, initialise
from transcnn.model.variants import network

SMALL = ["transcnn_lite0", "transcnn_nano", "transcnn_small", "transcnn_v1_tiny", "hatnet_tiny"]


def on_meta(name, **overrides):
    """The network without memory for its values: shapes only."""
    with torch.device("meta"):
        return build(name, **overrides).eval()


def test_thirteen_networks_can_be_created():
    authors = [f"transcnn_v1_{s}" for s in ("tiny", "small", "medium", "large")]
    authors += [f"hatnet_{s}" for s in ("tiny", "small", "medium", "large")]

    assert set(list_models()) == {
        "transcnn_lite0",
        "transcnn_nano",
        "transcnn_mini",
        "transcnn_small",
        "transcnn_base",
        *authors,
    }


@pytest.mark.parametrize(
    "size", [pytest.param((224, 224), marks=pytest.mark.long), (96, 160), (75, 101)]
)
@pytest.mark.parametrize("name", list_models())
def test_the_pyramid_has_the_channels_and_reductions_of_feature_info(name, size):
    model = on_meta(name)

    x = torch.empty(2, 3, *size, device="meta")
    last, maps = model.forward_intermediates(x)

    info = model.feature_info
    assert info.reduction() == [stage.stride for stage in model.stages] == [4, 8, 16, 32]
    assert info.channels() == [stage.width for stage in model.stages]
    for found, channels, reduction in zip(maps, info.channels(), info.reduction(), strict=True):
        assert found.shape == (2, channels, *(-(-side // reduction) for side in size))
    assert last is maps[-1]
    assert model.forward_features(x).shape == last.shape


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=() if n in SMALL else pytest.mark.long) for n in list_models()]
)
@torch.no_grad()
def test_features_intermediates_and_head_are_parts_of_the_whole_network(name):
    model = fill(build(name))
    x = torch.cat([reference_input(7, 64, 96), reference_input(11, 64, 96)])

    logits = model(x)

    assert logits.shape == (2, model.config.classes)
    features = model.forward_features(x)
    assert torch.equal(logits, model.forward_head(features))
    assert torch.equal(logits, model.head(model.forward_head(features, pre_logits=True)))
    last, maps = model.forward_intermediates(x)
    assert torch.equal(features, last)
    assert torch.equal(features, maps[-1])
    for indices, wanted in ((2, [2, 3]), ([0, -2], [0, 2]), ((1,), [1])):
        chosen = model.forward_intermediates(x, indices=indices, intermediates_only=True)
        assert all(torch.equal(a, maps[i]) for a, i in zip(chosen, wanted, strict=True))
    assert torch.isfinite(logits).all()
    assert not torch.equal(logits[0], logits[1])


@pytest.mark.parametrize("name", SMALL)
@torch.no_grad()
def test_a_recorded_run_has_the_pyramid_of_the_plain_run(name):
    """Hooks switch to the explicit softmax, which agrees with the fused kernel to 1e-5."""
    model = fill(build(name))
    x = reference_input(7, 64, 96)
    hooks = Hooks()

    recorded = model.forward_intermediates(x, hooks=hooks, intermediates_only=True)

    assert hooks.records
    for found, plain in zip(recorded, model.forward_intermediates(x)[1], strict=True):
        torch.testing.assert_close(found, plain, rtol=1e-5, atol=1e-5 * plain.abs().max().item())


@pytest.mark.parametrize("name", list_models())
def test_the_classifier_can_be_replaced(name):
    model = on_meta(name)
    x = torch.empty(2, 3, 64, 64, device="meta")
    assert model.num_classes == model(x).shape[1]

    model.reset_classifier(7)

    assert model.num_classes == model(x).shape[1] == 7
    assert model.config.indices is None


def test_a_replaced_classifier_is_newly_initialised_and_leaves_the_rest():
    model = fill(build("transcnn_nano"))
    x = reference_input(7, 64, 96)
    features = model.forward_features(x)

    model.reset_classifier(3)

    assert 0 < model.head.weight.std() < 0.05
    assert not model.head.bias.any()
    assert torch.equal(model.forward_features(x), features)


def test_the_detector_of_the_recipe_can_be_trained():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    recipe = {"__name__": "recipe"}
    exec(re.search(r"```python\n(.*?)```", text, re.DOTALL)[1], recipe)
    detector = recipe["detector"].train()
    optimiser = torch.optim.SGD(detector.parameters(), 1e-3)

    maps = detector(torch.ones(2, 3, 64, 96))
    sum(one.square().sum() for pair in maps for one in pair).backward()
    optimiser.step()

    assert [tuple(m.shape) for m in (recipe["scores"], recipe["boxes"])] == [
        (2, 60, 16, 20),
        (2, 12, 16, 20),
    ]
    idle = {name for name, value in detector.named_parameters() if value.grad is None}
    assert idle == {"backbone.head.weight", "backbone.head.bias"}


def test_intermediates_stop_after_the_last_chosen_stage():
    model = on_meta("transcnn_nano")
    hooks = Hooks()

    model.forward_intermediates(
        torch.empty(1, 3, 64, 64, device="meta"), [1], intermediates_only=True, hooks=hooks
    )

    assert {point.stage for point in hooks.records} == {0, 1}


@pytest.mark.parametrize("indices", [0, 5, [], [4], [-5]])
def test_stages_that_do_not_exist_are_refused(indices):
    model, x = on_meta("transcnn_nano"), torch.empty(1, 3, 64, 64, device="meta")

    with pytest.raises(ChoiceError, match=r"indices is .*; allowed: None, 1 to 4, or stages from"):
        model.forward_intermediates(x, indices=indices)


def test_fewer_classes_than_none_are_refused():
    with pytest.raises(ChoiceError, match="classes is -1; allowed: whole numbers from 0"):
        on_meta("transcnn_nano").reset_classifier(-1)


def test_without_classes_the_network_gives_its_pooled_features():
    model, x = fill(build("transcnn_nano")).eval(), reference_input(2, 64, 64)
    pooled = model.forward_head(model.forward_features(x), pre_logits=True)
    model.reset_classifier(0)
    assert torch.equal(model(x), pooled)
    assert pooled.shape == (1, model.head_hidden_size)


def test_stages_of_lite0_tell_widths_blocks_grids_and_heads():
    first, second, third, last = on_meta("transcnn_lite0").stages

    assert (first.width, first.stride, first.blocks, first.grids) == (24, 4, 1, (8,))
    assert (second.width, second.stride, second.blocks, second.grids) == (40, 8, 1, (4,))
    assert (third.width, third.stride, third.blocks, third.grids) == (112, 16, 4, (2,))
    assert (last.width, last.stride, last.blocks, last.grids) == (320, 32, 3, ())
    assert (first.heads, first.head_width) == ((3,), 8)
    assert (second.heads, second.head_width) == ((5,), 8)
    assert (third.heads, third.head_width) == ((5, 5, 7, 7), 16)
    assert (last.heads, last.head_width) == ((6, 6, 6), 32)


@pytest.mark.parametrize(
    ("name", "widths", "depths", "grids", "heads"),
    [
        ("transcnn_small", (64, 128, 256, 512), (2, 2, 2, 2), ((8,), (7,), (7,), ()), (1, 2, 4, 8)),
        ("transcnn_base", (64, 128, 256, 512), (3, 4, 8, 3), ((8,), (7,), (7,), ()), (1, 2, 4, 8)),
        ("transcnn_v1_large", (64, 128, 384, 768), (3, 4, 16, 3), (8, 8, 8, 1), (1, 2, 6, 12)),
        ("hatnet_tiny", (48, 96, 240, 384), (2, 2, 6, 3), (8, 7, 7, 1), (1, 2, 5, 8)),
        ("hatnet_large", (64, 128, 320, 640), (3, 8, 27, 3), (8, 7, 7, 1), (1, 2, 5, 10)),
    ],
)
def test_stages_of_the_paper_and_of_the_authors(name, widths, depths, grids, heads):
    stages = on_meta(name).stages

    assert tuple(s.width for s in stages) == widths
    assert tuple(s.blocks for s in stages) == depths
    assert tuple(s.grids for s in stages) == tuple(g if type(g) is tuple else (g,) for g in grids)
    assert tuple(s.heads for s in stages) == tuple(
        (h,) * d for h, d in zip(heads, depths, strict=True)
    )


def test_every_stage_of_lite0_ends_with_the_same_board_of_7x7_cells():
    net = network("transcnn_lite0")

    for s, stage in enumerate(net.stages):
        for attention in stage.attending:
            assert attention.levels(net.map_size(s, (224, 224)))[-1].size == (7, 7)


def test_nano_has_at_most_4_million_parameters():
    assert sum(p.numel() for p in on_meta("transcnn_nano").parameters()) <= 4_000_000


def test_create_model_replaces_single_settings():
    model = create_model(
        "transcnn_nano",
        widths=(16, 32, 48, 64),
        merges=((2, 2), (), (3,), (2,)),
        qkv_per_level=True,
        level_norm=GROUP,
        upsampling="bilinear",
        activation="gelu",
        classes=3,
        drop_path=0.1,
    )

    assert isinstance(model, TransCNN)
    assert [s.width for s in model.stages] == [16, 32, 48, 64]
    assert [s.grids for s in model.stages] == [(2, 2), (), (3,), (2,)]
    assert model.config.drop_path == 0.1
    first = model.config.stages[0].attending[0]
    assert first == HMHSA(16, (2, 2), 16, True, None, GROUP, None, "bilinear")
    assert model(torch.zeros(1, 3, 64, 64)).shape == (1, 3)


def test_an_unknown_name_is_answered_with_the_names_there_are():
    with pytest.raises(ChoiceError) as caught:
        create_model("transcnn_huge")

    assert str(caught.value).startswith("model is 'transcnn_huge'; allowed: transcnn_lite0, ")
    assert all(name in str(caught.value) for name in list_models())


def test_an_unknown_setting_is_answered_with_the_settings_there_are():
    with pytest.raises(ChoiceError) as caught:
        create_model("transcnn_lite0", widths=(1, 2, 3, 4))

    assert str(caught.value) == (
        "widths of transcnn_lite0 is (1, 2, 3, 4); allowed: only merges, head_width, activation, "
        "channels, classes, dropout, drop_path."
    )


@pytest.mark.parametrize("shape", [(3, 64, 64), (1, 1, 64, 64), (1, 3, 31, 64), (1, 3, 64, 16)])
def test_pictures_of_another_shape_are_refused_with_a_sentence(shape):
    with pytest.raises(ChoiceError, match=r"shape of the images is .*sides of 32 pixels or more"):
        on_meta("transcnn_nano")(torch.empty(shape, device="meta"))


@pytest.mark.parametrize("name", ["transcnn_nano", "transcnn_lite0", "hatnet_tiny"])
def test_every_parameter_takes_part(name):
    model = fill(build(name)).train()
    # 128 pixels: so that no softmax of the last stage is over a single token
    x = torch.cat([reference_input(seed, 128, 128) for seed in (7, 11)])

    model(x).square().sum().backward()

    idle = {
        key
        for key, value in model.named_parameters()
        if value.grad is None or not value.grad.abs().max() > 0
    }
    # HAT-Net's files hold a norm that its forward never uses.
    assert all(".attn.proj_norm." in key for key in idle)
    assert bool(idle) == (name == "hatnet_tiny")


def test_a_new_network_has_small_normal_weights_no_biases_and_neutral_norms():
    model = build("transcnn_nano")

    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            assert module.weight.abs().max() <= 2
            if module.weight.numel() > 4000:
                assert module.weight.std().item() == pytest.approx(0.02, rel=0.05)
            assert module.bias is None or not module.bias.any()
        if isinstance(module, nn.BatchNorm2d | nn.LayerNorm | nn.GroupNorm):
            assert (module.weight == 1).all()
            assert not module.bias.any()


def test_a_generator_makes_the_first_weights_reproducible():
    first, second, other = (build("transcnn_nano") for _ in range(3))
    for model, seed in ((first, 1), (second, 1), (other, 2)):
        initialise(model, torch.Generator().manual_seed(seed))

    pairs = list(zip(first.parameters(), second.parameters(), strict=True))
    assert all(torch.equal(a, b) for a, b in pairs)
    assert not torch.equal(first.head.weight, other.head.weight)
