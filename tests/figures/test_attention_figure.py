"""An attention row as a figure: what its pixels say is what its numbers say."""

import io
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from PIL import Image

from tests.figures.chinese import says_chinese
from transcnn import Classifier
from transcnn.assets import FOLDER
from transcnn.figures import sheet
from transcnn.figures.attention import attention_sheet, level_map
from transcnn.figures.drawing import PAPER, map_shapes
from transcnn.figures.scale import colours
from transcnn.figures.sheet import GAP, HEAD, SIDE
from transcnn.pictures import Box, decode, prepare
from transcnn.trace.trace import Reading
from transcnn.words.translator import translator

ENGLISH, CHINESE = translator("en"), translator("zh")
TOP = GAP + HEAD + 2 * HEAD  # of the panels of the first row


@pytest.fixture(scope="module")
def zebra():
    """(pixels, trace) of a sample."""
    picture = decode((FOLDER / "samples" / "zebra.jpg").read_bytes())
    return prepare(picture, 224)[0], Classifier().trace(picture)


def drawn(zebra, *choice):
    """The figure as an array, and the readings that it is of."""
    pixels, trace = zebra
    image = Image.open(io.BytesIO(sheet.png(attention_sheet(ENGLISH, trace, pixels, *choice))))
    return np.asarray(image), trace.read(*choice[:3])


def panel(image, number):
    left = GAP + number * (SIDE + GAP)
    return image[TOP : TOP + SIDE, left : left + SIDE]


def test_the_figure_speaks_chinese(zebra):
    pixels, trace = zebra

    says_chinese(attention_sheet(CHINESE, trace, pixels, 0, 0, (18, 32), 1))


@pytest.mark.parametrize("head", [None, 1])
@pytest.mark.parametrize(
    ("stage", "token", "levels"),
    [(0, (18, 32), 2), (1, (0, 0), 2), (2, (13, 5), 2), (3, (3, 3), 1)],
)
def test_every_cell_has_the_colour_of_its_multiple_on_the_scale(zebra, stage, token, levels, head):
    image, readings = drawn(zebra, stage, 0, token, head)

    assert len(readings) == levels
    for i, reading in enumerate(readings):
        multiples = reading.multiple.mean(0) if head is None else reading.multiple[head]
        cell = SIDE / len(multiples)
        for row, column in np.ndindex(multiples.shape):
            middle = panel(image, i + 1)[round((row + 0.5) * cell), round((column + 0.5) * cell)]
            assert middle.tolist() == colours(multiples[row, column]).tolist()


def test_the_query_token_has_a_ring_in_its_map(zebra):
    image, readings = drawn(zebra, 0, 0, (18, 32))

    for i, reading in enumerate(readings):
        cell = SIDE / len(reading.valid)
        row, column = reading.own
        edge = panel(image, i + 1)[round(row * cell), round((column + 0.5) * cell)]
        assert edge.tolist() == [255, 255, 255]


def test_grid_and_token_are_framed_on_the_picture(zebra):
    pixels, trace = zebra

    cell, token = attention_sheet(ENGLISH, trace, pixels, 0, 0, (18, 32)).rows[0].maps[0].boxes

    # Token (18, 32) of 56 x 56 lies in the cell at row 2, column 4 of the board of 7 x 7.
    places = [(m.top, m.left, m.rows, m.columns) for m in (cell, token)]
    assert np.allclose(places, [(64, 128, 32, 32), (72, 128, 4, 4)], atol=1e-6)


def test_the_bar_shows_the_whole_scale(zebra):
    image, _ = drawn(zebra, 0, 0, (18, 32))

    bar = image[TOP + SIDE + 26, GAP : GAP + SIDE]

    ends = [colours(np.array(m)).tolist() for m in (1 / 16, 16)]
    assert [bar[0].tolist(), bar[-1].tolist()] == ends
    assert np.abs(bar[SIDE // 2].astype(int) - colours(np.array(1.0))).max() <= 8


def test_keys_beyond_the_map_stay_paper():
    """A grid of 3 x 3 at the corner of a map, of which 2 x 2 places exist."""
    valid = np.zeros((3, 3), bool)
    valid[:2, :2] = True
    probability = np.where(valid, 0.25, 0).astype(np.float32)[None]
    areas = tuple(
        tuple(Box(10 * c, 10 * r, 10 * c + 10, 10 * r + 10) for c in range(3)) for r in range(3)
    )
    reading = Reading(0, (1, 1), (0, 0), probability, probability * 4, valid, areas)

    picture, *_ = map_shapes(level_map(ENGLISH, "Level 1", reading), 0, 0, 3)
    found = picture.pixels

    for row, column in np.ndindex(3, 3):
        expected = colours(np.array(1.0)).tolist() if valid[row, column] else list(PAPER)
        assert found[row, column].tolist() == expected


def test_the_drawing_says_the_same_as_the_picture(zebra):
    pixels, trace = zebra
    figure = attention_sheet(ENGLISH, trace, pixels, 2, 1, (4, 9))

    image = Image.open(io.BytesIO(sheet.png(figure)))
    drawing = ElementTree.fromstring(sheet.svg(figure))

    assert drawing.attrib["viewBox"] == f"0 0 {image.width} {image.height}"
    assert len(drawing.findall(".//{*}image")) == 4  # the picture, two levels, the bar
    words = [text.text for text in drawing.findall(".//{*}text")]
    assert figure.title in words
    assert any(word.startswith("Level 2 (global): strongest ") for word in words)
