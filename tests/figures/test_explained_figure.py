"""Colours of maps: one scale a kind, zero in the middle, ends that are named."""

from types import SimpleNamespace

import numpy as np
import pytest

from tests.figures.chinese import says_chinese
from transcnn.explain import kinds
from transcnn.explain.attribution import Attribution
from transcnn.explain.names import METHODS
from transcnn.figures.explained import (
    SCALES,
    colour_scale,
    drawn_values,
    explained_sheet,
    value_bar,
)
from transcnn.figures.scale import LIGHT, stops
from transcnn.labels import class_names
from transcnn.words.translator import translator

ENGLISH = translator("en")
SIGNED = [kind for kind in kinds.KINDS if kind.signed]


def lightness(colour):
    return np.asarray(colour, float) @ (0.2126, 0.7152, 0.0722)


@pytest.mark.parametrize("kind", SIGNED, ids=lambda kind: kind.name)
def test_signed_values_diverge_about_a_true_zero(kind):
    end = SCALES[kind].end
    values = np.array([-9 * end, -end, -end / 50, 0, end / 50, end, 9 * end])

    drawn = colour_scale(kind).colours(values)

    table = stops(LIGHT)
    assert drawn[3].tolist() == table[len(table) // 2].tolist()
    assert drawn[0].tolist() == drawn[1].tolist() == table[0].tolist()  # beyond the end: the end
    assert drawn[5].tolist() == drawn[6].tolist() == table[-1].tolist()
    assert drawn[2][2] > drawn[2][0]  # against: blue
    assert drawn[4][0] > drawn[4][2]  # for: orange


@pytest.mark.parametrize("kind", kinds.KINDS, ids=lambda kind: kind.name)
def test_colours_of_larger_values_are_darker_and_never_turn(kind):
    values = np.linspace(0, SCALES[kind].end, 50) if kind in SCALES else np.geomspace(1, 16, 50)

    light = [lightness(colour) for colour in colour_scale(kind).colours(values)]

    assert all(np.diff(light) <= 0)
    assert light[0] - light[-1] > 100


@pytest.mark.parametrize("kind", list(SCALES), ids=lambda kind: kind.name)
def test_the_ticks_of_a_bar_stand_at_the_colours_of_their_values(kind):
    bar = value_bar(kind)

    at = np.linspace(0, len(bar.colours) - 1, len(bar.ticks)).round().astype(int)
    ticks = [float(tick.replace("−", "-")) for tick in bar.ticks]
    drawn = colour_scale(kind).colours(np.array(ticks))
    assert np.abs(drawn.astype(int) - bar.colours[at]).max() <= 4  # ticks have two figures
    assert ticks[-1] == SCALES[kind].end
    assert ticks[0] == (-SCALES[kind].end if kind.signed else 0)


def test_equal_values_have_equal_colours_whatever_else_is_on_the_map():
    few, many = np.array([[0.1, 0.2]]), np.array([[0.1, 40.0]])

    drawn = [
        colour_scale(kinds.LOGIT_DROPS).colours(values)[0, 0].tolist() for values in (few, many)
    ]

    assert drawn[0] == drawn[1]


def test_what_adds_up_is_drawn_for_the_area_that_it_covers():
    """The same amount in all, evenly spread, has the same colour on a fine board and a coarse."""
    for kind in (kinds.LOGIT_CONTRIBUTIONS, kinds.FEATURE_CONTRIBUTIONS):
        fine, coarse = (Attribution("a", kind, np.full((n, n), 6.0 / n**2)) for n in (224, 7))

        assert np.allclose(drawn_values(fine, 224), 0.06)
        assert drawn_values(fine, 224).shape == (28, 28)
        assert np.allclose(drawn_values(coarse, 224), 0.06)
        assert drawn_values(coarse, 224).shape == (7, 7)


def test_a_marked_pixel_is_drawn_in_the_cell_that_holds_it():
    values = np.zeros((128, 128))
    values[15, 40] = 1  # row 1, column 5 of 8-pixel cells

    drawn = drawn_values(Attribution("a", kinds.GRADIENTS, values), 128)

    assert np.argwhere(drawn).tolist() == [[1, 5]]
    assert drawn[1, 5] == pytest.approx(1 / 64)


def test_the_token_is_marked_on_the_picture_and_on_the_map():
    config = SimpleNamespace(name="net", map_size=lambda *_: (32, 32))
    names = class_names()[340], class_names()[388]
    subject = SimpleNamespace(
        classifier=SimpleNamespace(config=config, names=names),
        pixels=np.zeros((128, 128, 3), np.uint8),
        sides=(128, 128),
        target=SimpleNamespace(of=0, versus=1),
    )
    settings = {"stage": 0, "block": 0, "token": "1,5"}
    found = Attribution("rollout", kinds.TIMES_UNIFORM, np.ones((32, 32)), settings)

    drawn = explained_sheet(ENGLISH, subject, found)

    picture, shown = drawn.rows[0].maps
    mark = picture.boxes[0]
    assert (mark.top, mark.left, mark.rows, mark.columns) == (4, 20, 4, 4)
    mark = shown.boxes[0]  # 32 x 32 tokens in 16 x 16 cells
    assert (mark.top, mark.left, mark.rows, mark.columns) == (0.5, 2.5, 0.5, 0.5)
    assert drawn.title == f"net: {ENGLISH('explanations.method_rollout')}, independent of the class"
    assert drawn.rows[0].title == "stage 1; block 1; token: row 2, column 6"
    other = Attribution(
        "occlusion", kinds.LOGIT_DROPS, np.ones((8, 8)), {}, {"completeness_error": 0.25}
    )
    drawn = explained_sheet(ENGLISH, subject, other)
    assert drawn.title == "net: Occlusion for zebra vs. giant panda"
    assert drawn.rows[0].title == "completeness error 0.250"


@pytest.mark.parametrize("method", ["rollout", "occlusion"])
def test_the_figure_speaks_chinese(method):
    subject = SimpleNamespace(
        classifier=SimpleNamespace(
            config=SimpleNamespace(name="transcnn_net", map_size=lambda *_: (32, 32)),
            names=(class_names()[340], class_names()[388]),
        ),
        pixels=np.zeros((128, 128, 3), np.uint8),
        sides=(128, 128),
        target=SimpleNamespace(of=0, versus=1),
    )
    settings = {"stage": 0, "block": 0, "token": "1,5", "fill": "gray"}
    found = Attribution(
        method, METHODS[method].kind, np.ones((32, 32)), settings, {"explained_logit": 2.5}
    )

    says_chinese(explained_sheet(translator("zh"), subject, found))
