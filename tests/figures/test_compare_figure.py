"""Two readings as one figure and one table."""

import csv
import io
import re

import pytest

from transcnn import Classifier
from transcnn.figures.attention_table import reading_csv
from transcnn.figures.compare import Compared, compare_csv, compare_sheet
from transcnn.pictures import decode, prepare
from transcnn.pictures.samples import samples


@pytest.fixture(scope="module")
def compared():
    network, found = Classifier(), []
    for sample in samples()[:2]:
        picture = decode(sample.path.read_bytes())
        pixels, crop = prepare(picture, 224)
        trace = network.trace_pixels(pixels, crop)
        found.append(Compared(sample.name, "answer", pixels, trace, 1, 0, (3, 9), 2))
    return [*found, Compared("bare", "answer", found[0].pixels, None)]


def test_the_figure_has_a_row_for_each_and_says_where_nothing_is_read(compared):
    rows = compare_sheet(compared).rows
    assert [len(row.panels) for row in rows] == [3, 3, 1]
    assert "stage 1, block 0, head 2: token 3,9" in rows[1].title
    assert re.search("nothing is read", rows[2].title)
    assert not rows[2].bars


def test_the_table_has_the_rows_of_both_readings(compared):
    rows = list(csv.reader(io.StringIO(compare_csv(compared))))
    for one in compared[:2]:
        alone = list(csv.reader(io.StringIO(reading_csv(one.trace, 1, 0, (3, 9)))))
        assert [row[1:] for row in rows if row[0] == one.name] == alone[1:]
    assert rows[0][1:] == alone[0]
    assert len(rows) == 2 * len(alone) - 1
