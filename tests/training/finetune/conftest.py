"""Folders of small images of own classes, and a small network to begin with."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from transcnn.checkpoints import create_model
from transcnn.checkpoints.description import Description
from transcnn.checkpoints.save import save_weights
from transcnn.training.finetune.images import own_images

NAMES = ("Katze", "狗", "école")
COLOURS = ((200, 40, 40), (40, 160, 60), (50, 60, 200))


def draw(path, colour, seed):
    """A noisy image of a colour; the same seed gives the same image."""
    r = np.random.default_rng(seed)
    values = np.array(colour) + r.normal(0, 30, (48, 56, 3))
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.uint8(np.clip(values, 0, 255))).save(path)


def draw_classes(folder, counts, colours=COLOURS):
    """A folder for each class; the images of all classes differ."""
    for c, (name, count) in enumerate(counts.items()):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for i in range(count):
            draw(folder / name / f"{i:02}.png", colours[c % len(colours)], 1000 * c + i)
    return folder


@pytest.fixture(scope="session")
def start(tmp_path_factory):
    """The weights of transcnn_nano for images of 64 pixels, which take a quarter of the time."""
    model = create_model("transcnn_nano", "shipped")
    config = replace(model.config, input=replace(model.config.input, size=64))
    path = tmp_path_factory.mktemp("start") / "start.safetensors"
    save_weights(model.state_dict(), path, Description(config))
    return path


@pytest.fixture(scope="session")
def separable(tmp_path_factory):
    """Three classes of different colours, with 20, 12 and 8 images."""
    folder = tmp_path_factory.mktemp("separable")
    return draw_classes(folder, dict(zip(NAMES, (20, 12, 8), strict=True)))


@pytest.fixture(scope="session")
def inseparable(tmp_path_factory):
    """Two classes of noise, of which nothing can be learned: a run has its whole length."""
    folder = tmp_path_factory.mktemp("inseparable")
    return draw_classes(folder, {"even": 20, "odd": 20}, [(128, 128, 128)])


@pytest.fixture
def found(tmp_path):
    """Finds the images of a folder as squares of 32 pixels."""
    return lambda folder, **more: own_images(
        folder, tmp_path / "cache", 32, lambda *_: None, **more
    )
