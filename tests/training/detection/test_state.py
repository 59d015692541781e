"""A detector learns what is annotated, and only what it is to learn."""

import math
from dataclasses import replace

import pytest
import torch

from tests.training.detection.conftest import SIZE, small, small_network
from transcnn.detection.detector import ObjectDetector
from transcnn.training import loop
from transcnn.training.detection.batches import DetectionBatches
from transcnn.training.detection.prepare import (
    has_masks,
    joined_classes,
    start,
    with_classes,
    without_classes,
)
from transcnn.training.detection.state import DetectorTraining
from transcnn.training.recipes.detector import DETECTOR
from transcnn.training.schedule import Length

SHORT = replace(DETECTOR, batch=4, steps=4, warm_up=0.0, average=0.5)


def training(source, out, config=None, **changes):
    config = config or small()
    recipe = replace(SHORT, **changes)
    batches = DetectionBatches([source], recipe, SIZE, 1 if config.masks else 0)
    device = torch.device("cpu")
    return DetectorTraining(recipe, config, small_network(config), batches, out, device, {})


def run(state, steps=None, resume=False, after=None):
    """Run it, or stop `after` so many steps; the losses."""
    losses = []
    length = Length(steps or state.recipe.steps)
    for event in loop.run(
        state, length=length, resume=resume, should_stop=lambda: len(losses) + 1 == after
    ):
        if isinstance(event, loop.Stepped):
            losses.append(event.loss)
    return losses


@pytest.mark.slow
def test_a_detector_learns_the_classes_of_what_is_annotated(source, annotated, tmp_path):
    easy = {"colour": 0.0, "smallest": 0.9, "largest": 1.1, "frozen_stages": 4}
    changes = {"steps": 120, "batch": 8, "learning_rate": 6e-3, "average": 0.9, **easy}
    losses = run(training(source, tmp_path, **changes))

    assert sum(losses[-10:]) < 0.6 * sum(losses[:10])
    found = ObjectDetector.open(weights=tmp_path / "weights.safetensors")
    right = 0
    for picture in annotated.pictures:
        [wanted], best = picture.objects, found.detect(picture.path).detections[0]
        middle = [(a + b) / 2 for a, b in zip(best.box[:2], best.box[2:], strict=True)]
        inside = all(
            low <= m <= high
            for low, m, high in zip(wanted.box[:2], middle, wanted.box[2:], strict=True)
        )
        right += best.label == wanted.label and inside
    assert right >= 9  # of 12; by chance one or two


def test_a_resumed_run_ends_in_the_same_weights(source, tmp_path):
    run(training(source, tmp_path / "whole"))
    run(training(source, tmp_path / "parts"), after=2)
    run(training(source, tmp_path / "parts"), resume=True)

    whole, parts = (tmp_path / one / "weights.safetensors" for one in ("whole", "parts"))
    assert whole.read_bytes() == parts.read_bytes()


def changed(state, before):
    after = state.student.network.state_dict()
    return {key for key, value in before.items() if not torch.equal(value, after[key])}


@pytest.mark.parametrize("attention", ["on", "off"])
def test_frozen_stages_keep_their_weights(source, tmp_path, attention):
    state = training(source, tmp_path, attention=attention, frozen_stages=2)
    before = {key: value.clone() for key, value in state.student.network.state_dict().items()}

    run(state, 1)

    body = {key for key in changed(state, before) if key.startswith("backbone.body")}
    assert body
    assert all(key.split(".")[4] in ("2", "3") for key in body)
    assert any(".attn." in key for key in body) == (attention == "on")


def test_from_a_set_of_masks_only_masks_are_learned(source, tmp_path):
    config = small("mask_rcnn")
    state = training(replace(source, boxes=False), tmp_path, config)
    boxes = training(replace(source, masks=False), tmp_path, config)
    both = training(source, tmp_path, config)

    def parts(one):
        found = one.step(one.batch(0, 0), 1e-4)[1]
        return {name for name, value in found.items() if not math.isnan(value)}

    assert parts(state) == {"loss_mask"}
    assert "loss_mask" not in parts(boxes)
    assert parts(both) == parts(state) | parts(boxes)


def test_the_classes_of_several_sets_are_joined_by_name(annotated):
    other = replace(annotated, classes=("Blue", "green"))
    classes = joined_classes([annotated, other])

    assert classes == ("red", "blue", "green")
    joined = with_classes(other, classes)
    assert {one.label for picture in joined.pictures for one in picture.objects} == {1, 2}
    fewer = with_classes(other, ("green",))
    assert sum(len(picture.objects) for picture in fewer.pictures) == 6
    alike = without_classes(other)
    assert {one.label for picture in alike.pictures for one in picture.objects} == {0}


def test_a_set_teaches_masks_only_if_every_object_has_one(annotated):
    [first, *others] = annotated.pictures
    [one] = first.objects
    lacking = replace(first, objects=(replace(one, mask=None),))

    assert has_masks(annotated)
    assert not has_masks(replace(annotated, pictures=(lacking, *others)))
    assert not has_masks(replace(annotated, pictures=()))


def test_training_goes_on_from_weights_with_other_classes(source, tmp_path):
    run(training(source, tmp_path), 1)
    file = tmp_path / "weights.safetensors"

    same = start(small(), file, 0)
    other = start(small().with_classes(("red", "yellow")), file, 0)

    assert same.new == ()
    assert other.new
    assert all("cls_logits" in key for key in other.new)
    kept = same.network.state_dict()
    for key, value in other.network.state_dict().items():
        assert torch.equal(value, kept[key]) or key in other.new
