"""Own cells stay as they are; the others are gray or come from other pictures of the batch."""

import numpy as np
import pytest

from transcnn.training.corruptions import corrupt
from transcnn.training.recipe import Mixture

COUNT, SIDE = 8, 4


@pytest.fixture
def pixels():
    r = np.random.default_rng(0)
    return r.integers(0, 256, size=(COUNT, 32 * SIDE, 32 * SIDE, 3), dtype=np.uint8)


def _cell(picture, row, column):
    return picture[row * 32 : (row + 1) * 32, column * 32 : (column + 1) * 32]


def _cells(own):
    return np.argwhere(own).tolist(), np.argwhere(~own).tolist()


def test_whole_pictures_stay_whole(pixels):
    result = corrupt(pixels, Mixture(1, 0, 0), np.random.default_rng(1))
    np.testing.assert_array_equal(result.pixels, pixels)
    assert result.own.all()


@pytest.mark.parametrize("kind", ["gray", "cutmix"])
def test_own_cells_are_untouched_and_the_others_are_covered(pixels, kind):
    mixture = Mixture(0, float(kind == "gray"), float(kind == "cutmix"), least=0.25, most=0.5)
    result = corrupt(pixels, mixture, np.random.default_rng(2))
    givers = []
    for i in range(COUNT):
        own, covered = _cells(result.own[i])
        assert 0.25 * SIDE**2 <= len(covered) <= 0.5 * SIDE**2
        for place in own:
            np.testing.assert_array_equal(_cell(result.pixels[i], *place), _cell(pixels[i], *place))
        for place in covered:
            now = _cell(result.pixels[i], *place)
            if kind == "gray":
                assert (now == 127).all()
            else:
                same = [j for j in range(COUNT) if (now == _cell(pixels[j], *place)).all()]
                assert len(same) == 1
                assert same != [i]
                givers.append((i, same[0]))
    if kind == "cutmix":  # the patches do not form a second image
        assert len(set(givers)) > 2 * COUNT


def test_kinds_are_mixed_as_asked():
    pixels = np.zeros((1000, 64, 64, 3), np.uint8)
    result = corrupt(pixels, Mixture(0.3, 0.6, 0.1, 0.5, 0.5), np.random.default_rng(3))
    whole = result.own.all(axis=(1, 2)).mean()
    gray = (result.pixels == 127).any(axis=(1, 2, 3)).mean()
    assert whole == pytest.approx(0.3, abs=0.05)
    assert gray == pytest.approx(0.6, abs=0.05)


def test_a_square_comes_from_one_other_picture_and_the_rest_stays(pixels):
    mixture = Mixture(0, 0, 0, least=0.25, most=0.5, square=1)
    result = corrupt(pixels, mixture, np.random.default_rng(4))
    for i in range(COUNT):
        foreign = (result.pixels[i] != pixels[i]).any(-1)
        [giver] = set(np.flatnonzero(result.made_of[i])) - {i}
        np.testing.assert_array_equal(result.pixels[i][foreign], pixels[giver][foreign])
        rows, columns = np.nonzero(foreign)
        square = (np.ptp(rows) + 1) * (np.ptp(columns) + 1) / foreign.size
        assert 0.25 <= square <= 0.51
        assert result.made_of[i, giver] == pytest.approx(square, abs=1e-6)
        for row, column in np.argwhere(result.own[i]):
            assert not _cell(foreign, row, column).any()
        for row, column in np.argwhere(~result.own[i]):
            assert _cell(foreign, row, column).any()


@pytest.mark.parametrize("mixture", [Mixture(0.5, 0.5, 0), Mixture(0, 0, 1)], ids=str)
def test_what_a_picture_is_made_of_is_its_visible_area(pixels, mixture):
    result = corrupt(pixels, mixture, np.random.default_rng(5))
    np.testing.assert_allclose(result.made_of.sum(1), 1, rtol=1e-6)
    own = result.own.mean((1, 2)) if mixture.cutmix else np.ones(COUNT)
    np.testing.assert_allclose(np.diag(result.made_of), own, rtol=1e-6)
