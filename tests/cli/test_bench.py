"""`bench`: every case in the table, that beside a busy process too."""

import re
import subprocess

import torch

from transcnn import benchmark_engines
from transcnn.benchmark import busy_process
from transcnn.engines import ENGINES, is_installed


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
