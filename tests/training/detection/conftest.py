"""Annotated images of coloured rectangles on gray, and a detector that is small enough to train."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from transcnn.checkpoints import create_model
from transcnn.detection.network import make_detector
from transcnn.detection.objects import AnnotatedPicture, Annotation, DetectionSet, Mask
from transcnn.detection.presets import detector
from transcnn.pictures.geometry import Box
from transcnn.training.detection.source import open_annotated

CLASSES = ("red", "blue")
COLOURS = ((220, 30, 30), (30, 30, 220))
SIZE = 96


@pytest.fixture(scope="session")
def annotated(tmp_path_factory):
    """Twelve images of 120 x 90 pixels with one rectangle each, with box and mask."""
    folder = tmp_path_factory.mktemp("annotated")
    r = np.random.default_rng(7)
    pictures = []
    for i in range(12):
        values = np.full((90, 120, 3), 128, dtype=np.uint8)
        left, top = int(r.integers(0, 60)), int(r.integers(0, 40))
        right, bottom = left + int(r.integers(30, 60)), top + int(r.integers(25, 50))
        values[top:bottom, left:right] = COLOURS[i % 2]
        Image.fromarray(values).save(folder / f"{i}.png")
        pixels = np.zeros((90, 120), dtype=bool)
        pixels[top:bottom, left:right] = True
        found = Annotation(i % 2, Box(left, top, right, bottom), Mask.of(pixels))
        pictures.append(AnnotatedPicture(folder / f"{i}.png", f"{i}.png", (120, 90), (found,)))
    return DetectionSet(CLASSES, tuple(pictures))


@pytest.fixture(scope="session")
def source(annotated, tmp_path_factory):
    cache = tmp_path_factory.mktemp("cache")
    return open_annotated(annotated, cache, 480, lambda *_: None, masks=True)


def small(kind="retinanet"):
    """The configuration of a detector of 96 pixels on transcnn_nano."""
    made = detector(f"{kind}_transcnn_nano").with_classes(CLASSES)
    sizes = ((16, 24), (32, 48), (64, 90)) if kind == "retinanet" else ((20,), (40,), (80,))
    return replace(made, shorter=SIZE, longer=SIZE, anchors=sizes)


def small_network(config):
    torch.manual_seed(3)
    return make_detector(config, create_model(config.backbone, "shipped"))
