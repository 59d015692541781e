"""What timm's users expect of `create_model`."""

import copy
import warnings

import pytest
import torch

from tests.golden.recipe import fill, reference_input
from transcnn import create_model
from transcnn.checkpoints import shipped
from transcnn.errors import ChoiceError, NewClassifier

NAME = "transcnn_nano"


@pytest.fixture(scope="module")
def model():
    return create_model(NAME, "shipped").eval()


@pytest.fixture(scope="module")
def x():
    return reference_input(3, 64, 96)


def _same(one, other):
    return all(torch.equal(value, other[key]) for key, value in one.items())


def test_pretrained_is_the_shipped_weights_or_a_file(model):
    state = model.state_dict()
    assert _same(state, create_model(NAME, pretrained=True).state_dict())
    assert _same(state, create_model(NAME, pretrained=shipped(NAME).path).state_dict())
    assert not _same(state, create_model(NAME, pretrained=False).state_dict())


def test_pretrained_beside_weights_is_refused():
    with pytest.raises(ChoiceError, match="pretrained is True; allowed: None beside weights"):
        create_model(NAME, "shipped", pretrained=True)


def test_another_number_of_classes_keeps_all_but_the_classifier_and_warns(model, x):
    with pytest.warns(NewClassifier, match="weights are for 10 classes; the classifier for 3 is"):
        other = create_model(NAME, pretrained=True, num_classes=3).eval()
    assert other(x).shape == (len(x), 3)
    assert torch.equal(other.forward_features(x), model.forward_features(x))
    assert 0 < other.head.weight.std() < 0.05


def test_the_number_of_classes_that_the_weights_have_changes_nothing(model):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        same = create_model(NAME, pretrained=True, num_classes=10)
        features = create_model(NAME, pretrained=True, num_classes=0)
    assert same.config.indices == model.config.indices
    assert _same(same.state_dict(), model.state_dict())
    assert isinstance(features.head, torch.nn.Identity)


def test_a_gray_image_in_one_channel_is_answered_as_in_three(model):
    gray = reference_input(2, 64, 64)[:, :1]
    one = create_model(NAME, pretrained=True, in_chans=1).eval()
    torch.testing.assert_close(one(gray), model(gray.expand(-1, 3, -1, -1)), rtol=1e-4, atol=1e-4)


def test_equal_channels_are_answered_as_three_where_they_repeat_whole(model):
    gray = reference_input(2, 64, 64)[:, :1]
    six = create_model(NAME, pretrained=True, in_chans=6).eval()
    wanted = model(gray.expand(-1, 3, -1, -1))
    torch.testing.assert_close(six(gray.expand(-1, 6, -1, -1)), wanted, rtol=1e-4, atol=1e-4)
    five = create_model(NAME, pretrained=True, in_chans=5)
    first = model.stem[0].weight
    wanted = first[:, [0, 1, 2, 0, 1]] * 3 / 5
    torch.testing.assert_close(five.stem[0].weight, wanted)  # timm's rule all the same
    with pytest.raises(ChoiceError, match=r"allowed: \(batch, 5, height, width\)"):
        five(gray)


@pytest.mark.parametrize("out_indices", [None, 2, (0, 2), (-1,)])
def test_a_feature_network_gives_the_maps_of_its_stages(model, x, out_indices):
    network = create_model(NAME, pretrained=True, features_only=True, out_indices=out_indices)
    maps = network.eval()(x)
    wanted = model.forward_intermediates(x, indices=out_indices, intermediates_only=True)
    assert all(torch.equal(one, other) for one, other in zip(maps, wanted, strict=True))
    assert network.feature_info.channels() == [one.shape[1] for one in maps]
    assert network.feature_info.reduction() == [x.shape[3] // one.shape[3] for one in maps]


def test_a_feature_network_has_no_weights_that_it_does_not_use(x):
    network = create_model(NAME, features_only=True, out_indices=(1,)).train()
    network(x)[0].sum().backward()
    assert all(value.grad is not None for value in network.parameters())


@pytest.mark.parametrize("name", [NAME, "transcnn_lite0"])
def test_gradients_with_checkpointing_are_the_same(name, x):
    plain = fill(create_model(name, drop_path_rate=0.0, dropout=0.0)).train()
    saving = copy.deepcopy(plain)
    saving.set_grad_checkpointing()
    for network in (plain, saving):
        network(x).square().mean().backward()
    for (key, one), other in zip(plain.named_parameters(), saving.parameters(), strict=True):
        torch.testing.assert_close(one.grad, other.grad, msg=key)


def test_default_cfg_describes_the_images(model):
    cfg = model.default_cfg
    assert cfg["input_size"] == (3, 128, 128)
    assert cfg["num_classes"] == 10
    assert getattr(model, cfg["classifier"]) is model.get_classifier()
    assert model.get_submodule(cfg["first_conv"]).weight.shape[1] == 3
    torch.testing.assert_close(
        torch.tensor(cfg["mean"]) * 255, torch.tensor(model.config.input.mean)
    )


def test_drop_path_rate_is_the_last_blocks():
    model = create_model(NAME, drop_path_rate=0.2)
    assert [block.drop for stage in model.blocks for block in stage][-1] == pytest.approx(0.2)
