"""An occluded image as a figure and as tables of the predictions on it."""

import csv
import io
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from tests.figures.chinese import says_chinese
from transcnn import Classifier
from transcnn.analysis.occlusion import PatchDonors, occlude, run_occluded
from transcnn.assets import FOLDER
from transcnn.figures import sheet
from transcnn.figures.occlusion import answers_csv, cells_csv, occlusion_sheet
from transcnn.figures.scale import colours
from transcnn.pictures import decode, prepare
from transcnn.words.translator import translator

ENGLISH, CHINESE = translator("en"), translator("zh")
CELLS = [(0, 0), (2, 3), (6, 6)]


@pytest.fixture(scope="module")
def hiding():
    photos = [
        prepare(decode((FOLDER / "samples" / f"{name}.jpg").read_bytes()), 224)[0]
        for name in ("lion", "zebra")
    ]
    hidden = occlude(PatchDonors("zebra", 1, photos), CELLS, "patches", 0.4)
    return run_occluded(Classifier(), photos[1], hidden, CELLS)


def test_the_board_has_the_colours_of_the_shares_and_a_cross_on_what_is_occluded(hiding):
    figure = occlusion_sheet(ENGLISH, "transcnn_lite0", hiding, 2, 3, (4, 1))

    picture, board = figure.rows[0].maps
    reading = next(r for r in hiding.readings if (r.stage, r.block) == (2, 3))
    multiples = 49 * reading.weights[4 * 7 + 1].reshape(7, 7)
    assert np.array_equal(board.scale.colours(board.values), colours(multiples))
    assert {divmod(cell, 7) for cell in board.texts} == set(CELLS)
    assert (picture.boxes[0].top, picture.boxes[0].left) == (4 * 32, 32)


def test_the_figure_names_both_predictions(hiding):
    words = occlusion_sheet(ENGLISH, "transcnn_lite0", hiding, 0, 0, (3, 3)).rows[0].title

    for outcome in (hiding.with_attention, hiding.backbone):
        assert f"{outcome.top[0].name.label} {100 * outcome.top[0].probability:.1f} %" in words
    assert "3 of 49 grids occluded" in words
    says_chinese(occlusion_sheet(CHINESE, "transcnn_lite0", hiding, 0, 0, (3, 3)))


def test_the_figure_is_a_picture_in_both_formats(hiding):
    figure = occlusion_sheet(ENGLISH, "transcnn_lite0", hiding, 3, 0, (0, 0))

    assert sheet.png(figure).startswith(b"\x89PNG")
    drawing = ElementTree.fromstring(sheet.svg(figure))
    assert len(drawing.findall(".//{*}image")) == 3


def test_the_predictions_are_those_of_the_run(hiding):
    rows = list(csv.DictReader(io.StringIO(answers_csv(hiding))))

    assert len(rows) == 4 * 5
    occluded = [r for r in rows if (r["network"], r["image"]) == ("backbone", "occluded")]
    assert [int(r["index"]) for r in occluded] == [a.name.index for a in hiding.backbone.top]
    assert [float(r["probability"]) for r in occluded] == [
        a.probability for a in hiding.backbone.top
    ]


def test_the_cells_table_adds_up_to_what_is_said_of_each_block(hiding):
    rows = list(csv.DictReader(io.StringIO(cells_csv(hiding))))

    assert len(rows) == len(hiding.readings) * 49 * 49
    for reading in hiding.readings:
        mine = [
            r
            for r in rows
            if (int(r["stage (0-based)"]), int(r["block (0-based)"]))
            == (reading.stage, reading.block)
            and r["query occluded"] == "0"
        ]
        kept = sum(float(r["weight"]) for r in mine if r["occluded"] == "0") / 46
        assert kept == pytest.approx(reading.from_own, abs=1e-6)
