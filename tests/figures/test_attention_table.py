"""The table of a reading holds every weight exactly."""

import csv
import io

import pytest

from transcnn import Classifier
from transcnn.assets import FOLDER
from transcnn.errors import ChoiceError
from transcnn.figures.attention_table import COLUMNS, attention_csv


@pytest.fixture(scope="module")
def trace():
    return Classifier().trace(FOLDER / "samples" / "zebra.jpg")


def test_every_weight_is_there_with_its_place(trace):
    rows = list(csv.DictReader(io.StringIO(attention_csv(trace, 0, 0, (18, 32)))))

    assert tuple(rows[0]) == COLUMNS
    readings = trace.read(0, 0, (18, 32))
    assert len(rows) == 3 * 64 + 3 * 49
    for row in rows:
        reading = readings[int(row["level (0-based)"])]
        y = int(row["row (0-based)"]) - reading.grid_origin[0]
        x = int(row["column (0-based)"]) - reading.grid_origin[1]
        head = int(row["head (0-based)"])
        edges = [float(row[f"{edge}_px"]) for edge in ("left", "top", "right", "bottom")]
        assert (row["stage (0-based)"], row["block (0-based)"]) == ("0", "0")
        assert (row["query row (0-based)"], row["query column (0-based)"]) == ("18", "32")
        assert float(row["weight"]) == reading.probability[head, y, x]
        assert float(row["times_uniform"]) == reading.multiple[head, y, x]
        assert tuple(edges) == reading.areas[y][x]


def test_the_weights_of_a_head_add_up_to_1(trace):
    rows = list(csv.DictReader(io.StringIO(attention_csv(trace, 1, 0, (27, 0)))))

    for level in ("0", "1"):
        for head in map(str, range(5)):
            mine = [
                row
                for row in rows
                if (row["level (0-based)"], row["head (0-based)"]) == (level, head)
            ]
            assert sum(float(row["weight"]) for row in mine) == pytest.approx(1, abs=1e-5)


def test_a_token_that_does_not_exist_is_refused(trace):
    with pytest.raises(ChoiceError, match="token is"):
        attention_csv(trace, 3, 0, (7, 0))
