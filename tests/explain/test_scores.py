"""Each score on its own: a linear model with a known answer, plain loops, captum as judge."""

import numpy as np
import pytest
import torch

from tests.explain.planted import SIZE, Planted, subject
from transcnn.explain.attribution import Attribution, Kind
from transcnn.explain.curves import deletion, insertion
from transcnn.explain.infidelity import draw_holes, infidelity
from transcnn.explain.pairwise import agreement, pairwise
from transcnn.explain.patches import Board, board_side, order_of, tied_share
from transcnn.explain.sensitivity import RADIUS, changes, with_noise

LINEAR_CELLS = np.random.default_rng(3).normal(size=64)


class Linear:
    """In place of a Board of 8 x 8 cells: a cell that is hidden takes its own number away."""

    side, cells = 8, 64

    def values(self, hidden, *_):
        return (~hidden) @ LINEAR_CELLS


def test_cells_have_16_pixels_on_both_networks_that_ship():
    assert board_side(224) == 14
    assert board_side(128) == 8
    assert board_side(100) == 6


def test_a_marked_cell_is_hidden_where_it_is():
    """Row 1, column 5: a board turned round would hide another place."""
    picture = subject()
    hidden = np.zeros((8, 8), dtype=bool)
    hidden[1, 5] = True

    changed = Board(picture).picture(hidden.ravel(), "gray")

    where = np.argwhere((changed != picture.pixels).any(-1))
    assert where.min(0).tolist() == [16, 80]
    assert where.max(0).tolist() == [31, 95]
    assert (changed[16:32, 80:96] == 127).all()


def test_blur_hides_with_the_same_place_without_detail():
    picture = subject()
    hidden = np.zeros(64, dtype=bool)
    hidden[13] = True

    changed = Board(picture).picture(hidden, "blur")

    assert changed[16:32, 80:96].std() < picture.pixels[16:32, 80:96].std() / 4
    hidden[:] = False
    assert (Board(picture).picture(hidden, "blur") == picture.pixels).all()


def test_values_are_those_of_the_pictures_one_by_one_and_are_asked_once():
    classifier = Planted()
    picture = subject(classifier=classifier)
    board = Board(picture)
    hidden = np.random.default_rng(0).random((20, 64)) < 0.5

    values = board.values(np.concatenate([hidden, hidden]), "gray")

    alone = [picture.values(board.picture(row, "gray")[None])[0] for row in hidden]
    assert values == pytest.approx([*alone, *alone])
    assert classifier.runs == 20 + 20


@pytest.mark.parametrize("steps", [7, 8, 64])
def test_curves_of_a_linear_model_are_sums_by_plain_loops(steps):
    order = order_of(np.arange(64.0) % 13, np.random.default_rng(0))
    falling, rising = [], []
    for step in range(steps + 1):
        done = round(step * 64 / steps)
        falling.append(sum(LINEAR_CELLS[cell] for cell in order[done:]))
        rising.append(sum(LINEAR_CELLS[cell] for cell in order[:done]))

    assert deletion(Linear(), order, "gray", steps).values == pytest.approx(falling)
    assert insertion(Linear(), order, "gray", steps).values == pytest.approx(rising)


def test_area_is_the_mean_height():
    order = np.arange(64)
    curve = deletion(Linear(), order, "gray", 64)

    heights = [(curve.values[i] + curve.values[i + 1]) / 2 for i in range(64)]
    assert curve.area == pytest.approx(sum(heights) / 64)


def test_the_linear_model_itself_is_the_best_map_of_it():
    random = np.random.default_rng(0)
    holes = draw_holes(8, 50, random)
    lost = holes @ LINEAR_CELLS
    order = order_of(LINEAR_CELLS, random)

    assert infidelity(holes @ LINEAR_CELLS, lost) == pytest.approx(0)
    assert infidelity(holes @ -LINEAR_CELLS, lost) == pytest.approx(2)
    assert infidelity(holes @ np.zeros(64), lost) == 1
    assert infidelity(holes @ LINEAR_CELLS, 0 * lost) == 1
    assert pairwise(Linear(), LINEAR_CELLS, order, "gray", 8) == pytest.approx(1)
    assert pairwise(Linear(), -LINEAR_CELLS, order[::-1], "gray", 8) == pytest.approx(-1)
    others = [order_of(random.normal(size=64), random) for _ in range(50)]
    areas = [deletion(Linear(), other, "gray", 8).area for other in others]
    assert deletion(Linear(), order, "gray", 8).area < min(areas)


def test_pairs_are_weighed_by_what_the_map_claims():
    """Three groups claimed 5, 3, 0 that lose 2, 4, 4: by plain loops."""
    claims, losses = [5.0, 3.0, 0.0], [2.0, 4.0, 4.0]
    right = total = 0.0
    for i in range(3):
        for j in range(i + 1, 3):
            claim = claims[i] - claims[j]
            loss = losses[i] - losses[j]
            total += abs(claim)
            right += claim * ((loss > 0) - (loss < 0))

    assert agreement(np.array(claims), np.array(losses)) == right / total == -0.7
    assert agreement(np.ones(3), np.array(losses)) == 0


def test_groups_of_the_pairwise_score_are_hidden_alone_by_plain_loops():
    values = np.random.default_rng(5).normal(size=64)
    order = order_of(values, np.random.default_rng(0))
    claims = [sum(values[cell] for cell in order[8 * g : 8 * g + 8]) / 8 for g in range(8)]
    losses = [sum(LINEAR_CELLS[cell] for cell in order[8 * g : 8 * g + 8]) / 8 for g in range(8)]

    assert pairwise(Linear(), values, order, "gray", 8) == pytest.approx(
        agreement(np.array(claims), np.array(losses)), abs=1e-6
    )


def test_infidelity_is_that_of_captum_less_the_scale():
    from captum.metrics import infidelity as of_captum

    random = np.random.default_rng(1)
    holes = draw_holes(8, 40, random)
    squares = torch.tensor(np.square(np.arange(64.0)) / 1000)
    values = squares.numpy() + random.normal(size=64)

    def network(x):  # not linear, or nothing would be left to foretell
        return (x * squares).sum(1) ** 2 / 1000

    x = torch.ones(1, 64, dtype=torch.float64)
    rows = torch.tensor(holes).double()
    theirs = of_captum(
        network,
        lambda inputs: (rows, inputs * (1 - rows)),
        x,
        torch.tensor(values)[None],
        n_perturb_samples=40,
        normalize=True,
    )

    lost = (network(x) - network(x * (1 - rows))).numpy()
    foretold = holes @ values
    assert (foretold * lost).mean() > 0
    assert infidelity(foretold, lost) == pytest.approx(float(theirs) / np.square(lost).mean())


def test_holes_are_squares_inside_the_board_of_a_quarter_to_half_its_side():
    sides = set()
    for hole in draw_holes(14, 200, np.random.default_rng(0)).reshape(-1, 14, 14):
        rows, columns = hole.any(1).sum(), hole.any(0).sum()
        assert rows == columns
        assert hole.sum() == rows * columns
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

    mine = changes(explain(x)[0].numpy(), explain((noisy,))[0].numpy())
    assert mine.max() == pytest.approx(float(theirs))


def test_noise_is_within_its_radius_and_within_colours():
    pixels = np.random.default_rng(0).integers(0, 256, (SIZE, SIZE, 3), dtype=np.uint8)
    noise = with_noise(pixels, np.random.default_rng(1)).astype(int) - pixels

    assert np.abs(noise).max() == RADIUS
    assert noise[(pixels > 5) & (pixels < 250)].mean() == pytest.approx(0, abs=0.05)


def test_equal_values_are_taken_in_an_order_drawn_by_lot():
    values = np.array([1.0, 5.0, 1.0, 1.0, 5.0])

    orders = {tuple(order_of(values, np.random.default_rng(seed))) for seed in range(100)}

    assert len(orders) == 2 * 6
    assert all(set(order[:2]) == {1, 4} for order in orders)
    assert tied_share(values) == 1
    assert tied_share(np.array([1.0, 5.0, 1.0, 2.0])) == 0.5


def test_a_coarse_map_on_a_finer_board_has_ties_that_rounding_does_not_break():
    coarse = np.random.default_rng(0).random((7, 7)) * 1e-3
    for adds_up in (False, True):
        fine = Attribution("coarse", Kind("", True, adds_up), coarse).on_cells(14, 14).ravel()

        assert tied_share(fine) == 1
        firsts = {order_of(fine, np.random.default_rng(seed))[0] for seed in range(40)}
        assert len(firsts) == 4
