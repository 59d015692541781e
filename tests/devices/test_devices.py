"""Any device: what goes in is moved there, what comes out is on the CPU, and the values stay."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.devices.conftest import NAME, SAMPLES
from transcnn import Classifier
from transcnn.devices import PRECISIONS, find_device, on_cpu
from transcnn.errors import ChoiceError, NoDevice
from transcnn.explain.methods import make_method
from transcnn.explain.subject import Subject, Target

CHURCH = SAMPLES / "vienna-church.jpg"
GPUS = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}


@pytest.mark.slow
@pytest.mark.parametrize(
    "device",
    [
        "elsewhere",
        *(
            pytest.param(name, marks=pytest.mark.skipif(not there, reason=f"no GPU for {name}"))
            for name, there in GPUS.items()
        ),
    ],
)
def test_everything_computes_on_a_device_as_on_the_cpu(device):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "tests/devices/on_device.py"],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "TRANSCNN_TEST_DEVICE": device},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    if " passed" not in done.stdout:
        pytest.skip(done.stdout.splitlines()[-1])


def test_auto_takes_cuda_then_mps_else_the_cpu(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert find_device().type == "cpu"
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert find_device().type == "mps"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert find_device().type == "cuda"
    assert find_device("cuda:1") == torch.device("cuda", 1)
    with pytest.raises(NoDevice, match="available: auto, cpu, mps, cuda:0, cuda:1, cuda"):
        find_device("cuda:2")


def test_a_device_that_is_not_there_is_refused_in_one_sentence(monkeypatch, called):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    sentence = "There is no device '{}' here; available: auto, cpu.\n"

    for name in ("cuda", "cuda:1", "mps", "gpu", ""):
        assert called("predict", CHURCH, "--device", name) == (2, "", sentence.format(name))
    with pytest.raises(NoDevice):
        Classifier(NAME, device=torch.device("cuda", 7))


@pytest.mark.parametrize("precision", PRECISIONS)
def test_a_lower_precision_gives_nearly_the_same_in_float32(here, pixels, precision):
    classifier = Classifier(NAME, device="cpu", dtype=getattr(torch, precision))

    logits, wanted = classifier.logits(pixels), here.logits(pixels)
    trace = classifier.trace(CHURCH)
    map_ = make_method("grad_cam").explain(Subject(classifier, pixels[0], Target(3))).values

    assert logits.dtype == torch.float32
    assert torch.equal(logits, wanted) == (precision == "float32")
    apart = (logits - wanted).abs().max()
    assert apart <= 0.05 * max(1.0, float(wanted.abs().max()))
    assert trace.logits.dtype == trace.blocks[0].input.dtype == np.float32
    assert np.isfinite(map_).all()


def test_another_precision_and_no_threads_are_refused(called):
    with pytest.raises(
        ChoiceError, match="dtype is 'float64'; allowed: float32, bfloat16, float16"
    ):
        Classifier(NAME, dtype=torch.float64)
    with pytest.raises(ChoiceError, match="threads is 0; allowed: 1 or more"):
        Classifier(NAME, threads=0)
    code, _, said = called("predict", CHURCH, "--precision", "half")
    assert code == 2
    assert "'float32', 'bfloat16', 'float16'" in said


def test_threads_of_a_classifier_are_those_of_torch():
    before = torch.get_num_threads()
    try:
        Classifier(NAME, threads=before + 1)
        assert torch.get_num_threads() == before + 1
    finally:
        torch.set_num_threads(before)


def test_sixteen_bits_come_back_as_float32():
    assert on_cpu(torch.ones(2, dtype=torch.bfloat16, requires_grad=True)).dtype == torch.float32
    assert on_cpu(torch.ones(2, dtype=torch.float64)).dtype == torch.float64
    assert on_cpu(torch.ones(2, dtype=torch.uint8)).dtype == torch.uint8
