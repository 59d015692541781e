"""A reading as a picture file: what its pixels say is what its numbers say."""

import numpy as np
import pytest
from PIL import Image

from transcnn import Classifier
from transcnn.analysis.reading import reading_facts
from transcnn.assets import FOLDER
from transcnn.figures.reading import HEAD, MARGIN, SIDE, draw_reading
from transcnn.figures.scale import LIGHT, colours, stops
from transcnn.pictures import Box, Crop, decode, prepare
from transcnn.trace.trace import Reading

TOP = MARGIN + HEAD
PAPER = (0xFB, 0xFA, 0xF7)


@pytest.fixture(scope="module")
def zebra():
    """(pixels, crop, trace) of a sample."""
    picture = decode((FOLDER / "samples" / "zebra.jpg").read_bytes())
    return *prepare(picture, 224), Classifier().trace(picture)


def drawn(zebra, stage, block, token):
    pixels, crop, trace = zebra
    readings = trace.read(stage, block, token)
    facts = [reading_facts(reading, 1) for reading in readings]
    return np.asarray(draw_reading(pixels, crop, readings, facts)), readings, facts


def corner(level):
    """Left and top of a level's map; the picture itself is in front of them."""
    return MARGIN + (level + 1) * (SIDE + MARGIN), TOP


def cell_centres(reading):
    side = SIDE // max(reading.valid.shape)
    left, top = corner(reading.level)
    for row, column in np.ndindex(reading.valid.shape):
        yield row, column, left + column * side + side // 2, top + row * side + side // 2


@pytest.mark.parametrize(
    ("stage", "token", "levels"),
    [(0, (18, 32), 2), (1, (0, 0), 2), (2, (13, 5), 2), (3, (3, 3), 1)],
)
def test_every_cell_has_the_colour_of_its_multiple_on_the_scale(zebra, stage, token, levels):
    sheet, readings, facts = drawn(zebra, stage, 0, token)

    assert len(readings) == levels
    assert sheet.shape[1] == MARGIN + (1 + levels) * (SIDE + MARGIN)
    for reading, fact in zip(readings, facts, strict=True):
        multiples = reading.multiple.mean(0)
        assert np.array_equal(multiples, fact.multiple)
        for row, column, x, y in cell_centres(reading):
            assert sheet[y, x].tolist() == colours(multiples[row, column]).tolist()


def test_the_asking_place_has_a_ring_in_its_map(zebra):
    sheet, readings, _ = drawn(zebra, 0, 0, (18, 32))

    for reading in readings:
        side = SIDE // len(reading.valid)
        left, top = corner(reading.level)
        row, column = reading.own
        assert sheet[top + row * side, left + column * side].tolist() == [255, 255, 255]
        inside = sheet[top + row * side + 3, left + column * side + 3]
        assert inside.tolist() == [0x14, 0x13, 0x0F]


def test_the_picture_is_the_crop_with_cell_and_token_framed(zebra):
    sheet, _, _ = drawn(zebra, 0, 0, (18, 32))
    panel = sheet[TOP : TOP + SIDE, MARGIN : MARGIN + SIDE]
    cell, token = SIDE // 7, SIDE // 56

    # Token (18, 32) of 56 x 56 lies in the cell at row 2, column 4 of the board of 7 x 7.
    for y in (2 * cell, 3 * cell):
        assert panel[y, 4 * cell + cell // 2].tolist() == [0x39, 0xD0, 0xC4]
    for x in (4 * cell, 5 * cell):
        assert panel[2 * cell + cell // 2, x].tolist() == [0x39, 0xD0, 0xC4]
    assert panel[18 * token, 32 * token].tolist() == [255, 255, 255]
    # Elsewhere it is the picture: shrunk again, the upper left quarter is as it was.
    quarter = Image.fromarray(panel[: 2 * cell - 4, : 2 * cell - 4]).resize((62, 62))
    difference = np.asarray(quarter).astype(int) - zebra[0][:62, :62]
    assert np.abs(difference).mean() < 6


def test_the_bar_shows_the_whole_scale(zebra):
    sheet, _, _ = drawn(zebra, 0, 0, (18, 32))
    left, top = MARGIN + SIDE + MARGIN, TOP + SIDE + MARGIN // 2 + 6

    bar = sheet[top, left : left + SIDE]

    assert bar[[0, -1]].tolist() == stops(LIGHT)[[0, -1]].tolist()
    assert np.array_equal(bar, colours(2.0 ** np.linspace(-4, 4, SIDE)))


def test_places_beyond_the_map_stay_paper():
    """A grid of 3 x 3 at the corner of a map, of which 2 x 2 places exist."""
    valid = np.zeros((3, 3), bool)
    valid[:2, :2] = True
    probability = np.where(valid, 0.25, 0).astype(np.float32)[None]
    areas = tuple(
        tuple(Box(10 * c, 10 * r, 10 * c + 10, 10 * r + 10) for c in range(3)) for r in range(3)
    )
    reading = Reading(0, (1, 1), (0, 0), probability, probability * 4, valid, areas)
    crop = Crop((20, 20), Box(0, 0, 20, 20), 20)

    sheet = np.asarray(
        draw_reading(np.zeros((20, 20, 3), np.uint8), crop, [reading], [reading_facts(reading, 10)])
    )

    for row, column, x, y in cell_centres(reading):
        expected = colours(np.array(1.0)).tolist() if valid[row, column] else list(PAPER)
        assert sheet[y, x].tolist() == expected


def test_the_same_reading_is_the_same_picture(zebra):
    first, second = (drawn(zebra, 2, 1, (4, 9))[0] for _ in range(2))

    assert np.array_equal(first, second)
