"""What changes in fine-tuning and what stays, which network is the best, and when a run ends."""

from dataclasses import replace

import numpy as np
import pytest

from transcnn.checkpoints import create_model, load
from transcnn.errors import CheckpointError
from transcnn.training.batches import BalancedBatches
from transcnn.training.finetune.images import own_images
from transcnn.training.finetune.run import PATIENCE, FineTuning, Moment
from transcnn.training.labels import smoothed_labels
from transcnn.training.loop import Stepped, train
from transcnn.training.recipes.finetune import finetune_recipe
from transcnn.training.schedule import Length


@pytest.fixture
def images(separable, tmp_path):
    return own_images(separable, tmp_path / "pictures", 64, lambda *_: None)


@pytest.fixture
def run(images, tmp_path):
    return FineTuning(tmp_path, images, "all", "start")


def balanced(images, recipe):
    targets = smoothed_labels(images.labels, images.count, 0.1)
    return BalancedBatches([images.source], recipe, 64, targets=[targets], by_class=images.by_class)


def test_every_class_is_drawn_equally_often_and_held_out_images_never(images, start):
    recipe = finetune_recipe(create_model(weights=start), "all", 32)
    batches = balanced(images, recipe)

    drawn = [i for step in range(60) for _, i in batches.choose(np.random.default_rng(step))]

    assert not set(drawn) & set(images.measuring)
    assert set(drawn) == set(images.training)
    shares = np.bincount(images.labels[drawn]) / len(drawn)
    assert shares == pytest.approx([1 / 3] * 3, abs=0.05)


@pytest.mark.parametrize("learns", ["attention", "all"])
def test_what_is_named_learns_and_statistics_stay(run, start, learns, tmp_path):
    run.begin(create_model(weights=start), lambda *_: None)
    model = create_model(weights=run.head_file)
    recipe = replace(finetune_recipe(model, learns, 32), steps=2, warm_up=0.0, snapshots=(1.0,))

    events = list(
        train(recipe, model, balanced(run.images, recipe), tmp_path, length=Length(recipe.steps))
    )

    assert [type(event).__name__ for event in events] == ["Stepped"] * 2 + ["Snapshot", "Ended"]
    assert all(event.loss > 0 for event in events if isinstance(event, Stepped))
    before, after = load(run.head_file), load(tmp_path / "snapshots" / "1.000.safetensors")
    changed = {key for key in before if not before[key].equal(after[key])}
    assert "head.weight" in changed
    assert any(".attn." in key for key in changed)
    assert not any("running" in key for key in changed)
    assert any(".irb." in key for key in changed) == (learns == "all")


@pytest.mark.parametrize("text", ["no JSON", "[]", "{}", '{"settings": {}, "moments": [3]}'])
def test_a_damaged_record_is_one_sentence(run, start, text):
    (run.out / "finetune.json").write_text(text)

    with pytest.raises(CheckpointError, match=r"finetune.json: it is not as this program writes"):
        run.begin(create_model(weights=start), lambda *_: None)


def test_the_head_stays_the_best_until_more_images_are_correct(run):
    for share in (0.1, 0.2, 0.3):
        file = run.out / "snapshots" / f"{share:.3f}.safetensors"
        file.parent.mkdir(exist_ok=True)
        file.touch()
    run.moments = [Moment(0, 6, 8, 0.9), Moment(0.1, 6, 8, 0.2)]
    assert run.best.share == 0

    run.moments += [Moment(0.2, 7, 8, 0.5), Moment(0.3, 7, 8, 0.4)]
    assert run.best.share == 0.3

    (run.out / "snapshots" / "0.300.safetensors").unlink()
    assert run.best.share == 0.2


def test_a_run_ends_when_it_becomes_no_better_or_nothing_is_left_to_win(run):
    run.moments = [Moment(0, 6, 8, 0.9)]
    assert not run.enough

    run.moments += [Moment(0.1, 6, 8, 0.5)]
    run.moments += [Moment(0.1 + 0.1 * i, 6, 8, 0.6) for i in range(1, PATIENCE)]
    assert not run.enough
    run.moments.append(Moment(0.9, 5, 8, 0.5))
    assert run.enough
    run.moments[-1] = Moment(0.9, 5, 8, 0.4)
    assert not run.enough

    run.moments = [Moment(0, 8, 8, 0.9)]
    assert run.enough
