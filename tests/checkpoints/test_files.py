"""Weight files: what can be read, one sentence for everything else, and no code is ever run."""

import io
import os
import pickle
import random

import pytest
import safetensors.torch
import torch

from transcnn import create_model
from transcnn.checkpoints import load
from transcnn.errors import CheckpointError
from transcnn.model.network import build

TENSORS = {"a.weight": torch.arange(12.0).reshape(3, 4), "b": torch.arange(5)}


def saved(content, **settings):
    file = io.BytesIO()
    torch.save(content, file, **settings)
    return file.getvalue()


ZIP = saved(TENSORS)
OLD = saved(TENSORS, _use_new_zipfile_serialization=False)  # as PyTorch wrote before 2020
SAFE = safetensors.torch.save(TENSORS)


@pytest.fixture
def file(tmp_path):
    """Writes bytes to a file of the given name and gives its path."""

    def write(data, name="weights.pth"):
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


def refused(path):
    """The sentence with which `path` is refused, without the file's name."""
    with pytest.raises(CheckpointError) as caught:
        load(path)
    sentence = str(caught.value)
    assert sentence.startswith(f"{path}: ")
    return sentence.removeprefix(f"{path}: ")


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (SAFE, "weights.safetensors"),
        (ZIP, "weights.pth"),
        (ZIP, "weights.pt"),
        (OLD, "weights.pth"),
        (OLD, "weights.pth.tar"),
        (saved({"model": TENSORS, "epoch": 300, "args": {"lr": 1e-3}}), "weights.pth"),
        (saved({"state_dict": TENSORS, "optimizer": None}), "weights.pth"),
        (saved({"model": {"state_dict": TENSORS}}), "weights.pth"),
    ],
)
def test_tensors_are_found_where_files_keep_them(file, data, name):
    path = file(data, name)

    for given in ((path,), (str(path),), (data, name)):
        tensors = load(*given)
        assert tensors.keys() == TENSORS.keys()
        assert all(torch.equal(tensors[key], value) for key, value in TENSORS.items())


class Evil:
    """Runs code when it is unpickled by anything that trusts it."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def trust(data):
    return torch.load(io.BytesIO(data), weights_only=False)


@pytest.mark.parametrize(
    ("wrap", "trusting"),
    [
        (pickle.dumps, pickle.loads),
        (lambda evil: pickle.dumps({"model": evil}, protocol=2), pickle.loads),
        (saved, trust),
        (lambda evil: saved({"model": TENSORS, "extra": evil}), trust),
        (lambda evil: saved({"c": evil}, _use_new_zipfile_serialization=False), trust),
    ],
)
def test_code_in_a_file_is_refused_and_never_run(file, tmp_path, wrap, trusting):
    trap = tmp_path / "trap"
    data = wrap(Evil(trap))

    trusting(data)  # who trusts the file falls into the trap
    assert trap.is_dir()
    trap.rmdir()

    assert "is refused, because reading it could run code" in refused(file(data))
    assert not trap.exists()


@pytest.mark.parametrize("content", [{"epoch": 3}, [TENSORS["b"]], 7, {"model": {"a": [1.0]}}])
def test_a_file_without_tensors_by_name_is_refused(file, content):
    assert refused(file(saved(content))) == "it does not contain tensors by name."


def test_tensors_without_names_are_refused(file):
    assert refused(file(saved({0: TENSORS["b"]}))) == "it does not contain tensors by name."


NO_TORCH, NO_SAFE = "this is not a PyTorch weight file.", "this is not a safetensors weight file."
ENDINGS = "only files ending in .safetensors, .pth, .pt, .pth.tar can be read."


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"", "weights.pth", NO_TORCH),
        (b"", "weights.safetensors", NO_SAFE),
        (SAFE, "renamed.pth", NO_TORCH),
        (ZIP, "renamed.safetensors", NO_SAFE),
        (b"hello world\n", "text.pth", NO_TORCH),
        (b"<!DOCTYPE html><html></html>", "page.pth", NO_TORCH),
        (b"\xff\xd8\xff\xe0 a photograph", "photo.pth", NO_TORCH),
        (bytes(1000), "zeros.pth", NO_TORCH),
        (bytes(1000), "zeros.safetensors", NO_SAFE),
        (ZIP, "weights.bin", ENDINGS),
        (ZIP, "weights", ENDINGS),
        (ZIP, "weights.tar", ENDINGS),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(file, data, name, sentence):
    assert refused(file(data, name)) == sentence


def test_a_file_that_is_not_there_is_refused(tmp_path):
    assert refused(tmp_path / "nothing.pth") == "there is no such file."
    assert refused(tmp_path) == "there is no such file."


@pytest.mark.parametrize(
    ("data", "name"), [(ZIP, "cut.pth"), (OLD, "cut.pth"), (SAFE, "cut.safetensors")]
)
def test_a_truncated_file_is_refused_wherever_it_ends(file, data, name):
    for end in range(0, len(data) - 1, max(1, len(data) // 120)):
        refused(file(data[:end], name))


@pytest.mark.parametrize(
    ("data", "name"), [(ZIP, "bad.pth"), (OLD, "bad.pth"), (SAFE, "bad.safetensors")]
)
@pytest.mark.parametrize("tries", [300, pytest.param(10_000, marks=pytest.mark.long)])
def test_a_damaged_file_gives_tensors_or_a_sentence(file, data, name, tries):
    generator = random.Random(0)
    sentences = 0
    for _ in range(tries):
        damaged = bytearray(data)
        damaged[generator.randrange(len(data))] = generator.randrange(256)
        path = file(bytes(damaged), name)
        try:
            tensors = load(path)
        except CheckpointError:
            sentences += 1
        else:
            assert all(isinstance(value, torch.Tensor) for value in tensors.values())
    assert 0 < sentences < tries


@pytest.fixture(scope="module")
def nano():
    return build("transcnn_nano")


@pytest.mark.parametrize("kind", ["safetensors", "pth"])
def test_create_model_loads_a_file_of_ours_whatever_its_number_type(file, nano, kind):
    state = {
        key: value.half() if value.is_floating_point() else value
        for key, value in nano.state_dict().items()
    }
    data = safetensors.torch.save(state) if kind == "safetensors" else saved(state)

    model = create_model("transcnn_nano", file(data, f"nano.{kind}"))

    for key, value in model.state_dict().items():
        assert value.dtype == nano.state_dict()[key].dtype
        assert torch.equal(value, state[key].to(value.dtype))


def test_create_model_names_the_file_and_what_does_not_fit(file, nano):
    path = file(saved(nano.state_dict()))
    extra = file(saved({**nano.state_dict(), "ema": torch.ones(1)}), "extra.pth")
    missing = dict(nano.state_dict())
    del missing["blocks.0.0.attn.proj.bias"]
    missing = file(saved(missing), "missing.pth")
    stem = next(key for key, value in nano.state_dict().items() if value.dim() == 4)
    other = file(saved({**nano.state_dict(), stem: torch.ones(1, 3, 3, 3)}), "other.pth")

    for weights, settings, reason in (
        (
            other,
            {},
            f"the shapes do not match transcnn_nano: {stem} has [1, 3, 3, 3] and needs "
            f"{list(nano.state_dict()[stem].shape)} (1 of 213 keys differ).",
        ),
        (
            path,
            dict(activation="gelu", qkv_per_level=True),
            "missing for transcnn_nano: blocks.0.0.attn.qkv.1.weight, ",
        ),
        (extra, {}, "transcnn_nano has no keys ema (1 in all)."),
        (
            missing,
            {},
            "missing for transcnn_nano: blocks.0.0.attn.proj.bias (1 of its 213 keys).",
        ),
    ):
        with pytest.raises(CheckpointError) as caught:
            create_model("transcnn_nano", weights, **settings)
        assert str(caught.value).startswith(f"{weights}: {reason}")
