"""`python -m transcnn train` as people meet it: log, Ctrl-C, going on, mistakes, torchrun."""

import csv
import math
import os
import signal
import subprocess
import sys
import time

import pytest
import torch

from tests.training.with_small_recipe import SMALL
from transcnn.checkpoints import create_model
from transcnn.model.network import normalise
from transcnn.training.batches import Batches
from transcnn.training.data import open_source
from transcnn.training.initialisation import init_branch
from transcnn.training.network import BranchStudent, TrainingHooks
from transcnn.training.objectives import DistillationBatch, total


def _run(command, *arguments):
    return subprocess.run(
        command("train", *arguments), capture_output=True, text=True, timeout=120, check=False
    )


def _steps(out):
    with (out / "log.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_ctrl_c_saves_and_the_run_can_be_resumed(command, photos, tmp_path):
    arguments = ("small", "--data", photos, "--out", tmp_path, "--threads", 1)
    with subprocess.Popen(
        command("train", *arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        while not (tmp_path / "log.csv").is_file() or not _steps(tmp_path):
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    done = len(_steps(tmp_path))
    assert done < 8
    assert errors.splitlines()[-1] == f"Stopped after step {done} and saved; --resume continues."
    assert "Traceback" not in errors

    again = _run(command, *arguments, "--resume")
    assert again.returncode == 0, again.stderr
    assert again.stdout.splitlines()[-1].startswith("Done after 8 steps")
    rows = _steps(tmp_path)
    assert [int(row["step"]) for row in rows] == list(range(1, 9))
    for row in rows:
        parts = 0.3 * float(row["stages"]) + float(row["pooled"])
        assert float(row["loss"]) == pytest.approx(parts, rel=1e-4)
        assert 0 <= float(row["waited"]) <= float(row["seconds"])
    assert "images/s" in again.stderr
    assert "% waiting" in again.stderr
    assert "min left" in again.stderr
    create_model("transcnn_lite0", tmp_path / "weights.safetensors")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nonsense", "--data", "."), "recipe is 'nonsense'; allowed: finetune, detector, lite0, "),
        (("lite0", "--data", "missing"), "missing: there is no such folder."),
        (("lite0",), "Missing option '--data'"),
        (("lite0", "--data", ".", "--minutes", "-1"), "minutes is -1.0"),
    ],
    ids=["recipe", "folder", "no folder", "minutes"],
)
def test_a_mistake_is_one_sentence_and_exit_code_2(called, monkeypatch, tmp_path, arguments, said):
    monkeypatch.chdir(tmp_path)
    code, out, errors = called("train", *arguments, "--out", tmp_path / "out")
    assert code == 2
    assert out == ""
    assert said in errors
    assert len(errors.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_a_checkpoint_is_never_overwritten_by_a_new_run(called, tmp_path):
    (tmp_path / "checkpoint.pt").write_bytes(b"precious")
    code, _, errors = called("train", "lite0", "--data", tmp_path, "--out", tmp_path)
    assert code == 2
    assert "--resume" in errors
    assert (tmp_path / "checkpoint.pt").read_bytes() == b"precious"


def test_two_processes_train_together_and_only_the_first_writes(command, photos, tmp_path):
    """Against one process that steps by the mean of both processes' losses."""
    out, writers = tmp_path / "out", tmp_path / "writers"
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    arguments = command("train", "small", "--data", photos, "--out", out, "--threads", 1)[1:]
    done = subprocess.run(
        torchrun + arguments,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
        env={**os.environ, "WRITERS": str(writers)},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Done after 8 steps") == 1
    rows = _steps(out)
    assert [int(row["step"]) for row in rows] == list(range(1, 9))
    assert all(int(row["pictures"]) == 4 for row in rows)

    written = [line.split() for line in writers.read_text(encoding="utf-8").splitlines()]
    ours = {"checkpoint.pt", "weights.safetensors", "log.csv", "1.000.safetensors"}
    assert ours <= {name for rank, name in written if rank == "0"}
    assert not any(
        name in ours or name.endswith(".pixels") for rank, name in written if rank != "0"
    )

    before, after, first, last = _by_one_process(out, photos)
    kept = torch.load(out / "checkpoint.pt", weights_only=True)["changing"]
    moved = sum((after[key] - before[key]).square().sum() for key in before)
    apart = sum((after[key] - kept[key]).square().sum() for key in before)
    assert apart < 0.01 * moved  # Adam makes much of rounding where gradients are near 0
    assert last < 0.97 * first


def _by_one_process(out, photos):
    """H-MHSA's weights before and after, and the loss of one batch before and after."""
    model = create_model("transcnn_lite0", "shipped")
    init_branch(model, torch.Generator().manual_seed(0))
    network = BranchStudent(model)
    source = open_source(photos, out / "pictures", SMALL.store_px, lambda *_: None)

    def loss(step, rank):
        batch = Batches([source], SMALL, 224, rank).make(step)
        clean, seen = (
            normalise(pixels, model.config.input) for pixels in (batch.clean, batch.seen.pixels)
        )
        student = network(seen, TrainingHooks())
        lesson = DistillationBatch(student, network.teach(clean), torch.from_numpy(batch.seen.own))
        return total(lesson, SMALL.objectives)[0]

    branch = network.learning()
    before = {key: value.detach().clone() for key, value in branch.items()}
    first = float(loss(99, 0).detach())
    optimiser = torch.optim.AdamW(branch.values(), weight_decay=SMALL.weight_decay)
    for step in range(SMALL.steps):
        share = step / SMALL.steps
        optimiser.param_groups[0]["lr"] = 1e-3 * (1 + math.cos(math.pi * share)) / 2
        optimiser.zero_grad()
        ((loss(step, 0) + loss(step, 1)) / 2).backward()
        torch.nn.utils.clip_grad_norm_(branch.values(), SMALL.clip)
        optimiser.step()
    return before, {k: v.detach() for k, v in branch.items()}, first, float(loss(99, 0).detach())
