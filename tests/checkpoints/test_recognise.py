"""A weight file tells which network it is of; one sentence for what none is of."""

import pytest
import safetensors.torch
import torch

from tests.checkpoints.pth import saved
from tests.checkpoints.test_authors import state_dict
from tests.golden.recipe import fill, reference_input
from transcnn import create_model, from_authors
from transcnn.checkpoints import shipped
from transcnn.checkpoints.recognise import _layouts, open_weights
from transcnn.errors import ForeignKeys, MissingKeys, NoNumbers, OtherShapes, UnknownNetwork
from transcnn.model.network import build
from transcnn.model.variants import IMAGENETTE, list_models


def same(model, other):
    mine, theirs = model.state_dict(), other.state_dict()
    return mine.keys() == theirs.keys() and all(torch.equal(mine[k], theirs[k]) for k in mine)


def test_no_two_networks_can_be_taken_for_each_other():
    """By keys and shapes, the classifier's left out: each file is exactly like one layout."""
    layouts = [layout for name in list_models() for layout in _layouts(name)]
    assert [x.network for x in layouts if not x.authors] == list_models()
    for file in layouts:
        shapes = {key: torch.empty(shape, device="meta") for key, shape in file.shapes.items()}
        exact = [x for x in layouts if x.similarity(shapes) == 1]
        assert exact == [file]


@pytest.mark.parametrize("classes", [1, 3, IMAGENETTE, 1000])
def test_a_file_of_ours_gives_its_network_with_as_many_classes_as_it_has(classes):
    nano = fill(build("transcnn_nano", classes=classes))

    opened = open_weights(safetensors.torch.save(nano.state_dict()), "nano.safetensors").model

    assert opened.config == nano.config
    assert same(opened, nano)


def test_what_ships_is_recognised_by_its_path():
    path = shipped("transcnn_lite0").path

    assert same(open_weights(path).model, create_model("transcnn_lite0", "shipped"))


@pytest.mark.parametrize("name", ["hatnet_tiny", "transcnn_v1_tiny"])
@pytest.mark.parametrize("keys", ["the authors'", "ours"])
def test_a_file_of_the_authors_is_recognised_under_both_names_of_its_keys(name, keys):
    model = from_authors(name, state_dict(name)).eval()
    content = state_dict(name) if keys == "the authors'" else model.state_dict()

    opened = open_weights(saved({"model": content}), "weights.pth.tar").model.eval()

    assert opened.config == model.config
    x = reference_input(1, 256, 256) if "v1" in name else reference_input(1, 224, 224)
    with torch.no_grad():
        assert torch.equal(opened(x), model(x))


def test_a_file_like_none_of_the_networks_is_refused_with_some_of_its_keys():
    content = {f"layer{i}.weight": torch.zeros(2) for i in range(5)}

    with pytest.raises(UnknownNetwork) as caught:
        open_weights(saved(content), "resnet.pth")

    assert str(caught.value) == (
        "resnet.pth: no known network has keys like layer0.weight, layer1.weight, layer2.weight, …."
    )


def test_a_file_without_any_keys_is_refused():
    with pytest.raises(UnknownNetwork):
        open_weights(saved({}), "empty.pth")


@pytest.fixture(scope="module")
def nano():
    return fill(build("transcnn_nano")).state_dict()


def test_a_file_that_is_nearly_one_of_the_networks_says_what_it_lacks(nano):
    partial = {key: value for key, value in nano.items() if "norm3" not in key}
    with pytest.raises(MissingKeys, match=r"missing for transcnn_nano: .* \(25 of its 213 keys\)"):
        open_weights(saved(partial), "weights.pth")

    with pytest.raises(ForeignKeys, match=r"transcnn_nano has no keys ema \(1 in all\)"):
        open_weights(saved({**nano, "ema": torch.ones(1)}), "weights.pth")

    wrong = {**nano, "head.bias": torch.ones(11)}
    with pytest.raises(OtherShapes, match=r"head.bias has \[11\] and needs \[10\] \(1 of 213 keys"):
        open_weights(saved(wrong), "weights.pth")


def test_the_chosen_network_is_what_a_file_is_measured_against(nano):
    data = saved(nano)

    assert open_weights(data, "weights.pth", "transcnn_nano").model.config.name == "transcnn_nano"
    with pytest.raises(MissingKeys, match="missing for transcnn_small"):
        open_weights(data, "weights.pth", "transcnn_small")


BIAS = "head.bias"


@pytest.mark.parametrize(
    "value",
    [
        torch.full((10,), torch.nan),
        torch.full((10,), torch.inf),
        torch.full((10,), 1e300, dtype=torch.float64),  # infinite in float32
        torch.ones(1).expand(10),
        torch.eye(10)[0].to_sparse(),
        torch.ones(10, dtype=torch.complex64),
        torch.empty(10, device="meta"),
    ],
    ids=lambda value: f"{value.layout} {value.dtype} {value.device}",
)
@pytest.mark.filterwarnings("ignore")  # torch is about to give up some of these kinds
def test_values_that_cannot_be_computed_with_are_refused(nano, value):
    with pytest.raises(NoNumbers, match=r"the key head\.bias is not a tensor of finite numbers"):
        open_weights(saved({**nano, BIAS: value}), "weights.pth")


def test_a_few_bytes_cannot_claim_a_network_of_any_size(nano):
    """One number, said to be a classifier of ten thousand million."""
    huge = {**nano, "head.weight": torch.ones(1, 1).expand(10**7, 256)}

    with pytest.raises(NoNumbers, match=r"head\.weight"):
        open_weights(saved(huge), "weights.pth")


def test_a_sentence_does_not_grow_with_the_keys_of_a_file():
    content = {f"{i}" * 10_000: torch.zeros(1) for i in range(9)}

    with pytest.raises(UnknownNetwork) as caught:
        open_weights(saved(content), "long.pth")

    assert len(str(caught.value)) < 400
