"""Boxes and masks follow the pixels, and a batch follows from its seed, step and process."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from tests.training.detection.conftest import COLOURS
from transcnn.detection.objects import AnnotatedPicture, Annotation, DetectionSet
from transcnn.errors import ChoiceError, FolderError
from transcnn.pictures.geometry import Box
from transcnn.training.detection.batches import DetectionBatches
from transcnn.training.detection.recipe import DetectionRecipe
from transcnn.training.detection.source import open_annotated
from transcnn.training.recipes.detector import DETECTOR

PLAIN = replace(DETECTOR, batch=8, colour=0.0)


def batches(source, recipe=PLAIN, first=0, **process):
    return DetectionBatches([source], recipe, 96, first, **process)


def coloured(image, label):
    """The pixels [rows, columns] of an image [3, H, W] that have the colour of a class."""
    colour = torch.tensor(COLOURS[label]) / 255
    return ((image - colour[:, None, None]).abs().amax(0) < 0.2).numpy()


def test_boxes_and_masks_are_where_the_object_is(source):
    seen = 0
    for step in range(12):
        batch = batches(source).make(step)
        for image, target in zip(batch.images, batch.targets, strict=True):
            for box, label, mask in zip(
                target["boxes"].tolist(), target["labels"].tolist(), target["masks"], strict=True
            ):
                found = coloured(image, label)
                rows, columns = np.nonzero(found)
                edges = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
                assert np.abs(np.subtract(edges, box)).max() <= 1.5
                assert (mask.bool().numpy() != found).mean() < 0.03
                seen += 1

    assert seen > 60


def test_half_of_the_images_are_mirrored(tmp_path):
    left, right = np.zeros((64, 64, 3), np.uint8), 0
    left[:, :8] = 255
    Image.fromarray(left).save(tmp_path / "0.png")
    Image.fromarray(left).save(tmp_path / "1.png")
    pictures = tuple(
        AnnotatedPicture(
            tmp_path / f"{i}.png", f"{i}.png", (64, 64), (Annotation(0, Box(0, 0, 8, 64)),)
        )
        for i in range(2)
    )
    source = open_annotated(DetectionSet(("a",), pictures), tmp_path / "c", 480, lambda *_: None)
    whole = replace(PLAIN, smallest=1.0, largest=1.0, batch=2)
    for step in range(50):
        for target in batches(source, whole).make(step).targets:
            right += int(target["boxes"][0, 0] > 40)

    assert 30 <= right <= 70


def test_an_object_that_is_mostly_cut_off_is_none(source):
    large = replace(PLAIN, smallest=3.0, largest=3.0, visible=0.9)
    whole = replace(PLAIN, smallest=0.9, largest=0.9, visible=0.9)

    def count(recipe):
        made = [batches(source, recipe).make(step) for step in range(5)]
        return sum(len(target["boxes"]) for batch in made for target in batch.targets)

    assert count(whole) == 40
    assert count(large) < 20


def test_a_batch_follows_from_its_step_and_process(source):
    def values(step, rank):
        return torch.stack(batches(source, rank=rank, processes=2).make(step).images)

    torch.testing.assert_close(values(3, 0), values(3, 0), rtol=0, atol=0)
    assert values(3, 0).shape == values(3, 1).shape
    assert not torch.equal(values(3, 0), values(3, 1))


def test_sets_are_drawn_by_their_size_and_masks_alone_in_a_quarter_of_the_steps(source):
    half = replace(source, pictures=source.pictures[: len(source) // 2])
    masks_alone = replace(source, pictures=source.pictures[:2], boxes=False, masks=True)
    chosen = DetectionBatches([source, half, masks_alone], replace(PLAIN, batch=1), 96, 1)
    made = [chosen.make(step) for step in range(400)]
    assert sum(not one.boxes for one in made) == pytest.approx(100, abs=30)
    sets = DetectionBatches([replace(source, masks=False), half], replace(PLAIN, batch=1), 96, 1)
    made = [sets.make(step) for step in range(300)]
    assert sum(one.masks for one in made) == pytest.approx(100, abs=30)


def test_a_batch_mixes_sets_that_teach_the_same(source):
    def empty(picture):
        return replace(picture, objects=())

    nothing = replace(source, pictures=tuple(map(empty, source.pictures[:4])))
    all_of_both = replace(PLAIN, batch=len(source) + 4)
    batch = DetectionBatches([source, nothing], all_of_both, 96, 0).make(0)
    assert len(batch.images) == len(source) + 4
    assert sum(len(one["boxes"]) == 0 for one in batch.targets) >= 4
    assert sum(len(one["boxes"]) > 0 for one in batch.targets) > len(source) / 2


def test_the_background_is_class_0_of_mask_r_cnn(source):
    labels = torch.cat([one["labels"] for one in batches(source, first=1).make(0).targets])

    assert set(labels.tolist()) == {1, 2}


def test_unreadable_images_are_left_out_and_listed(annotated, tmp_path):
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    picture = replace(annotated.pictures[0], path=broken, name="broken.png")
    some = replace(annotated, pictures=(picture, *annotated.pictures[:2]))

    found = open_annotated(some, tmp_path / "cache", 480, lambda *_: None)

    assert len(found) == 2
    assert len(found.left_out) == 1
    assert found.left_out[0].startswith("broken.png: ")
    with pytest.raises(FolderError, match="fewer than two annotated images"):
        open_annotated(replace(some, pictures=(picture,)), tmp_path / "c", 480, lambda *_: None)


def test_images_are_stored_no_larger_than_asked(annotated, tmp_path):
    found = open_annotated(annotated, tmp_path, 60, lambda *_: None)

    assert found.pixels(5).shape == (45, 60, 3)
    again = open_annotated(annotated, tmp_path, 60, lambda *_: pytest.fail("decoded twice"))
    np.testing.assert_array_equal(again.pixels(11), found.pixels(11))


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("frozen_stages", 5),
        ("backbone_rate", 0),
        ("attention", "uniform"),
        ("smallest", 2.0),
        ("colour", 1.0),
        ("batch", 0),
        ("precision", "float16"),
    ],
)
def test_recipes_are_checked_when_they_are_made(setting, value):
    with pytest.raises(ChoiceError, match=setting):
        DetectionRecipe(**{"name": "x", "steps": 1, setting: value})
