"""A recipe that makes no sense is refused when it is made."""

from dataclasses import replace

import pytest

from transcnn.errors import ChoiceError
from transcnn.training.recipe import Degraded, Mixture
from transcnn.training.recipes import RECIPES, find_recipe


@pytest.mark.parametrize(
    "wrong",
    [
        {"steps": 0},
        {"batch": 1},
        {"learning_rate": 0.0},
        {"warm_up": 1.0},
        {"average": -0.1},
        {"residual_drop": 1.5},
        {"input_drop": 1.0},
        {"largest_crop": 0.5},
        {"shares": (0.5, 0.6)},
        {"shares": (1.5, -0.5)},
        {"init": "by hand"},
        {"cool_down": 0.0},
        {"cool_down": 0.99},
        {"smallest_crop": 0.0},
        {"store_px": -1},
        {"start": "elsewhere"},
        {"snapshots": (0.5, 1.5)},
        {"objectives": {}},
        {"objectives": {"kindness": 1.0}},
        {"clip": 0.0},
        {"sizes": ((0.0, 100),)},
        {"sizes": ((0.5, 224), (0.2, 192))},
        {"precision": "float16"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_wrong_value_is_named(small, wrong):
    with pytest.raises(ChoiceError, match=next(iter(wrong)).removesuffix("s")):
        replace(small, **wrong)


@pytest.mark.parametrize(
    "wrong",
    [(0.5, 0.5, 0.5), (1.5, -0.5, 0), (0.2, 0.3, 0.5, 0.6, 0.4), (0, 0, 1, 0, 1)],
)
def test_a_mixture_is_made_of_shares(wrong):
    with pytest.raises(ChoiceError, match="mixture"):
        Mixture(*wrong)


@pytest.mark.parametrize(
    "wrong",
    [{"resized": 1.1}, {"smallest": 0.0}, {"jpeg": -0.1}, {"quality": (90, 40)}],
    ids=lambda wrong: next(iter(wrong)),
)
def test_how_images_are_degraded_is_checked(wrong):
    with pytest.raises(ChoiceError, match=f"degraded.{next(iter(wrong))}"):
        Degraded(**wrong)


def test_the_size_is_the_last_one_whose_share_of_the_run_has_begun(small):
    growing = replace(small, sizes=((0.25, 96), (0.5, 160)))
    assert [growing.size(p, default=64) for p in (0, 0.25, 0.4, 0.5, 1)] == [64, 96, 96, 160, 160]
    assert small.size(0.5, default=64) == 64


def test_recipes_are_found_by_their_names():
    assert all(find_recipe(name).name == name for name in RECIPES)
    with pytest.raises(ChoiceError, match="lite0_continue"):
        find_recipe("lite9")
