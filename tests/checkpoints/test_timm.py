"""The networks in timm: what its own tests of models ask of every network in its registry."""

import math

import pytest
import torch

from transcnn import create_model as ours
from transcnn import list_models
from transcnn.checkpoints import shipped
from transcnn.errors import ChoiceError
from transcnn.model.network import normalise
from transcnn.pictures import decode, prepare
from transcnn.pictures.samples import find_sample

# timm needs torchvision, which only some versions of torch load.
timm = pytest.importorskip("timm", reason="timm, or the torchvision it needs, is not installed")
from timm.models._features import FeatureGetterNet  # noqa: E402

import transcnn.timm  # noqa: E402

NAMES = transcnn.timm.NAMES
NANO = "transcnn_nano"
x = torch.rand(2, 3, 64, 96, generator=torch.Generator().manual_seed(0))


def made(name=NANO, **settings):
    return timm.create_model(name, **settings).eval()


def test_the_registry_has_every_network_of_ours_and_knows_which_has_weights():
    assert set(timm.list_models("transcnn_*")) == set(NAMES)
    assert set(NAMES) == {name for name in list_models() if name.startswith("transcnn_")}
    assert set(timm.list_pretrained("transcnn_*")) == {NANO, "transcnn_lite0"}
    assert timm.is_model(NANO)
    assert timm.get_pretrained_cfg(NANO).input_size == (3, 128, 128)


@pytest.mark.parametrize("settings", [{}, {"pretrained_cfg_overlay": {"file": shipped(NANO).path}}])
def test_the_weights_are_those_of_this_package_or_of_a_file(settings):
    state = made(pretrained=True, **settings).state_dict()

    for key, value in ours(NANO, "shipped").state_dict().items():
        assert torch.equal(state[key], value)


@pytest.mark.parametrize("name", [NANO, "transcnn_lite0", "transcnn_v1_tiny"])
def test_what_timm_asks_of_every_model(name):
    model = made(name)
    cfg = model.default_cfg
    size = cfg["input_size"]
    images = torch.zeros(2, *size)

    features = model.forward_features(images)
    pooled = model.forward_head(features, pre_logits=True)

    assert features.shape == (2, model.num_features, *cfg["pool_size"])
    assert pooled.shape == (2, model.head_hidden_size)
    assert model(images).shape == (2, model.num_classes)
    state = model.state_dict()
    assert f"{cfg['classifier']}.weight" in state
    assert f"{cfg['first_conv']}.weight" in state
    assert model.get_classifier() is model.get_submodule(cfg["classifier"])
    model.reset_classifier(0)
    assert model(images).shape == (2, model.head_hidden_size)
    model.reset_classifier(5, "avg")
    assert model(images).shape == (2, 5)
    assert made(name, num_classes=0)(images).shape == (2, model.head_hidden_size)


@pytest.mark.parametrize("name", [NANO, "transcnn_lite0"])
def test_intermediate_maps_are_those_that_feature_info_says(name):
    model = made(name)
    info = timm.models.FeatureInfo(model.feature_info, out_indices=4)

    last, maps = model.forward_intermediates(x)

    assert torch.equal(last, model.forward_features(x))
    assert [one.shape[1] for one in maps] == info.channels() == model.feature_info.channels()
    for one, reduction, module in zip(maps, info.reduction(), info.module_name(), strict=True):
        assert one.shape[2:] == (64 // reduction, 96 // reduction)
        seen = []
        handle = model.get_submodule(module).register_forward_hook(
            lambda *a, k=seen: k.append(a[2])
        )
        model(x)
        handle.remove()
        assert torch.equal(seen[0], one)


@pytest.mark.parametrize("out_indices", [(0, 1, 2, 3), (1, -1), 2])
def test_feature_networks_have_the_maps_of_timm(out_indices):
    network = made(features_only=True, out_indices=out_indices)
    maps = network(x)

    assert network.feature_info.channels() == [one.shape[1] for one in maps]
    assert len(maps) == (out_indices if isinstance(out_indices, int) else len(out_indices))


def test_timms_own_getter_of_features_takes_the_network():
    model = made(pretrained=True)
    wanted = model.forward_intermediates(x, [1, 3], intermediates_only=True)

    getter = FeatureGetterNet(model, out_indices=(1, 3))

    assert all(torch.equal(a, b) for a, b in zip(getter(x), wanted, strict=True))
    assert getter.feature_info.channels() == [one.shape[1] for one in wanted]


def test_pruned_networks_stop_after_the_stages_that_are_kept():
    model = made()
    wanted = model.forward_intermediates(x, [1], stop_early=True)

    assert model.prune_intermediate_layers([1], prune_norm=True) == [1]

    found = model.forward_intermediates(x, [1])
    assert len(model.blocks) == 2
    assert torch.equal(found[0], wanted[0])
    assert torch.equal(found[1][0], wanted[1][0])


def test_gradients_reach_every_parameter_also_with_checkpointing():
    model = made(drop_path_rate=0.1, drop_rate=0.1).train()
    model.set_grad_checkpointing()

    model(x).mean().backward()

    assert all(value.grad is not None for value in model.parameters())
    assert math.isclose(model.dropout.p, 0.1)


def test_timms_own_images_give_the_prediction_of_the_classifier():
    """Its data configuration says what `prepare` does, up to the kernel of its resizing."""
    data = pytest.importorskip("timm.data")
    model = made("transcnn_lite0", pretrained=True)
    picture = decode(find_sample("zebra").path.read_bytes())
    transform = data.create_transform(**data.resolve_model_data_config(model))

    seen = transform(picture.image)[None]

    pixels, _ = prepare(picture, 224)
    own = normalise(pixels[None], model.config.input)
    assert (seen - own).abs().mean() < 0.02
    assert model(seen).argmax() == 340  # zebra


def test_what_a_network_cannot_do_is_refused():
    with pytest.raises(ChoiceError, match="global_pool is 'max'; allowed: avg"):
        made(global_pool="max")
    with pytest.raises(ChoiceError, match="large'; allowed: names without a tag"):
        made("transcnn_nano.large", pretrained=True)
    with pytest.raises(ChoiceError, match="output_fmt is 'NHWC'; allowed: NCHW"):
        made().forward_intermediates(x, output_fmt="NHWC")
    with pytest.raises(ChoiceError, match="norm is True; allowed: False"):
        made().forward_intermediates(x, norm=True)
