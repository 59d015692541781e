"""Processes that share work: where one freezes or is killed, the others say so and end.

Real processes, joined by hand: torchrun itself waits 30 s for a frozen one before it kills it.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time

import pytest

from tests.cli.process import command
from transcnn.cli import heartbeat, processes
from transcnn.errors import ChoiceError, PeerLost, StoreLost
from transcnn.pictures.samples import find_sample

SECONDS = 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A hundred images of a class: minutes of work for two processes."""
    folder = tmp_path_factory.mktemp("many")
    (folder / "zebra").mkdir()
    for i in range(100):
        shutil.copy(find_sample("zebra").path, folder / "zebra" / f"{i}.jpg")
    return folder


@contextlib.contextmanager
def two(*arguments):
    """Two processes of one run, as torchrun starts them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    joined = {
        **os.environ,
        "WORLD_SIZE": "2",
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
        heartbeat.LIMIT: str(SECONDS),
    }
    pipes = dict(stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    started = [
        subprocess.Popen(
            command(*arguments), env={**joined, "RANK": rank, "LOCAL_RANK": rank}, **pipes
        )
        for rank in ("0", "1")
    ]
    try:
        yield started
    finally:
        for process in started:
            process.kill()
            process.communicate()


def wait_for(file):
    end = time.monotonic() + 100
    while not file.exists():
        assert time.monotonic() < end, file
        time.sleep(0.1)


@pytest.mark.parametrize(
    ("how", "lost", "error"),
    [
        (signal.SIGSTOP, 1, PeerLost(rank=1, count=2, seconds=SECONDS)),
        (signal.SIGSTOP, 0, StoreLost(seconds=SECONDS)),  # it keeps the store, as without torchrun
        (signal.SIGKILL, 1, PeerLost(rank=1, count=2, seconds=SECONDS)),
    ],
)
def test_a_run_ends_with_a_sentence_where_a_process_is_lost(folder, tmp_path, how, lost, error):
    run = tmp_path / "run.sqlite"
    with two("evaluate-run", folder, run, "--threads", 1) as started:
        wait_for(run)
        started[lost].send_signal(how)
        began = time.monotonic()
        _, said = started[1 - lost].communicate(timeout=60)

        assert time.monotonic() - began < 10 * SECONDS
        assert started[1 - lost].returncode == 2
        assert str(error) in said


def test_training_ends_with_a_sentence_where_a_process_is_frozen(folder, tmp_path):
    out = tmp_path / "out"
    arguments = ("--data", folder, "--out", out, "--minutes", 5, "--threads", 1)
    with two("train", "lite0", *arguments) as started:
        wait_for(out / "log.csv")
        started[1].send_signal(signal.SIGSTOP)
        _, said = started[0].communicate(timeout=60)

        assert started[0].returncode == 2
        assert str(PeerLost(rank=1, count=2, seconds=SECONDS)) in said


@pytest.mark.parametrize("given", ["0", "soon", "nan", "86400"])
def test_another_time_limit_is_refused(monkeypatch, given):
    monkeypatch.setenv(heartbeat.LIMIT, given)

    with pytest.raises(ChoiceError, match="allowed: seconds from 1 to 86399"):
        heartbeat.limit()


def test_a_frozen_process_is_found_and_killed_by_torchrun_within_a_minute(monkeypatch):
    monkeypatch.delenv(heartbeat.LIMIT, raising=False)
    torchrun_kills_after = 30

    assert heartbeat.limit() * 9 / 8 + torchrun_kills_after < 60


@pytest.mark.parametrize("device", ["mps", "cuda:0", "gpu"])
def test_processes_do_not_share_a_device_of_one(monkeypatch, device):
    monkeypatch.setenv("WORLD_SIZE", "2")

    with (
        pytest.raises(ChoiceError, match="allowed: auto, cpu, cuda under torchrun"),
        processes.processes(device),
    ):
        pass


def test_each_process_has_the_gpu_of_its_own(monkeypatch):
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setenv("LOCAL_RANK", "1")

    assert processes._of_this_process("auto") == torch.device("cuda", 1)
    assert processes._of_this_process("cuda") == torch.device("cuda", 1)
    assert processes._of_this_process("cpu") == torch.device("cpu")
