"""`bench`: every case in the table, that beside a busy process too."""

import re
import subprocess

import pytest
import torch

from transcnn import benchmark_engines
from transcnn.benchmark import busy_process
from transcnn.benchmark_detection import PARTS
from transcnn.detection.network import make_detector
from transcnn.detection.presets import detector
from transcnn.detection.weights import save_detector
from transcnn.engines import ENGINES, is_installed
from transcnn.model.network import build


def test_the_table_has_every_case_and_the_sentences_their_ratios(called):
    code, out, err = called("bench", "--model", "transcnn_nano", "--rounds", 2)

    assert (code, err) == (0, "")
    rows = re.findall(r"^\| (.+) \| ([\d.]+) \| .* \| ([\d.]+) \|$", out, re.MULTILINE)
    times = {name: float(ms) for name, ms, _ in rows}
    assert len(times) == 6
    alone, busy = (times[f"predict, bytes to top-5{more}"] for more in PREDICT)
    ratio = float(re.search(r"Beside one busy process, predict takes ([\d.]+) times", out)[1])
    assert abs(ratio - busy / alone) < 0.02 + 0.02 * ratio


def test_engines_are_compared_within_each_case(called, monkeypatch):
    # What they compute is tested elsewhere; writing their files would take a minute.
    monkeypatch.setattr(benchmark_engines, "open_checked", lambda classifier, _: classifier.model)
    monkeypatch.setattr(benchmark_engines, "shipped_names", lambda: ["transcnn_nano"])
    monkeypatch.setattr(benchmark_engines, "IMAGES", (1, 2))
    monkeypatch.setattr(benchmark_engines, "THREADS", (1,))
    monkeypatch.setattr(benchmark_engines.shutil, "which", lambda _: None)  # no torch.compile
    threads = torch.get_num_threads()
    code, out, err = called("bench", "--engines", "--rounds", 2)

    assert (code, err) == (0, "")
    rows = re.findall(r"^\| (transcnn_\w+) \| (\d+) \| (\d) \| (\S+).* \|$", out, re.MULTILINE)
    engines = ["torch", *filter(is_installed, ENGINES)]
    cases = [("transcnn_nano", images, "1") for images in "12"]
    assert rows == [(*case, engine) for case in cases for engine in engines]
    assert out.count("| 1.00 |") >= len(cases)
    assert torch.get_num_threads() == threads


PREDICT = ("", ", beside one busy process")


def test_the_busy_process_is_busy_and_ends(monkeypatch):
    begun = []
    begin = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda *a: begun.append(begin(*a)) or begun[-1])

    with busy_process():
        assert begun[0].poll() is None

    assert begun[0].poll() is not None


@pytest.mark.parametrize("kind", ["retinanet", "mask_rcnn"])
def test_the_parts_of_a_detector_add_up_and_are_timed_beside_another_backbone(
    called, tmp_path, kind
):
    weights = tmp_path / "detector.safetensors"
    made = detector(f"{kind}_transcnn_nano")
    network = make_detector(made, build(made.backbone))
    save_detector(network.state_dict(), weights, made, {})

    code, out, err = called("bench", "--weights", weights, "--rounds", 2)

    assert (code, err) == (0, "")
    assert out.startswith(f"{kind}_transcnn_nano, one image of ")
    rows = re.findall(r"^\| (.+) \| ([\d.]+) \| (\d+) % \| ([\d.]+) \| ([\d.]+) \|$", out, re.M)
    ours = {name: float(ms) for name, ms, *_ in rows}
    assert list(ours) == list(PARTS)
    assert sum(ours.values()) == pytest.approx(2 * ours["whole"], abs=0.5, rel=0.02)
    assert all(float(value) > 0 for _, *values in rows[:4] for value in values)
    assert "Multiply-adds of the backbones: 0." in out


@pytest.mark.parametrize(
    ("option", "allowed"), [(("--device", "cuda"), "cpu"), (("--precision", "bfloat16"), "float32")]
)
def test_detectors_are_timed_on_the_cpu_in_32_bits(called, option, allowed):
    code, _, err = called("bench", "--model", "retinanet_transcnn_lite0", *option)

    field, value = option[0].removeprefix("--"), option[1]
    assert (code, err) == (2, f"{field} is '{value}'; allowed: {allowed} for detectors.\n")
