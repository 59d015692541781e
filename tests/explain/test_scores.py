"""Each score on its own: a linear model with a known answer, plain loops, captum as judge."""

import numpy as np
import pytest
import torch

from tests.explain.planted import SIZE, Planted, subject
from transcnn.explain.attribution import Attribution, Kind
from transcnn.explain.curves import deletion, insertion
from transcnn.explain.infidelity import infidelity, square_masks
from transcnn.explain.pairwise import agreement, pairwise
from transcnn.explain.patches import PatchMasker, order_of, patches_along, tied_share
from transcnn.explain.sensitivity import RADIUS, relative_changes, with_noise

WEIGHTS = np.random.default_rng(3).normal(size=64)


class Linear:
    """In place of a PatchMasker with 8 x 8 patches: masking a patch subtracts its weight."""

    side, count = 8, 64

    def logits(self, masks, *_):
        return (~masks) @ WEIGHTS


def test_patches_are_16_pixels_wide_for_both_included_networks():
    assert patches_along(224) == 14
    assert patches_along(128) == 8
    assert patches_along(100) == 6


def test_a_masked_patch_is_filled_at_its_position():
    """Row 1, column 5: a transposed mask would fill another patch."""
    image = subject()
    masks = np.zeros((8, 8), dtype=bool)
    masks[1, 5] = True

    changed = PatchMasker(image).image(masks.ravel(), "gray")

    where = np.argwhere((changed != image.pixels).any(-1))
    assert where.min(0).tolist() == [16, 80]
    assert where.max(0).tolist() == [31, 95]
    assert (changed[16:32, 80:96] == 127).all()


def test_blur_fills_with_the_same_region_without_detail():
    image = subject()
    masks = np.zeros(64, dtype=bool)
    masks[13] = True

    changed = PatchMasker(image).image(masks, "blur")

    assert changed[16:32, 80:96].std() < image.pixels[16:32, 80:96].std() / 4
    masks[:] = False
    assert (PatchMasker(image).image(masks, "blur") == image.pixels).all()


def test_logits_are_those_of_the_images_one_by_one_and_are_cached():
    classifier = Planted()
    image = subject(classifier=classifier)
    masker = PatchMasker(image)
    masks = np.random.default_rng(0).random((20, 64)) < 0.5

    values = masker.logits(np.concatenate([masks, masks]), "gray")

    alone = [image.values(masker.image(row, "gray")[None])[0] for row in masks]
    assert values == pytest.approx([*alone, *alone])
    assert classifier.runs == 20 + 20


@pytest.mark.parametrize("steps", [7, 8, 64])
def test_curves_of_a_linear_model_are_sums_by_plain_loops(steps):
    order = order_of(np.arange(64.0) % 13, np.random.default_rng(0))
    falling, rising = [], []
    for step in range(steps + 1):
        done = round(step * 64 / steps)
        falling.append(sum(WEIGHTS[patch] for patch in order[done:]))
        rising.append(sum(WEIGHTS[patch] for patch in order[:done]))

    assert deletion(Linear(), order, "gray", steps).values == pytest.approx(falling)
    assert insertion(Linear(), order, "gray", steps).values == pytest.approx(rising)


def test_area_is_the_mean_height():
    order = np.arange(64)
    curve = deletion(Linear(), order, "gray", 64)

    heights = [(curve.values[i] + curve.values[i + 1]) / 2 for i in range(64)]
    assert curve.area == pytest.approx(sum(heights) / 64)


def test_the_linear_model_itself_is_the_best_map_of_it():
    random = np.random.default_rng(0)
    masks = square_masks(8, 50, random)
    drops = masks @ WEIGHTS
    order = order_of(WEIGHTS, random)

    assert infidelity(masks @ WEIGHTS, drops) == pytest.approx(0)
    assert infidelity(masks @ -WEIGHTS, drops) == pytest.approx(2)
    assert infidelity(masks @ np.zeros(64), drops) == 1
    assert infidelity(masks @ WEIGHTS, 0 * drops) == 1
    assert pairwise(Linear(), WEIGHTS, order, "gray", 8) == pytest.approx(1)
    assert pairwise(Linear(), -WEIGHTS, order[::-1], "gray", 8) == pytest.approx(-1)
    others = [order_of(random.normal(size=64), random) for _ in range(50)]
    areas = [deletion(Linear(), other, "gray", 8).area for other in others]
    assert deletion(Linear(), order, "gray", 8).area < min(areas)


def test_pairs_are_weighted_by_their_difference_in_the_map():
    """Mean values 5, 3, 0 and logit drops 2, 4, 4: by plain loops."""
    claims, drops = [5.0, 3.0, 0.0], [2.0, 4.0, 4.0]
    right = total = 0.0
    for i in range(3):
        for j in range(i + 1, 3):
            claim = claims[i] - claims[j]
            loss = drops[i] - drops[j]
            total += abs(claim)
            right += claim * ((loss > 0) - (loss < 0))

    assert agreement(np.array(claims), np.array(drops)) == right / total == -0.7
    assert agreement(np.ones(3), np.array(drops)) == 0


def test_groups_of_the_pairwise_score_are_masked_alone_by_plain_loops():
    values = np.random.default_rng(5).normal(size=64)
    order = order_of(values, np.random.default_rng(0))
    claims = [sum(values[patch] for patch in order[8 * g : 8 * g + 8]) / 8 for g in range(8)]
    drops = [sum(WEIGHTS[patch] for patch in order[8 * g : 8 * g + 8]) / 8 for g in range(8)]

    assert pairwise(Linear(), values, order, "gray", 8) == pytest.approx(
        agreement(np.array(claims), np.array(drops)), abs=1e-6
    )


def test_infidelity_is_that_of_captum_without_the_scale():
    from captum.metrics import infidelity as of_captum

    random = np.random.default_rng(1)
    masks = square_masks(8, 40, random)
    squares = torch.tensor(np.square(np.arange(64.0)) / 1000)
    values = squares.numpy() + random.normal(size=64)

    def network(x):  # not linear, or the prediction would be exact
        return (x * squares).sum(1) ** 2 / 1000

    x = torch.ones(1, 64, dtype=torch.float64)
    rows = torch.tensor(masks).double()
    theirs = of_captum(
        network,
        lambda inputs: (rows, inputs * (1 - rows)),
        x,
        torch.tensor(values)[None],
        n_perturb_samples=40,
        normalize=True,
    )

    drops = (network(x) - network(x * (1 - rows))).numpy()
    predicted = masks @ values
    assert (predicted * drops).mean() > 0
    assert infidelity(predicted, drops) == pytest.approx(float(theirs) / np.square(drops).mean())


def test_masks_are_squares_of_a_quarter_to_half_the_side():
    sides = set()
    for mask in square_masks(14, 200, np.random.default_rng(0)).reshape(-1, 14, 14):
        rows, columns = mask.any(1).sum(), mask.any(0).sum()
        assert rows == columns
        assert mask.sum() == rows * columns
        sides.add(int(rows))

    assert sides == set(range(3, 8))


def test_sensitivity_is_that_of_captum():
    from captum.metrics import sensitivity_max

    random = np.random.default_rng(0)
    x = torch.tensor(random.normal(size=(1, 10)))
    noisy = x + torch.tensor(random.uniform(-0.02, 0.02, size=(4, 10)))

    def explain(inputs):  # captum hands over a tuple of inputs
        return tuple(values**2 + values.sin() for values in inputs)

    theirs = sensitivity_max(explain, x, perturb_func=lambda _: (noisy,), n_perturb_samples=4)

    mine = relative_changes(explain(x)[0].numpy(), explain((noisy,))[0].numpy())
    assert mine.max() == pytest.approx(float(theirs))


def test_noise_is_within_its_radius_and_within_colours():
    pixels = np.random.default_rng(0).integers(0, 256, (SIZE, SIZE, 3), dtype=np.uint8)
    noise = with_noise(pixels, np.random.default_rng(1)).astype(int) - pixels

    assert np.abs(noise).max() == RADIUS
    assert noise[(pixels > 5) & (pixels < 250)].mean() == pytest.approx(0, abs=0.05)


def test_ties_are_broken_at_random():
    values = np.array([1.0, 5.0, 1.0, 1.0, 5.0])

    orders = {tuple(order_of(values, np.random.default_rng(seed))) for seed in range(100)}

    assert len(orders) == 2 * 6
    assert all(set(order[:2]) == {1, 4} for order in orders)
    assert tied_share(values) == 1
    assert tied_share(np.array([1.0, 5.0, 1.0, 2.0])) == 0.5


def test_a_coarse_map_resampled_has_ties_that_rounding_does_not_break():
    coarse = np.random.default_rng(0).random((7, 7)) * 1e-3
    for adds_up in (False, True):
        fine = Attribution("coarse", Kind("", True, adds_up), coarse).on_cells(14, 14).ravel()

        assert tied_share(fine) == 1
        firsts = {order_of(fine, np.random.default_rng(seed))[0] for seed in range(40)}
        assert len(firsts) == 4
