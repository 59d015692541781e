"""A folder of class folders with small pictures that differ, and a recipe for short runs."""

import sys

import numpy as np
import pytest
import torch
from PIL import Image

from transcnn.checkpoints import create_model
from transcnn.training.batches import Batches
from transcnn.training.data import open_source
from transcnn.training.recipe import Mixture, Recipe

# 96 pixels: a board of 3 x 3 cells. What is promised does not depend on the size.
SIZE = 96


@pytest.fixture(scope="session")
def photos(tmp_path_factory):
    """Two classes of 15 pictures each: stripes of two colours, at 100 x 120 pixels."""
    folder = tmp_path_factory.mktemp("photos")
    r = np.random.default_rng(5)
    for name in ("n01440764", "n02102040"):
        (folder / name).mkdir()
        for i in range(15):
            rows, columns = np.mgrid[0:100, 0:120]
            wave = np.sin((rows * r.normal() + columns * r.normal()) / 5)[..., None]
            colours = r.integers(0, 256, size=(2, 3))
            values = np.where(wave > 0, colours[0], colours[1]) + r.normal(0, 8, (100, 120, 3))
            picture = Image.fromarray(np.uint8(np.clip(values, 0, 255)))
            picture.save(folder / name / f"{i}.png")
    return folder


@pytest.fixture
def small():
    """The recipe of short runs: all objectives, pictures whole, gray and mixed."""
    return Recipe(
        name="small",
        model="transcnn_lite0",
        start="backbone",
        mixture=Mixture(whole=0.25, gray=0.25, cutmix=0.5),
        objectives={
            "stages": 0.3,
            "pooled": 1,
            "logits": 0.5,
            "whole": 1,
            "rows": 0.5,
            "own_cells": 1,
        },
        steps=4,
        batch=4,
        residual_drop=0.25,
    )


@pytest.fixture
def model():
    return create_model("transcnn_lite0", "shipped")


@pytest.fixture(scope="session")
def source(photos, tmp_path_factory):
    return open_source(photos, tmp_path_factory.mktemp("cache"), 256, lambda *_: None)


@pytest.fixture
def batches(source, small):
    return Batches([source], small, SIZE)


@pytest.fixture(scope="session")
def command():
    """Arguments of a process that is `python -m transcnn`, with the recipe `small` beside ours."""
    module = "tests.training.with_small_recipe"
    return lambda *arguments: [sys.executable, "-m", module, *map(str, arguments)]


@pytest.fixture(autouse=True)
def _one_thread():
    """Sums in one order, so that equal numbers are equal."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
