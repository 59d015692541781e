"""Files are whole or not there, and weights are written so that the network reads them back."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.golden import OLDER
from transcnn.checkpoints import create_model, load
from transcnn.checkpoints.description import Description
from transcnn.checkpoints.save import save_weights
from transcnn.errors import CheckpointError
from transcnn.model.network import build
from transcnn.training.batches import Batches
from transcnn.training.checkpoint import (
    Checkpoint,
    load_checkpoint,
    save_checkpoint,
)
from transcnn.training.data import TrainingSource
from transcnn.training.loop import train
from transcnn.training.recipe import Labels, Mixture, Recipe
from transcnn.training.schedule import Length

RECIPE = {"name": "small", "steps": 10}


def _checkpoint(step, recipe=RECIPE):
    value = {"w": torch.full((2, 2), float(step))}
    return Checkpoint(recipe, step, 1.5 * step, 0.1 * step, value, value, {"state": {}})


def test_a_checkpoint_comes_back_as_it_was(tmp_path):
    file = tmp_path / "checkpoint.pt"
    save_checkpoint(_checkpoint(3), file)
    kept = load_checkpoint(file, RECIPE)
    assert (kept.step, kept.seconds, kept.progress) == (3, 4.5, pytest.approx(0.3))
    torch.testing.assert_close(kept.changing["w"], torch.full((2, 2), 3.0))


def test_a_checkpoint_from_before_muon_has_the_state_of_adamw(tmp_path):
    file = tmp_path / "checkpoint.pt"
    adamw = torch.optim.AdamW([torch.zeros(2, requires_grad=True)]).state_dict()
    save_checkpoint(replace(_checkpoint(3), optimiser=adamw), file)
    assert load_checkpoint(file, RECIPE).optimiser == {"adamw": adamw}


def test_an_interrupted_write_leaves_the_old_checkpoint(tmp_path, monkeypatch):
    file = tmp_path / "checkpoint.pt"
    save_checkpoint(_checkpoint(1), file)

    def write_half(path, data):
        with path.open("wb") as part:
            part.write(data[: len(data) // 2])
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_bytes", write_half)
    with pytest.raises(KeyboardInterrupt):
        save_checkpoint(_checkpoint(2), file)
    assert load_checkpoint(file, RECIPE).step == 1


def test_a_missing_or_foreign_checkpoint_is_named(tmp_path):
    file = tmp_path / "checkpoint.pt"
    with pytest.raises(CheckpointError, match="no checkpoint"):
        load_checkpoint(file, RECIPE)
    save_checkpoint(_checkpoint(1, {**RECIPE, "steps": 20}), file)
    with pytest.raises(CheckpointError, match="differs in steps"):
        load_checkpoint(file, RECIPE)


def test_weights_are_halved_but_for_norms_and_biases_and_fit_the_network(tmp_path):
    model = create_model("transcnn_lite0", "shipped")
    file = tmp_path / "weights.safetensors"
    save_weights(model.state_dict(), file, Description(model.config))
    written = load(file)
    for key, value in model.state_dict().items():
        matrix = value.dim() > 1
        assert written[key].dtype == (torch.float16 if matrix else value.dtype)
        torch.testing.assert_close(written[key].float(), value.float(), rtol=1e-3, atol=1e-4)
    create_model("transcnn_lite0", file)


def test_a_run_of_the_version_before_is_resumed_to_the_same_losses(tmp_path):
    """tests/golden/older/checkpoint.pt was written after two of four steps by commit 3da9aa1, whose
    recipes said start="nothing" and Labels(taught=...); its uninterrupted run had these losses.
    """
    shutil.copy(OLDER / "checkpoint.pt", tmp_path)
    recipe = Recipe(
        name="older",
        model="transcnn_nano",
        mixture=Mixture(0.5, 0, 0, square=0.5),
        objectives={"logits": 1.0},
        steps=4,
        start="scratch",
        labels=Labels(smoothing=0.2, teacher_weight=0.25),
        batch=4,
        snapshots=(),
    )
    model = build(
        "transcnn_nano",
        widths=(8, 8, 8, 8),
        head_width=8,
        expansions=(1, 1, 1, 1),
        depths=(1, 1, 1, 1),
        input_size=64,
    )
    pixels = np.random.default_rng(0).integers(0, 256, (8, 64, 64, 3), dtype=np.uint8)
    source = TrainingSource(Path(), pixels, (), ())
    batches = Batches([source], recipe, 64, targets=[np.full((8, 10), 0.1, np.float32)])

    *steps, end = train(recipe, model, batches, tmp_path, length=Length(4), resume=True)

    assert (end.step, end.finished) == (4, True)
    assert [s.loss for s in steps] == pytest.approx([0.22070655, 0.12839592], rel=0.05)
