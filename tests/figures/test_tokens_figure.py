"""The tokens as a figure, a table and a packet say what the analysis says."""

import csv
import io
import json
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from tests.figures.chinese import says_chinese
from transcnn import Classifier
from transcnn.analysis.added import added_terms, output_weights
from transcnn.analysis.tokens import cosines, fit_colours, merges, nearest, token_norms
from transcnn.assets import FOLDER
from transcnn.figures.scale import LIGHT, NORM_TOP, norm_colours, stops
from transcnn.figures.tokens import COLUMNS, TokensFigure
from transcnn.pictures import decode, prepare
from transcnn.ui.components.packets.tokens import tokens_packet
from transcnn.words.translator import translator


@pytest.fixture(scope="module")
def classifier():
    return Classifier()


@pytest.fixture(scope="module")
def pixels():
    picture = decode((FOLDER / "samples" / "zebra.jpg").read_bytes())
    return prepare(picture, 224)[0]


@pytest.fixture(scope="module")
def trace(classifier):
    return classifier.trace(FOLDER / "samples" / "zebra.jpg")


@pytest.fixture(scope="module")
def added(classifier, trace):
    return [
        added_terms(b, output_weights(classifier.model, b.stage, b.block)) for b in trace.blocks
    ]


@pytest.fixture(scope="module")
def figure(trace, added):
    """The first block; in front level 1 with the token that holds (18, 32)."""
    return TokensFigure(translator("en"), trace, trace.blocks[0], added[0], 1, (18, 32))


def test_the_table_has_every_number_of_the_figure(figure):
    rows = list(csv.DictReader(io.StringIO(figure.csv())))
    block, (merge,) = figure.block, merges(figure.block)

    assert tuple(rows[0]) == COLUMNS
    kinds = [(row["map"], row["level (0-based)"]) for row in rows]
    assert [kinds.count(kind) for kind in dict.fromkeys(kinds)] == [
        *(56 * 56, 49, 49, 49),
        *(56 * 56, 56 * 56, 56 * 56),
    ]
    likeness = cosines(block.levels[1].tokens_in, (2, 4))
    norms = [token_norms(level.tokens_in) for level in block.levels]
    fitted = fit_colours([level.tokens_in for level in block.levels])
    for row in rows:
        if row["map"] != "tokens":
            assert row["cosine"] == row["maxima_times_uniform"] == ""
            continue
        level, place = (
            int(row["level (0-based)"]),
            (int(row["row (0-based)"]), int(row["column (0-based)"])),
        )
        assert float(row["norm"]) == float(norms[level][place])
        rgb = [int(row[name]) for name in ("red", "green", "blue")]
        if place[0] == 3:
            assert rgb == fitted(block.levels[level].tokens_in)[place].tolist()
        if level == 1:
            assert float(row["cosine"]) == likeness[place]
            assert row["maxima_times_uniform"] == ""
        else:
            assert row["cosine"] == ""
            assert float(row["maxima_times_uniform"]) == pytest.approx(64 * merge.won[place])


def test_the_sheet_marks_the_same_part_on_every_map(figure, pixels):
    sheet = figure.sheet(pixels)

    for row in sheet.rows:
        for drawn in row.maps:
            for mark in drawn.boxes:
                shape = np.array([drawn.rows, drawn.columns])
                assert (np.array([mark.top, mark.left]) / shape).tolist() == [2 / 7, 4 / 7]
                assert (np.array([mark.rows, mark.columns]) / shape).tolist() == [1 / 7, 1 / 7]
    labels = {text: divmod(cell, 7) for cell, text in sheet.rows[0].maps[2].texts.items()}
    found = nearest(figure.block.levels[1].tokens_in, (2, 4), 5)
    assert labels == {str(i + 1): near.token for i, near in enumerate(found)}


@pytest.mark.parametrize("number", [0, 8], ids=["two levels", "one level"])
def test_the_figure_is_a_picture_in_both_formats(trace, added, pixels, number):
    figure = TokensFigure(translator("en"), trace, trace.blocks[number], added[number], 0, (3, 5))

    image = Image.open(io.BytesIO(figure.png(pixels)))
    drawing = ElementTree.fromstring(figure.svg(pixels))

    assert drawing.attrib["viewBox"] == f"0 0 {image.width} {image.height}"
    panels = sum(len(row.maps) + len(row.bars) for row in figure.sheet(pixels).rows)
    assert len(drawing.findall(".//{*}image")) == panels
    says_chinese(replace(figure, t=translator("zh")).sheet(pixels))
    assert "token: row 4, column 6" in drawing.find("{*}title").text


def test_the_colours_of_the_drawn_figure_are_those_of_the_tokens(figure, pixels):
    """Read back from the pixels: the middle of the token (6, 2) of level 1."""
    image = Image.open(io.BytesIO(figure.png(pixels)))
    shown = figure.sheet(pixels).rows[0].maps[2]
    assert shown.name == "Level 2 (global): 7 × 7"
    left, top = 28 + 2 * (264 + 28), 28 + 26 + 2 * 26
    cell = 264 / 7

    drawn = image.getpixel((round(left + 2.5 * cell), round(top + 6.5 * cell)))

    assert drawn == tuple(shown.image[6, 2].tolist())


def test_norms_go_from_the_middle_of_the_ramp_to_its_warm_end():
    drawn = norm_colours(np.array([0, NORM_TOP / 2, NORM_TOP, 9 * NORM_TOP]))

    assert drawn.tolist() == [stops(LIGHT)[k].tolist() for k in (16, 24, 32, 32)]


def unpacked(packet):
    """Header and arrays by name, read as the browser does."""
    length = int.from_bytes(packet[:4], "little")
    header = json.loads(packet[4 : 4 + length])
    arrays, at = {}, 4 + length
    for entry in header["arrays"]:
        assert (at - 4 - length) % 4 == 0, "a browser reads floats at multiples of 4 only"
        size = int(np.prod(entry["shape"]))
        found = np.frombuffer(packet, "<" + entry["type"], size, at)
        arrays[entry["name"]] = found.reshape(entry["shape"])
        at += -(-found.nbytes // 4) * 4
    assert at == len(packet)
    return header, arrays


def test_every_number_of_the_packet_is_that_of_the_analysis(trace, added):
    header, arrays = unpacked(tokens_packet("key", trace, added))

    assert (header["kind"], header["key"], header["norm_top"]) == ("tokens", "key", NORM_TOP)
    for number, (block, terms) in enumerate(zip(trace.blocks, added, strict=True)):
        facts = header["blocks"][number]
        fitted = fit_colours([level.tokens_in for level in block.levels])
        put_back = fit_colours([*terms.terms, block.added])
        assert facts["width"] == block.width
        assert facts["shares"]["tokens"] == fitted.share.tolist()
        assert facts["shares"]["added"] == put_back.share.tolist()
        assert facts["added_difference"] == terms.difference
        assert facts["merge_differences"] == [0] * (len(block.levels) - 1)
        maps = {f"tokens/{level.level}": (level.tokens_in, fitted) for level in block.levels}
        for merge in merges(block):
            maps[f"max/{merge.level}"] = (merge.largest, fitted)
            maps[f"avg/{merge.level}"] = (merge.average, fitted)
            winner = arrays[f"{number}/argmax/{merge.level}"]
            np.testing.assert_array_equal(winner, merge.winner.reshape(block.width, -1).T)
            won = arrays[f"{number}/maxima/{merge.level}"]
            np.testing.assert_allclose(won, (merge.won / merge.uniform).ravel(), rtol=1e-6)
        for name, (tokens, _) in maps.items():
            vectors = arrays[f"{number}/vectors/{name}"]
            np.testing.assert_array_equal(vectors, tokens.reshape(block.width, -1).T)
        maps |= {f"term/{i}": (term, put_back) for i, term in enumerate(terms.terms)}
        maps["added"] = (block.added, put_back)
        for name, (tokens, colours) in maps.items():
            norms = arrays[f"{number}/norm/{name}"]
            np.testing.assert_array_equal(norms, token_norms(tokens).ravel())
            rgb = arrays[f"{number}/rgb/{name}"]
            np.testing.assert_array_equal(rgb, colours(tokens).reshape(-1, 3))
