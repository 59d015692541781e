"""A run teaches, goes on to the same numbers, ends on time and keeps snapshots."""

from dataclasses import replace

import pytest
import torch

from tests.training.stopping import stop_after
from transcnn.checkpoints import load
from transcnn.errors import CheckpointError
from transcnn.training import classification
from transcnn.training.initialisation import init_branch
from transcnn.training.loop import Ended, Stepped, train
from transcnn.training.network import TrainingHooks
from transcnn.training.schedule import Length
from transcnn.training.state import Snapshot


@pytest.fixture
def run(model, batches, tmp_path):
    """Runs `recipe` and gives its events; the model begins alike every time."""
    init_branch(model, torch.Generator().manual_seed(0))

    def run(recipe, out="run", **settings):
        settings.setdefault("length", Length(recipe.steps))
        made = replace(batches, recipe=recipe)
        events = train(recipe, model, made, tmp_path / out, **settings)
        return [event for event in events if not isinstance(event, Snapshot)]

    return run


@pytest.mark.parametrize("optimiser", ["adamw", "muon"])
def test_a_resumed_run_ends_in_the_same_numbers(run, small, tmp_path, optimiser):
    small = replace(small, optimiser=optimiser)
    straight = run(small, "straight")
    first = run(small, "broken", should_stop=stop_after(2))
    assert first[-1] == Ended(2, finished=False)
    rest = run(small, "broken", resume=True)
    assert rest[-1] == Ended(4, finished=True)
    losses = [event.loss for event in straight[:-1]]
    assert [event.loss for event in first[:-1] + rest[:-1]] == losses
    kept, other = (
        torch.load(tmp_path / out / "checkpoint.pt", weights_only=True)
        for out in ("straight", "broken")
    )
    for part in ("changing", "average"):
        for key, value in kept[part].items():
            assert torch.equal(value, other[part][key]), key


def test_a_run_is_not_resumed_with_another_recipe(run, small):
    run(small, should_stop=stop_after(1))
    with pytest.raises(CheckpointError, match="differs in clip, objectives"):
        run(replace(small, objectives={"pooled": 1.0}, clip=2.0), resume=True)


def test_bfloat16_trains_similarly(run, small):
    recipe = replace(small, steps=3)
    exact, short = (
        [event.loss for event in run(replace(recipe, precision=p), p)[:-1]]
        for p in ("float32", "bfloat16")
    )
    assert short == pytest.approx(exact, rel=0.03)
    assert short != exact


def test_the_loss_falls(run, small):
    recipe = replace(small, steps=15, batch=8, learning_rate=3e-3, warm_up=0.1)
    losses = [event.parts["pooled"] for event in run(recipe)[:-1]]
    assert sum(losses[-5:]) < 0.9 * sum(losses[:5])


def test_the_backbone_stays_and_h_mhsa_changes(run, small, model, tmp_path):
    run(small)
    written = load(tmp_path / "run" / "weights.safetensors")
    for key, value in model.state_dict().items():
        same = torch.equal(written[key].float(), value.to(written[key].dtype).float())
        if ".attn." not in key:
            assert same, key
        elif key.endswith("proj.weight"):
            assert not same, key


def test_snapshots_are_the_branch_along_the_way(run, small, tmp_path):
    run(replace(small, snapshots=(0.0, 0.5, 1.0)))
    files = sorted((tmp_path / "run" / "snapshots").iterdir())
    assert [file.name for file in files] == [f"{s}00.safetensors" for s in ("0.0", "0.5", "1.0")]
    first, middle, last = map(load, files)
    assert all(".attn." in key for key in first)
    key = next(key for key in first if key.endswith("proj.weight"))
    assert not first[key].any()
    assert 0 < middle[key].float().norm() < last[key].float().norm()


def test_the_average_trails_the_weights(run, small, tmp_path):
    run(replace(small, average=0.5, steps=1, warm_up=0))
    kept = torch.load(tmp_path / "run" / "checkpoint.pt", weights_only=True)
    key = next(key for key in kept["changing"] if key.endswith("proj.weight"))
    torch.testing.assert_close(kept["average"][key], kept["changing"][key] / 2)  # began at 0


def test_the_rate_warms_up_and_falls_as_a_cosine(small):
    recipe = replace(small, learning_rate=2.0, warm_up=0.2)
    rates = [recipe.rate(p) for p in (0, 0.1, 0.2, 0.6, 1)]
    assert rates == pytest.approx([0, 1, 2, 1, 0])


def test_with_a_cool_down_the_rate_stays_until_then_and_falls_as_a_line(small):
    recipe = replace(small, learning_rate=2.0, warm_up=0.2, cool_down=0.4)
    rates = [recipe.rate(p) for p in (0, 0.1, 0.2, 0.6, 0.8, 1)]
    assert rates == pytest.approx([0, 1, 2, 2, 1, 0])


def test_residual_drop_is_proportional_to_the_learning_rate(run, small, monkeypatch):
    seen = []

    def hooks(residual_drop, input_drop, **others):
        assert input_drop == pytest.approx(0.4 * residual_drop)
        seen.append(residual_drop)
        return TrainingHooks(residual_drop=residual_drop, input_drop=input_drop, **others)

    monkeypatch.setattr(classification, "TrainingHooks", hooks)
    dropping = replace(small, residual_drop=0.5, input_drop=0.2, learning_rate=1e-3, warm_up=0)
    events = run(dropping)
    assert seen == pytest.approx([500 * event.learning_rate for event in events[:-1]])
    assert seen[0] == 0.5
    assert seen[-1] < 0.1


def test_a_run_of_minutes_ends_on_time_whatever_the_steps(run, small):
    events = run(replace(small, steps=10_000), length=Length(10_000, minutes=0.02))
    steps = [event for event in events if isinstance(event, Stepped)]
    assert sum(step.seconds for step in steps) >= 1.2
    assert sum(step.seconds for step in steps[:-1]) < 1.2
    assert events[-1].finished
