"""`attention`: what a token attends to, as numbers, as a figure, in words; all of one trace."""

import json

import numpy as np
import pytest
from PIL import Image

from tests.cli.process import transcnn
from transcnn import Classifier
from transcnn.analysis.attention_row import row_facts
from transcnn.figures.scale import format_multiple

TOKEN = ("--stage", 0, "--block", 0, "--token", "18,32")


@pytest.fixture(scope="module")
def trace(zebra):
    return Classifier().trace(zebra)


@pytest.fixture(scope="module")
def numbers(zebra, tmp_path_factory):
    """One run with JSON and .npz: (JSON, arrays by name)."""
    file = tmp_path_factory.mktemp("out") / "reading.npz"
    done = transcnn("attention", zebra, *TOKEN, "--json", "--out", file)
    assert (done.returncode, done.stderr) == (0, "")
    with np.load(file) as arrays:
        return json.loads(done.stdout), dict(arrays)


def test_json_has_the_documented_keys(numbers):
    found, _ = numbers

    assert list(found) == ["model", "stage", "block", "token", "levels"]
    head = {key: found[key] for key in ("model", "stage", "block", "token")}
    assert head == {"model": "transcnn_lite0", "stage": 0, "block": 0, "token": [18, 32]}
    for level in found["levels"]:
        assert list(level) == ["level", "grid", "weights", "uniform"]
    assert [(level["level"], level["grid"]) for level in found["levels"]] == [(0, 8), (1, 7)]


def test_weights_are_heads_by_grid_by_grid_and_add_up_to_1(numbers):
    for level in numbers[0]["levels"]:
        weights = np.array(level["weights"])
        assert weights.shape == (3, level["grid"], level["grid"])
        assert weights.sum((1, 2)) == pytest.approx(1, abs=1e-5)
        assert (weights >= 0).all()
        assert level["uniform"] == 1 / level["grid"] ** 2


def test_weights_are_those_of_the_trace(numbers, trace):
    for level, reading in zip(numbers[0]["levels"], trace.read(0, 0, (18, 32)), strict=True):
        assert np.allclose(level["weights"], reading.probability, rtol=1e-4, atol=1e-7)


def test_npz_holds_the_same_numbers_and_the_areas_on_the_image(numbers, trace):
    found, arrays = numbers

    assert arrays["token"].tolist() == [18, 32]
    assert set(arrays) == {"token", "weights_0", "weights_1", "areas_0", "areas_1"}
    for level, reading in zip(found["levels"], trace.read(0, 0, (18, 32)), strict=True):
        weights, areas = (arrays[f"{name}_{level['level']}"] for name in ("weights", "areas"))
        assert np.array_equal(weights, np.array(level["weights"], weights.dtype))
        assert weights.dtype == np.float32
        assert areas.shape == (*weights.shape[1:], 4)  # left, top, right, bottom
        assert np.array_equal(areas, np.array(reading.areas))


def test_png_is_the_figure_and_the_text_has_its_facts(zebra, trace, tmp_path, called):
    code, out, err = called("attention", zebra, *TOKEN, "--out", tmp_path / "reading.png")

    readings = trace.read(0, 0, (18, 32))
    facts = [row_facts(r, 1) for r in readings]
    assert (code, err) == (0, "")
    with Image.open(tmp_path / "reading.png") as image:
        assert image.format == "PNG"
        assert image.width > 3 * image.height / 2  # the picture and two levels side by side
    lines = out.splitlines()
    assert len(lines) == 2
    for line, reading, fact in zip(lines, readings, facts, strict=True):
        row, column = np.add(reading.grid_origin, fact.strongest) + 1
        assert line == (
            f"Level {reading.level + 1} ({'global' if reading.level else 'local'}): "
            f"strongest weight on row {row}, column {column}, "
            f"{format_multiple(float(fact.multiple.max()))} uniform; "
            f"half of the attention falls on {fact.half} of {fact.tokens} tokens"
        )


def test_the_file_has_exactly_the_given_name(zebra, tmp_path, called):
    for name, start in [("A.NPZ", b"PK"), ("b.Png", b"\x89PNG"), ("c.svg", b"<svg")]:
        code, _, err = called("attention", zebra, *TOKEN, "--out", tmp_path / name)
        assert (code, err) == (0, "")
        assert (tmp_path / name).read_bytes().startswith(start)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["A.NPZ", "b.Png", "c.svg"]


@pytest.mark.parametrize(
    ("stage", "block", "token", "heads", "grids"),
    [(1, 0, "27,0", 5, [4, 7]), (2, 3, " 13 , 13 ", 7, [2, 7]), (3, 2, "0,6", 6, [7])],
)
def test_every_stage_works(called, zebra, trace, stage, block, token, heads, grids):
    code, out, err = called(
        "attention", zebra, "--stage", stage, "--block", block, "--token", token, "--json"
    )

    found = json.loads(out)
    assert (code, err) == (0, "")
    assert [level["grid"] for level in found["levels"]] == grids
    readings = trace.read(stage, block, tuple(found["token"]))
    for level, reading in zip(found["levels"], readings, strict=True):
        assert np.array(level["weights"]).shape[0] == heads
        assert np.allclose(level["weights"], reading.probability, rtol=1e-4, atol=1e-7)
