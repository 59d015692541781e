"""A network of all classes tells whether a picture shows one of a few."""

import numpy as np
import pytest

from transcnn import Classifier
from transcnn.analysis.belonging import belonging
from transcnn.assets import FOLDER
from transcnn.pictures import decode, prepare


@pytest.fixture(scope="module")
def judge():
    return Classifier()


def test_a_picture_belongs_where_its_class_is_among_the_few(judge):
    pixels, _ = prepare(decode((FOLDER / "samples" / "zebra.jpg").read_bytes()), 224)
    inside, outside = belonging(judge, pixels, (0, 340)), belonging(judge, pixels, (0, 217))
    assert inside.likeliest.name.label == outside.likeliest.name.label == "zebra"
    assert not inside.outside
    assert outside.outside
    assert inside.share == pytest.approx(inside.likeliest.probability, abs=0.01)


def test_the_share_is_what_the_few_have_of_the_probability(judge):
    pixels = np.random.default_rng(0).integers(0, 256, (224, 224, 3), dtype=np.uint8)
    halves = [belonging(judge, pixels, range(start, 1000, 2)).share for start in (0, 1)]
    assert sum(halves) == pytest.approx(1, abs=1e-5)
