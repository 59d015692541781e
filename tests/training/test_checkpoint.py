"""Files are whole or not there, and weights are written so that the network reads them back."""

import pytest
import torch

from transcnn.checkpoints import create_model, load
from transcnn.errors import CheckpointError
from transcnn.training.checkpoint import (
    Checkpoint,
    load_checkpoint,
    save_checkpoint,
    save_weights,
)

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


def test_an_interrupted_write_leaves_the_old_checkpoint(tmp_path, monkeypatch):
    file = tmp_path / "checkpoint.pt"
    save_checkpoint(_checkpoint(1), file)

    def write_half(_, path):
        path.write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(torch, "save", write_half)
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
    save_weights(model.state_dict(), file)
    written = load(file)
    for key, value in model.state_dict().items():
        matrix = value.dim() > 1
        assert written[key].dtype == (torch.float16 if matrix else value.dtype)
        torch.testing.assert_close(written[key].float(), value.float(), rtol=1e-3, atol=1e-4)
    create_model("transcnn_lite0", file)
