"""A batch follows from the seed, the step and the process, and comes from one source."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from transcnn.training.batches import Batches, degrade
from transcnn.training.data import TrainingSource
from transcnn.training.recipe import Degraded, Mixture


def _same(a, b):
    return (a.clean == b.clean).all() and (a.seen.pixels == b.seen.pixels).all()


def test_a_step_has_the_same_batch_whenever_it_is_made(batches):
    first = batches.make(7)
    batches.make(8)
    assert _same(batches.make(7), first)


def test_steps_processes_and_seeds_have_different_batches(batches, small):
    first = batches.make(7)
    assert not _same(batches.make(8), first)
    assert not _same(replace(batches, rank=1).make(7), first)
    assert not _same(replace(batches, recipe=replace(small, seed=1)).make(7), first)


def test_processes_divide_the_images_of_a_step(batches, small):
    recipe = replace(small, batch=8)
    shares = [replace(batches, recipe=recipe, rank=rank, processes=2).make(0) for rank in (0, 1)]
    assert [len(share.clean) for share in shares] == [4, 4]
    assert len(replace(batches, recipe=recipe).make(0).clean) == 8


def test_image_sizes_follow_the_recipe(batches, small):
    growing = replace(batches, recipe=replace(small, sizes=((0.0, 64), (0.5, 96))))
    assert growing.make(3, progress=0.4).clean.shape[1:] == (64, 64, 3)
    assert growing.make(3, progress=0.5).clean.shape[1:] == (96, 96, 3)


def test_the_images_of_a_batch_come_from_one_source_and_each_source_equally_often(small):
    flat = [TrainingSource(Path(), np.full((6, 8, 8, 3), v, np.uint8), (), ()) for v in (10, 200)]
    batches = Batches(flat, replace(small, mixture=Mixture(1, 0, 0)), 32)
    values = [np.unique(batches.make(step).clean) for step in range(100)]
    assert all(len(v) == 1 for v in values)
    assert np.mean([v[0] == 10 for v in values]) == pytest.approx(0.5, abs=0.15)


def test_pictures_are_squares_out_of_the_stored_ones_and_sometimes_mirrored(small):
    ramp = np.broadcast_to(np.arange(100, dtype=np.uint8)[:, None, None], (4, 100, 100, 3)).copy()
    ramp[:, :, :, 0] = np.arange(100)[None, None, :]  # channel 0 grows along the row
    batches = Batches([TrainingSource(Path(), ramp, (), ())], replace(small, smallest_crop=0.5), 64)
    spans, mirrored = [], []
    for step in range(20):
        for picture in batches.make(step).clean.astype(int):
            spans.append(abs(picture[0, -1, 0] - picture[0, 0, 0]))
            mirrored.append(picture[0, -1, 0] < picture[0, 0, 0])
            assert picture[-1, 0, 1] > picture[0, 0, 1]  # never upside down
    assert 45 < min(spans) < 60
    assert 90 < max(spans) < 100
    assert 0.3 < np.mean(mirrored) < 0.7


def test_stretched_pictures_are_parts_of_other_shapes_within_the_stored_ones(small):
    ramp = np.zeros((4, 100, 100, 3), dtype=np.uint8)
    ramp[..., 0] = np.arange(100)[None, None, :]
    ramp[..., 1] = np.arange(100)[None, :, None]
    recipe = replace(small, smallest_crop=0.5, stretch=2.0, mixture=Mixture(1, 0, 0))
    batches = Batches([TrainingSource(Path(), ramp, (), ())], recipe, 64)
    ratios = []
    for step in range(30):
        for picture in batches.make(step).clean.astype(int):
            wide = abs(picture[0, -1, 0] - picture[0, 0, 0])
            ratios.append(wide / (picture[-1, 0, 1] - picture[0, 0, 1]))
    assert 0.45 < min(ratios) < 0.65
    assert 1.5 < max(ratios) < 2.2


def test_soft_targets_of_a_mixed_image_are_mixed_by_area(small):
    flat = np.repeat(np.arange(4, dtype=np.uint8) * 60, 64 * 64 * 3).reshape(4, 64, 64, 3)
    recipe = replace(small, mixture=Mixture(0, 0, 0, 0.3, 0.5, square=1))
    targets = [np.eye(4, dtype=np.float32)]
    batch = Batches([TrainingSource(Path(), flat, (), ())], recipe, 64, targets=targets).make(0)
    for picture, likely in zip(batch.seen.pixels, batch.targets, strict=True):
        shown = [(picture[..., 0] == value).mean() for value in (0, 60, 120, 180)]
        np.testing.assert_allclose(likely, shown, atol=1e-6)


def test_with_shares_a_batch_has_images_of_all_sources_in_these_fractions(small):
    flat = [TrainingSource(Path(), np.full((6, 8, 8, 3), v, np.uint8), (), ()) for v in (10, 200)]
    recipe = replace(small, mixture=Mixture(1, 0, 0), shares=(0.8, 0.2), batch=50)
    targets = [np.float32([[1, 0]] * 6), np.float32([[0, 1]] * 6)]
    made = [Batches(flat, recipe, 32, targets=targets).make(step) for step in range(20)]
    first = np.concatenate([batch.clean[:, 0, 0, 0] == 10 for batch in made])
    assert first.mean() == pytest.approx(0.8, abs=0.05)
    assert all(0 < (batch.clean[:, 0, 0, 0] == 10).mean() < 1 for batch in made)
    wanted = np.concatenate([batch.targets[:, 0] for batch in made])
    np.testing.assert_array_equal(wanted == 1, first)


def test_a_crop_larger_than_the_image_continues_as_its_mirror_image(small):
    """A ramp along the row: beyond its ends it turns round, and stays within its values."""
    ramp = np.broadcast_to(np.arange(100, dtype=np.uint8)[None, None, :, None], (4, 100, 100, 3))
    source = TrainingSource(Path(), ramp.copy(), (), ())
    recipe = replace(small, smallest_crop=1.0, largest_crop=2.0, mixture=Mixture(1, 0, 0))
    turned = []
    for step in range(10):
        for picture in Batches([source], recipe, 64).make(step).clean.astype(int):
            row = picture[32, :, 0]
            turns = (np.diff(np.sign(np.diff(row)[np.diff(row) != 0])) != 0).sum()
            turned.append(turns >= 1)
            assert row.max() - row.min() > 90, "the whole image is seen"
    assert np.mean(turned) > 0.8


def test_degraded_images_keep_their_size_and_lose_detail():
    r = np.random.Generator(np.random.PCG64(0))
    image = Image.fromarray(r.integers(0, 256, (64, 64, 3), dtype=np.uint8))
    untouched = degrade(image, Degraded(resized=0, jpeg=0), r)
    np.testing.assert_array_equal(np.asarray(untouched), np.asarray(image))
    for one in (Degraded(resized=1, smallest=0.5, jpeg=0), Degraded(resized=0, jpeg=1)):
        found = [np.asarray(degrade(image, one, r)) for _ in range(5)]
        assert all(values.shape == (64, 64, 3) for values in found)
        assert all((values != np.asarray(image)).any() for values in found)
    soft = np.asarray(degrade(image, Degraded(resized=1, smallest=0.3, jpeg=0), r)).astype(float)
    assert np.abs(np.diff(soft, axis=0)).mean() < np.abs(np.diff(image, axis=0)).mean()
