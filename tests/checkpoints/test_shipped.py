"""transcnn_lite0 gives the numbers that its training's own code left, and what ships is loaded
only as it was shipped.

Golden numbers: `tests/golden/lite0_outputs.json` says where they come from. They are of an earlier
H-MHSA on the same body, the one that the last training began with, kept as its first snapshot; the
training has changed these weights, not the network. Tolerances: 1e-3 of the largest value in
float32, 1e-5 in float64.
"""

import hashlib
import itertools
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from tests.golden.recipe import reference_input
from transcnn import Classifier, assets, create_model
from transcnn.assets import FOLDER
from transcnn.checkpoints import catalogue, check_shipped, load, shipped, shipped_names
from transcnn.errors import CheckpointError, ChoiceError
from transcnn.model.hooks import HookPoint, Hooks
from transcnn.pictures import decode, prepare
from transcnn.trace import make_intervention

GOLDEN = json.loads(
    (Path(__file__).parent.parent / "golden" / "lite0_outputs.json").read_text(encoding="utf-8")
)
SAMPLES = GOLDEN["samples"]
TOLERANCE = {"float32": 1e-3, "float64": 1e-5}

SNAPSHOTS = sorted((assets.snapshots() / "transcnn_lite0").glob("*.safetensors"))

# EfficientNet-Lite0's bottlenecks by number: stage, place among all of its blocks.
BOTTLENECKS = [(s, b) for s, count in enumerate((3, 2, 6, 5)) for b in range(count)]
# Those with H-MHSA: stage, place among its blocks with H-MHSA.
ATTENDING = {2: (0, 0), 4: (1, 0), 6: (2, 0), 7: (2, 1), 9: (2, 2), 10: (2, 3)}
ATTENDING |= {12: (3, 0), 13: (3, 1), 14: (3, 2)}


@pytest.fixture(scope="session")
def golden_weights(tmp_path_factory):
    """A weight file: the shipped body with the H-MHSA that the golden numbers are of."""
    branch = load(SNAPSHOTS[0])
    weights = load(shipped("transcnn_lite0").path)
    assert branch.keys() == {key for key in weights if ".attn." in key}
    file = tmp_path_factory.mktemp("golden") / "weights.safetensors"
    save_file({**weights, **branch}, file)
    return file


def test_snapshots_lead_to_the_shipped_weights():
    """The H-MHSA alone, after growing shares of the training, ever nearer to where it ended."""
    end = load(shipped("transcnn_lite0").path)
    distances = []
    for file in SNAPSHOTS:
        branch = load(file)
        assert branch.keys() == {key for key in end if ".attn." in key}
        assert all(branch[key].dtype == end[key].dtype for key in branch)
        moved = [(branch[key].double() - end[key].double()).norm() ** 2 for key in branch]
        distances.append(float(sum(moved)) ** 0.5)

    assert [file.stem for file in SNAPSHOTS] == ["0.000", "0.030", "0.100", "0.300", "0.600"]
    assert all(far > near > 1 for far, near in itertools.pairwise(distances))


@pytest.fixture(scope="module", params=list(TOLERANCE))
def run(request, golden_weights):
    """The network in float32 and in float64, the picture, what is expected, the tolerance."""
    dtype = getattr(torch, request.param)
    model = create_model("transcnn_lite0", golden_weights).eval().to(dtype)
    x = reference_input(7, 224, 224).clamp(-1, 1).to(dtype)
    return model, x, GOLDEN["generated"][request.param], TOLERANCE[request.param]


def close(value, tolerance, largest=None):
    """Approximately `value`, up to a share of its (or another) largest magnitude."""
    largest = np.abs(value).max() if largest is None else largest
    return pytest.approx(value, rel=0, abs=tolerance * float(largest))


@torch.no_grad()
def test_logits_are_those_of_the_training(run):
    model, x, expected, tolerance = run
    wanted = expected["logits"]

    for logits in (model(x)[0], model(x, Hooks())[0]):  # fused kernel, explicit softmax
        assert logits.shape == (1000,)
        assert logits[::10].tolist() == close(wanted["every_10th"], tolerance, wanted["largest"])
        assert logits.abs().max().item() == close(wanted["largest"], tolerance)
        assert logits.argmax().item() == expected["argmax"] == 701


@torch.no_grad()
def test_maps_are_those_of_the_training(run):
    model, x, _, tolerance = run
    expected = GOLDEN["generated"]["float32"]["maps"]
    seen = {}
    hooks = []
    for number in expected:
        stage, block = BOTTLENECKS[int(number)]
        hooks.append(
            model.blocks[stage][block].register_forward_hook(
                lambda _module, _inputs, output, number=number: seen.update({number: output})
            )
        )
    model(x)
    for hook in hooks:
        hook.remove()

    assert list(expected) == ["2", "4", "10", "15"]
    for number, statistics in expected.items():
        value = seen[number].double()
        assert list(value.shape) == statistics["shape"]
        assert value.mean().item() == close(statistics["mean"], tolerance, statistics["std"])
        assert value.std(correction=0).item() == close(statistics["std"], tolerance)
        assert value.norm().item() == close(statistics["l2"], tolerance)


@torch.no_grad()
def test_attention_at_every_level_is_that_of_the_training(run):
    model, x, expected, tolerance = run
    hooks = Hooks()

    model(x, hooks)

    assert {int(number) for number in expected["attention"]} == set(ATTENDING)
    found = {place for place in hooks.records if place.name == "attention"}
    assert len(found) == sum(len(levels) for levels in expected["attention"].values()) == 15
    for number, levels in expected["attention"].items():
        for statistics in levels:
            place = HookPoint(*ATTENDING[int(number)], "attention", statistics["level"])
            weights = hooks.records[place].double()  # batch head down across t s
            batch, down, across, heads, t, s = statistics["shape"]
            entropy = torch.special.entr(weights).sum(-1).mean().item() / np.log(s)
            row = statistics["row_of_first_grid_head0_token0"]
            largest = statistics["largest"]

            assert weights.shape == (batch, heads, down, across, t, s)
            assert entropy == close(statistics["entropy_over_log_T"], tolerance)
            assert weights[0, 0, 0, 0, 0, :16].tolist() == close(row, tolerance, largest)
            assert weights.max().item() == close(largest, tolerance)


@pytest.mark.parametrize("name", ["off", "uniform", "identity"])
@torch.no_grad()
def test_interventions_give_what_the_training_measured(run, name):
    model, x, expected, tolerance = run

    logits = model(x, Hooks(record=False, intervention=make_intervention(name)))[0]

    assert logits.norm().item() == close(expected[f"logits_l2_{name}"], tolerance)
    assert logits.argmax().item() == expected[f"argmax_{name}"]


@pytest.fixture(scope="module")
def crops():
    """The square that the network sees of every sample of the golden numbers, by its name."""
    folder = FOLDER / "samples"
    return {name: prepare(decode((folder / name).read_bytes()), 224)[0] for name in SAMPLES}


@pytest.fixture(scope="module")
def classifier(golden_weights):
    return Classifier("transcnn_lite0", golden_weights)


def test_crops_of_the_samples_are_bit_identical(crops):
    # Samples that came after that training have no numbers of its code.
    assert set(SAMPLES) <= {path.name for path in (FOLDER / "samples").glob("*.jpg")}
    for name, crop in crops.items():
        assert crop.shape == (224, 224, 3)
        assert hashlib.sha256(crop.tobytes()).hexdigest() == SAMPLES[name]["crop_sha256"], name


@pytest.mark.parametrize("intervention", ["on", "off", "uniform", "identity"])
def test_the_first_five_classes_of_the_samples_are_the_same(classifier, crops, intervention):
    logits = classifier.logits(np.stack(list(crops.values())), make_intervention(intervention))

    for name, row in zip(crops, logits, strict=True):
        expected = SAMPLES[name][intervention]
        top = classifier.rank(row, 5).top
        assert [answer.name.index for answer in top] == [index for index, _ in expected], name
        shares = [share for _, share in expected]
        assert [answer.probability for answer in top] == pytest.approx(shares, rel=0, abs=1e-4)


def test_a_classifier_says_which_weights_it_has():
    assert shipped_names() == ["transcnn_lite0", "transcnn_nano"]
    for name in shipped_names():
        entry = shipped(name)
        digest = hashlib.sha256(entry.path.read_bytes()).hexdigest()
        assert check_shipped(name) == entry.sha256 == digest
        assert Classifier(name).weights_sha256 == digest


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """The catalogue reads a copy of the shipped folder; gives the copy of the weight file."""
    shutil.copytree(FOLDER / "weights", tmp_path / "weights")
    monkeypatch.setattr(catalogue, "_WEIGHTS", tmp_path / "weights")
    catalogue._catalogue.cache_clear()
    yield shipped("transcnn_lite0").path
    catalogue._catalogue.cache_clear()


def test_one_changed_byte_is_refused_with_a_sentence(copied):
    content = bytearray(copied.read_bytes())
    good = hashlib.sha256(content).hexdigest()
    content[-1] ^= 1
    digest = hashlib.sha256(content).hexdigest()
    Classifier("transcnn_lite0")  # the copy is good
    copied.write_bytes(content)

    for use in (
        lambda: check_shipped("transcnn_lite0"),
        lambda: create_model("transcnn_lite0", "shipped"),
        lambda: Classifier("transcnn_lite0"),
    ):
        with pytest.raises(CheckpointError) as caught:
            use()
        assert str(caught.value) == (
            f"{copied}: its sha256 is {digest[:12]}..., but {good[:12]}... was shipped."
        )


def test_a_changed_average_is_refused_too(copied):
    means = catalogue.means_path(copied)
    content = bytearray(means.read_bytes())
    content[-1] ^= 1
    means.write_bytes(content)
    with pytest.raises(CheckpointError, match=r"means\.safetensors: its sha256 is"):
        Classifier("transcnn_lite0")


def test_a_lost_file_is_said_with_a_sentence(copied):
    copied.unlink()

    with pytest.raises(CheckpointError, match="there is no such file"):
        create_model("transcnn_lite0", "shipped")


def test_networks_without_shipped_weights_say_which_have_them():
    with pytest.raises(ChoiceError) as caught:
        create_model("transcnn_small", "shipped")

    assert str(caught.value) == (
        "classifier with shipped weights is 'transcnn_small'; "
        "allowed: transcnn_lite0, transcnn_nano."
    )


def test_shipped_weights_are_stored_small_and_run_in_float32():
    stored = {str(value.dtype) for value in load(shipped("transcnn_lite0").path).values()}

    assert stored == {"torch.float16", "torch.float32", "torch.int64"}
    model = create_model("transcnn_lite0", "shipped")
    assert {p.dtype for p in model.parameters()} == {torch.float32}
