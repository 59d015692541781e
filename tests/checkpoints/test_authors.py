"""The authors' released networks: their files load strictly, and give the authors' numbers.

Golden numbers: `tests/golden/authors_keys.json` and `authors_outputs.json` say where they come
from. Tolerances: 1e-7 of the largest logit in float64, 1e-4 in float32; the reference's own
float32 is 2.5e-7 to 1.2e-6 away from its float64.
"""

import functools
import json
from pathlib import Path

import pytest
import torch

from tests.golden.recipe import reference_input, reference_value
from transcnn import from_authors
from transcnn.checkpoints.authors import authors_key
from transcnn.errors import CheckpointError, ChoiceError
from transcnn.model.network import build
from transcnn.model.variants import authors_names

GOLDEN = Path(__file__).parent.parent / "golden"
KEYS = json.loads((GOLDEN / "authors_keys.json").read_text(encoding="utf-8"))["keys"]
OUTPUTS = json.loads((GOLDEN / "authors_outputs.json").read_text(encoding="utf-8"))["outputs"]
SMALL = ["transcnn_v1_tiny", "hatnet_tiny", "hatnet_small"]
TOLERANCE = {torch.float32: 1e-4, torch.float64: 1e-7}


def shapes(name):
    """The authors' keys and shapes, in their order."""
    rows = (row.split(" ") for row in KEYS[name])
    return {key: tuple(int(n) for n in shape.split("x") if n) for key, shape in rows}


def state_dict(name):
    return {
        key: torch.from_numpy(reference_value(key, shape)).to(
            torch.int64 if key.endswith("num_batches_tracked") else torch.float32
        )
        for key, shape in shapes(name).items()
    }


@functools.lru_cache(maxsize=2)  # the large ones need hundreds of megabytes
def network(name):
    return from_authors(name, state_dict(name)).eval()


def outputs(model, x):
    """Logits, and the maps that the golden file has statistics of, by its names."""
    seen = {}

    def keep(name):
        return lambda _module, _inputs, output: seen.update({name: output})

    hooks = [model.stem.register_forward_hook(keep("stem"))]
    for s in (1, 2, 3):
        hooks.append(model.downs[s].register_forward_hook(keep(f"ds{s + 1}")))
    with torch.no_grad():
        last, maps = model.forward_intermediates(x)
        logits = model.forward_head(last)
    for hook in hooks:
        hook.remove()
    seen |= {f"stage{s + 1}": found for s, found in enumerate(maps)}
    seen["pool"] = maps[-1].mean((2, 3))
    return logits[0].double(), seen


def check_parity(name, number, dtype):
    expected = OUTPUTS[name][number]
    model = network(name).to(dtype)
    x = reference_input(expected["seed"], expected["height"], expected["width"])
    tolerance = TOLERANCE[dtype]

    logits, seen = outputs(model, x.to(dtype))

    assert x.double().mean().item() == pytest.approx(expected["input_mean"], rel=1e-7)
    assert x.double().norm().item() == pytest.approx(expected["input_l2"], rel=1e-7)

    wanted = expected["logits"]
    error = tolerance * wanted["largest"]
    assert logits.shape == (1000,)
    assert logits[::25].tolist() == pytest.approx(wanted["every_25th"], rel=0, abs=error)
    assert logits.abs().max().item() == pytest.approx(wanted["largest"], rel=tolerance)
    assert logits.argmax().item() == wanted["argmax"]
    assert logits.norm().item() == pytest.approx(wanted["l2"], rel=tolerance)
    assert logits.sum().item() == pytest.approx(wanted["sum"], rel=0, abs=tolerance * wanted["l2"])

    assert seen.keys() == expected["stages"].keys()
    for part, value in seen.items():
        statistics = expected["stages"][part]
        std = statistics["std"]
        value = value.double()
        assert list(value.shape) == statistics["shape"], part
        assert value.mean().item() == pytest.approx(statistics["mean"], rel=0, abs=tolerance * std)
        assert value.std(correction=0).item() == pytest.approx(std, rel=tolerance), part
        assert value.norm().item() == pytest.approx(statistics["l2"], rel=tolerance), part


CASES = [
    pytest.param(name, number, marks=() if name in SMALL else pytest.mark.long)
    for name in OUTPUTS
    for number in (0, 1)
]


@pytest.mark.parametrize("dtype", list(TOLERANCE))
@pytest.mark.parametrize(("name", "number"), CASES)
def test_outputs_are_those_of_the_authors_code(name, number, dtype):
    check_parity(name, number, dtype)


def test_all_eight_networks_and_two_pictures_of_each_are_golden():
    assert list(KEYS) == list(OUTPUTS) == authors_names()
    assert all(len(cases) == 2 for cases in OUTPUTS.values())


@pytest.mark.parametrize("name", list(KEYS))
def test_every_key_of_the_authors_has_its_place_and_shape(name):
    with torch.device("meta"):
        ours = build(name).state_dict()

    named = {authors_key(key, name.startswith("hat")): tuple(v.shape) for key, v in ours.items()}

    assert len(named) == len(ours)
    assert named == shapes(name)


@pytest.fixture(scope="module", params=["transcnn_v1_tiny", "hatnet_tiny"])
def published(request):
    return request.param, state_dict(request.param)


def test_the_order_of_the_keys_does_not_matter(published):
    name, state = published
    model = from_authors(name, dict(reversed(state.items())))

    for ours, value in model.state_dict().items():
        assert torch.equal(value, state[authors_key(ours, name.startswith("hat"))])


def test_the_given_tensors_are_copied(published):
    name, state = published
    model = from_authors(name, state)

    given = {value.data_ptr() for value in state.values()}
    assert given.isdisjoint(p.data_ptr() for p in model.parameters())


def test_missing_keys_are_named_and_counted(published):
    name, state = published
    keys = list(shapes(name))

    for missing in (keys[:1], keys[-1:], keys[10:200:60], keys[10:80:20]):
        partial = {key: value for key, value in state.items() if key not in missing}
        with pytest.raises(CheckpointError) as caught:
            from_authors(name, partial)

        # in the order of the network, which is the file's but for the downsamplings
        shown = ", ".join([*missing[:3], "…"] if len(missing) > 3 else missing)
        assert str(caught.value) == (
            f"the authors' file: missing for {name}: {shown} "
            f"({len(missing)} of its {len(keys)} keys)."
        )


def test_keys_that_are_too_many_are_named_and_counted(published):
    name, state = published

    with pytest.raises(CheckpointError) as caught:
        from_authors(name, {**state, "ema.decay": torch.ones(1), "epoch": torch.ones(1)})

    assert (
        str(caught.value) == f"the authors' file: {name} has no keys ema.decay, epoch (2 in all)."
    )


def test_a_misshapen_key_is_named_with_both_shapes(published):
    name, state = published
    wrong = {**state, "classifier.1.bias": torch.zeros(10)}

    with pytest.raises(CheckpointError) as caught:
        from_authors(name, wrong)

    assert str(caught.value) == (
        f"the authors' file: the shapes do not match {name}: classifier.1.bias has [10] and "
        f"needs [1000] (1 of {len(state)} keys differ)."
    )


def test_what_is_no_tensor_is_named(published):
    name, state = published

    with pytest.raises(CheckpointError, match=r"the key classifier\.1\.bias is not a tensor"):
        from_authors(name, {**state, "classifier.1.bias": [0.0] * 1000})


def test_the_weights_of_another_network_are_refused():
    with pytest.raises(
        CheckpointError, match=r"missing for transcnn_v1_tiny: .*, … \(\d+ of its 435 keys\)"
    ):
        from_authors("transcnn_v1_tiny", state_dict("hatnet_tiny"))


@pytest.mark.parametrize("name", ["transcnn_small", "transcnn_lite0", "hatnet"])
def test_only_the_authors_own_networks_are_theirs(name):
    with pytest.raises(ChoiceError, match=f"model is '{name}'; allowed: transcnn_v1_tiny, "):
        from_authors(name, {})
