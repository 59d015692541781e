"""A stranger's weight file costs about a second and no memory to speak of, whatever it claims."""

import json
import os
import pickle
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest
import safetensors.torch
import torch

from tests.checkpoints.bombs import BOMBS, SMALL, exchanged, safetensors_with
from tests.checkpoints.pth import saved
from transcnn.checkpoints import load
from transcnn.checkpoints.recognise import open_weights
from transcnn.errors import CheckpointError, LongHeader, ManyClasses, WeightsTooLarge

# Opened in a process of its own, where nothing else has taken memory before.
OPEN = """
import sys, time
from pathlib import Path
from transcnn.checkpoints.recognise import open_weights
from transcnn.classifier import Classifier

def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1000

Classifier("transcnn_nano")
for path in map(Path, sys.argv[1:]):
    before, began, said = peak(), time.process_time(), "opened"
    try:
        open_weights(path)
    except Exception as error:
        said = type(error).__mro__[1].__name__
    print(path.parent.name, said, peak() - before, time.process_time() - began, sep=",")
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")
def test_a_file_that_claims_more_than_it_has_is_refused_at_once(tmp_path):
    paths = []
    for kind, (name, make) in BOMBS.items():
        (tmp_path / kind).mkdir()
        paths.append(tmp_path / kind / name)
        paths[-1].write_bytes(make())

    done = subprocess.run(
        [sys.executable, "-c", OPEN, *map(str, paths)], capture_output=True, text=True, check=True
    )

    found = [line.split(",") for line in done.stdout.splitlines()]
    assert [kind for kind, *_ in found] == list(BOMBS)
    for kind, error, megabytes, seconds in found:
        assert error == "CheckpointError", kind
        assert float(megabytes) < 300, kind
        assert float(seconds) < 2, kind


@pytest.mark.parametrize("busy", [b"N0", b"]0", b"K\x01K\x02\x860", b"X\0\0\0\x000"])
@pytest.mark.parametrize("legacy", [False, True])
def test_a_pickle_full_of_opcodes_ends_soon(tmp_path, busy, legacy):
    pickled = b"\x80\x02" + busy * (900_000 // len(busy)) + b"}."
    if legacy:
        begin = b"".join(pickle.dumps(one, 2) for one in (0x1950A86A20F9469CFC6C, 1001, {}))
        data = begin + pickled + pickle.dumps([], 2)
    else:
        data = exchanged("data.pkl", pickled)
    path = tmp_path / "busy.pth"
    path.write_bytes(data)
    began = time.process_time()

    with pytest.raises(CheckpointError):
        open_weights(path)

    assert time.process_time() - began < 4


def test_what_weight_files_hold_besides_tensors_is_still_read():
    for legacy in (False, True):
        data = saved(
            {
                "model": SMALL
                | {"p": torch.nn.Parameter(torch.ones(2)), "h": torch.ones(3).half()},
                "optimizer": {
                    "state": {0: {"exp_avg": torch.ones(2)}},
                    "param_groups": [{"lr": 1}],
                },
                "dtype": torch.float16,
                "size": torch.Size([1, 2]),
                "bytes": b"abc",
                "set": {1, 2},
            },
            _use_new_zipfile_serialization=not legacy,
        )

        assert load(data, "weights.pth").keys() == SMALL.keys() | {"p", "h"}


def test_the_operator_can_lower_the_limits(tmp_path, monkeypatch):
    path = tmp_path / "weights.pth"
    path.write_bytes(saved({"a": torch.zeros(400_000)}))
    assert set(load(path)) == {"a"}

    monkeypatch.setenv("TRANSCNN_LIMIT_WEIGHTS_MB", "1")

    with pytest.raises(WeightsTooLarge, match="larger than 1 MB"):
        load(path)
    monkeypatch.setenv("TRANSCNN_LIMIT_WEIGHTS_HEADER_KB", "1")
    with pytest.raises(LongHeader):
        load(safetensors_with(b"{" + b" " * 1000 + b"}"), "a.safetensors")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such file")
def test_a_sparse_file_and_a_device_are_refused_unread(tmp_path):
    path = tmp_path / "sparse.pth"
    with path.open("wb") as file:
        file.write(b"PK\3\4")
        file.truncate(6 * 10**9)

    with pytest.raises(WeightsTooLarge):
        load(path)
    device = tmp_path / "device.pth"
    device.symlink_to("/dev/zero")
    with pytest.raises(CheckpointError, match="it is a device, not a file"):
        load(device)


@pytest.mark.parametrize("size", [0, -1, 1, 31, 64.5, True, 2000, "64", None, float("nan")])
def test_an_input_size_that_no_image_has_is_refused(size):
    described = (
        '{"model": "transcnn_nano", "input": {"size": %s, "mean": [0,0,0], "scale": [1,1,1]}}'
    )
    header = {"__metadata__": {"transcnn": described % json.dumps(size)}}

    with pytest.raises(CheckpointError, match="cannot be used"):
        open_weights(safetensors_with(header), "a.safetensors")


def test_a_classifier_of_very_many_classes_is_refused_by_their_number():
    rows = 50_001
    tensors = {"head.weight": torch.zeros(rows, 1, dtype=torch.int8)}

    with pytest.raises(ManyClasses) as caught:
        open_weights(safetensors.torch.save(tensors), "a.safetensors")

    assert str(caught.value) == (
        "a.safetensors: its classifier has 50001 classes; at most 50000 are read."
    )


def test_names_of_classes_are_as_long_as_names_of_folders():
    described = json.dumps({"model": "transcnn_nano", "classes": ["a" * 256, "b"]})

    with pytest.raises(CheckpointError, match="cannot be used"):
        open_weights(safetensors_with({"__metadata__": {"transcnn": described}}), "a.safetensors")


def test_a_name_of_a_thousand_signs_is_quoted_shortened():
    key = "k" * 100_000
    data = safetensors_with(
        {key: {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}, struct.pack("<f", 1)
    )

    with pytest.raises(CheckpointError) as caught:
        open_weights(data, "n" * 5000 + ".safetensors")

    assert len(str(caught.value)) < 1000


REFUSE = """
import sys
from pathlib import Path
import safetensors.torch
import torch
from transcnn.checkpoints.recognise import open_weights
from transcnn.checkpoints.files import load

def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1000

path = Path(sys.argv[1])
data = path.read_bytes()
try:
    open_weights(b"", path.name)
except Exception:
    before = peak()
for source in (path, data):
    try:
        open_weights(source, path.name)
    except Exception as error:
        print(type(error).__name__, peak() - before)
assert float(load(data, path.name)["5"].sum()) == 10
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")
@pytest.mark.parametrize("name", ["foreign.pth", "foreign.safetensors"])
def test_a_large_file_of_another_network_is_refused_without_its_numbers(tmp_path, name):
    """360 MB, as large as the authors' largest; an upload is in memory already."""
    tensors = {str(i): torch.zeros(15_000_000) for i in range(6)}
    tensors["5"][:10] = 1
    if name.endswith("pth"):
        torch.save(tensors, tmp_path / name)
    else:
        safetensors.torch.save_file(tensors, tmp_path / name)

    done = subprocess.run(
        [sys.executable, "-c", REFUSE, tmp_path / name],
        capture_output=True,
        text=True,
        check=True,
    )

    found = [line.split() for line in done.stdout.splitlines()]
    assert [error for error, _ in found] == ["UnknownNetwork"] * 2
    assert all(float(megabytes) < 300 for _, megabytes in found)
