"""A whole network learns from labels: everything moves, statistics too, and a run can go on."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.training.stopping import stop_after
from transcnn.checkpoints import create_model, load
from transcnn.errors import ChoiceError
from transcnn.model.hooks import Hooks
from transcnn.model.network import normalise
from transcnn.trace import make_intervention
from transcnn.training.batches import Batches
from transcnn.training.classification import STATISTICS_BATCHES
from transcnn.training.initialisation import init_attention_alone
from transcnn.training.labels import soft_targets
from transcnn.training.loop import Ended, train
from transcnn.training.network import Student, TrainingHooks, soft_target_outputs
from transcnn.training.recipe import Labels, Mixture, Recipe
from transcnn.training.schedule import Length
from transcnn.training.state import Snapshot

SIZE = 64


@pytest.fixture
def recipe():
    return Recipe(
        name="tiny",
        model="transcnn_nano",
        start="scratch",
        labels=Labels(),
        mixture=Mixture(0.5, 0, 0, square=0.5),
        objectives={"logits": 1.0},
        steps=4,
        batch=4,
        residual_drop=0.25,
        average=0.5,
    )


@pytest.fixture
def model():
    model = create_model("transcnn_nano")
    init_attention_alone(model, torch.Generator().manual_seed(0))
    return model


@pytest.fixture
def run(model, source, tmp_path):
    """Runs a recipe and gives its events; the model begins alike every time."""

    def run(recipe, out="run", **settings):
        likely = soft_targets(
            source, model.config.indices, recipe.labels, tmp_path, lambda *_: None
        )
        batches = Batches([source], recipe, SIZE, targets=[likely])
        length = Length(recipe.steps)
        events = train(recipe, model, batches, tmp_path / out, length=length, **settings)
        return [event for event in events if not isinstance(event, Snapshot)]

    return run


def test_a_resumed_run_from_scratch_ends_in_the_same_numbers(run, recipe, tmp_path):
    straight = run(recipe, "straight")
    first = run(recipe, "broken", should_stop=stop_after(2))
    assert first[-1] == Ended(2, finished=False)
    rest = run(recipe, "broken", resume=True)
    losses = [event.loss for event in straight[:-1]]
    assert [event.loss for event in first[:-1] + rest[:-1]] == losses
    for file in ("weights.safetensors", "snapshots/1.000.safetensors"):
        kept, other = (load(tmp_path / out / file) for out in ("straight", "broken"))
        assert kept.keys() == other.keys()
        for key, value in kept.items():
            assert torch.equal(value, other[key]), key


def test_all_weights_are_trained_and_the_average_is_written(run, recipe, model, tmp_path):
    before = {key: value.clone() for key, value in model.state_dict().items()}
    run(recipe)
    written = load(tmp_path / "run" / "weights.safetensors")
    for key, value in before.items():
        changed = not torch.equal(written[key].float(), value.to(written[key].dtype).float())
        assert changed or key.endswith("num_batches_tracked"), key
        assert torch.equal(model.state_dict()[key], value), key  # the one given stays as it was
    kept = torch.load(tmp_path / "run" / "checkpoint.pt", weights_only=True)
    key = "stem.0.weight"
    assert not torch.equal(kept["average"][key], kept["changing"][key])
    assert torch.equal(written[key], kept["average"][key].half())


def test_statistics_are_those_of_the_averaged_network_with_nothing_left_out(
    run, recipe, model, source, tmp_path
):
    run(replace(recipe, residual_drop=0.9))
    model.load_state_dict(load(tmp_path / "run" / "weights.safetensors"))
    batches = Batches([source], recipe, SIZE, targets=[np.zeros((len(source.pixels), 10))])
    seen = [batches.make(recipe.steps + i, 1.0).clean for i in range(STATISTICS_BATCHES)]
    found = {}

    def keep(name):
        return lambda _, given: found.setdefault(name, []).append(given[0].mean((0, 2, 3)))

    norms = {n: m for n, m in model.train().named_modules() if isinstance(m, torch.nn.BatchNorm2d)}
    wanted = {name: norm.running_mean.clone() for name, norm in norms.items()}
    for name, norm in norms.items():
        norm.register_forward_pre_hook(keep(name))
    with torch.no_grad():
        for pixels in seen:
            model(normalise(pixels, model.config.input))
    for name, means in found.items():
        scale = norms[name].running_var.sqrt()
        apart = (torch.stack(means).mean(0) - wanted[name]) / scale
        assert apart.abs().max() < 0.01, name  # the file holds half precision


def test_the_loss_falls_and_the_weights_are_those_of_the_network(run, recipe, tmp_path):
    recipe = replace(recipe, steps=40, batch=16, mixture=Mixture(1, 0, 0), average=0.9)
    losses = [event.loss for event in run(recipe)[:-1]]
    assert np.mean(losses[-5:]) < 0.5 * np.mean(losses[:5])
    create_model("transcnn_nano", tmp_path / "run" / "weights.safetensors")


def test_attention_becomes_selective_where_that_is_an_objective(run, recipe):
    whole = Mixture(1, 0, 0)
    objectives = {"logits": 0.1, "entropy": 5.0}
    recipe = replace(recipe, steps=30, mixture=whole, objectives=objectives, learning_rate=3e-3)
    entropies = [event.parts["entropy"] for event in run(recipe)[:-1]]
    assert np.mean(entropies[-5:]) < 0.95 * np.mean(entropies[:5])


def test_a_snapshot_is_a_whole_network(run, recipe, tmp_path):
    run(replace(recipe, snapshots=(0.0, 0.5)))
    files = sorted((tmp_path / "run" / "snapshots").iterdir())
    assert [file.name for file in files] == ["0.000.safetensors", "0.500.safetensors"]
    for file in files:
        create_model("transcnn_nano", file)


def test_the_loss_of_soft_targets_is_cross_entropy_up_to_a_constant():
    logits = torch.randn(5, 10, requires_grad=True)
    likely = torch.eye(10)[torch.tensor([3, 1, 4, 1, 5])] * 0.9 + 0.01
    wanted = soft_target_outputs(likely).logits.log_softmax(1)
    divergence = torch.nn.functional.kl_div(
        logits.log_softmax(1), wanted, reduction="batchmean", log_target=True
    )
    entropy = torch.nn.functional.cross_entropy(logits, likely)
    [given] = torch.autograd.grad(divergence, logits)
    [right] = torch.autograd.grad(entropy, logits)
    torch.testing.assert_close(given, right, rtol=1e-4, atol=1e-6)


def test_initial_bottlenecks_are_the_identity_and_attention_rows_differ(model):
    x = torch.randn(2, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(1))
    student = Student(model)
    hooks = TrainingHooks()
    with torch.no_grad():
        student(x, hooks)
        for block in (block for stage in model.blocks for block in stage):
            some = torch.randn(1, block.attn.config.width, 4, 4)
            assert not block.irb(some).any()
    for weights in hooks.attention_weights.values():
        tokens = weights.shape[-1]
        assert (weights - 1 / tokens).abs().sum(-1).mean() / 2 > 0.05


def test_attention_matters_from_the_first_step(model):
    x = torch.randn(4, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(1))
    model.train()
    with torch.no_grad():
        on = model(x)
        even = model(x, Hooks(record=False, intervention=make_intervention("uniform")))
    assert (on - even).std() > 0.1 * on.std()


@pytest.mark.parametrize("wrong", [{"labels": None}, {"objectives": {"logits": 1, "rows": 1}}])
def test_a_recipe_from_scratch_needs_labels_and_the_logits_objective(recipe, wrong):
    with pytest.raises(ChoiceError, match=next(iter(wrong))):
        replace(recipe, **wrong)
