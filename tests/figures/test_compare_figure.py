"""Two attention rows as one figure and one table."""

import csv
import io
from dataclasses import replace

import pytest

from tests.figures.chinese import says_chinese
from transcnn import Classifier
from transcnn.figures.attention_table import attention_csv
from transcnn.figures.compare import Compared, compare_csv, compare_sheet
from transcnn.pictures import decode, prepare
from transcnn.pictures.samples import samples
from transcnn.words.translator import translator


@pytest.fixture(scope="module")
def compared():
    network, found = Classifier(), []
    for sample in samples()[:2]:
        picture = decode(sample.path.read_bytes())
        pixels, crop = prepare(picture, 224)
        trace = network.trace_pixels(pixels, crop)
        found.append(Compared(sample.name, "answer", pixels, trace, 1, 0, (3, 9), 2))
    return [*found, Compared("bare", "answer", found[0].pixels, None)]


def test_the_figure_has_a_row_for_each_and_says_where_there_is_no_attention(compared):
    rows = compare_sheet(translator("en"), compared).rows
    assert [len(row.maps) for row in rows] == [3, 3, 1]
    assert "stage 2, block 1, head 3, query token: row 4, column 10" in rows[1].title
    assert "H-MHSA removed, no attention" in rows[2].title
    assert not rows[2].bars
    named = [replace(one, name="A", prediction="") for one in compared]
    says_chinese(compare_sheet(translator("zh"), named))


def test_the_table_has_the_rows_of_both(compared):
    rows = list(csv.reader(io.StringIO(compare_csv(compared))))
    for one in compared[:2]:
        alone = list(csv.reader(io.StringIO(attention_csv(one.trace, 1, 0, (3, 9)))))
        assert [row[1:] for row in rows if row[0] == one.name] == alone[1:]
    assert rows[0][1:] == alone[0]
    assert len(rows) == 2 * len(alone) - 1
