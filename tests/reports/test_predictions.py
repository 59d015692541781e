"""The export: everything that was measured, and enough to reckon the board's numbers again."""

import csv
import io
from collections import Counter

import pyarrow.parquet
import pytest

from tests.reports.conftest import EVIL
from transcnn.analysis.errors.derived import with_derived
from transcnn.analysis.errors.filters import parse_filter
from transcnn.analysis.errors.scores import accuracy, confusion
from transcnn.analysis.errors.survival import survival
from transcnn.analysis.errors.table import CASES
from transcnn.labels import Classes
from transcnn.reports.predictions import as_csv, as_parquet, columns

NAMES = Classes(10).names


@pytest.fixture(scope="module")
def table(run):
    return with_derived(run.table())


@pytest.fixture(scope="module")
def rows(table):
    """What somebody else reads, with the csv module alone."""
    return list(csv.DictReader(io.StringIO(as_csv(table, NAMES), newline="")))


def test_every_picture_is_a_row(rows, run):
    assert len(rows) == len({row["name"] for row in rows}) == 121
    assert {row["name"] for row in rows} == set(run.table().names)


def test_accuracy_is_that_of_three_lines_over_the_export(rows, table):
    right = [row for row in rows if row["answer"] in row["labels"].split("|")]

    assert accuracy(table).value == pytest.approx(len(right) / len(rows))
    assert [row["right"] == "True" for row in rows] == [row in right for row in rows]
    five = [
        row for row in rows if {row[f"top{k}"] for k in range(1, 6)} & set(row["labels"].split("|"))
    ]
    assert accuracy(table, 5).value == pytest.approx(len(five) / len(rows))


def test_confusions_are_those_of_a_count_over_the_export(rows, table):
    counted = Counter()
    for row in rows:
        labels = row["labels"].split("|")
        label = row["answer"] if row["answer"] in labels else labels[0]
        counted[int(label), int(row["answer"])] += 1

    found = confusion(table)

    assert counted == {
        (int(label), int(answer)): int(found.counts[i, j])
        for i, label in enumerate(found.labels)
        for j, answer in enumerate(found.predictions)
        if found.counts[i, j]
    }


def test_survival_is_that_of_a_count_over_the_export(rows, table):
    for found in survival(table):
        case, n = found.case, len(rows)
        same = sum(row[f"{case}_answer"] == row["answer"] for row in rows)
        right = {row["name"] for row in rows if row["answer"] in row["labels"].split("|")}
        there = {r["name"] for r in rows if r[f"{case}_answer"] in r["labels"].split("|")}
        gained = sum(
            float(row["on_right_probability"]) - float(row[f"{case}_right_probability"])
            for row in rows
        )
        assert found.unchanged.value == pytest.approx(same / n)
        assert found.accuracy.value == pytest.approx(len(there) / n)
        assert found.correct_only_on == len(right - there)
        assert found.correct_only_here == len(there - right)
        assert found.gained.value == pytest.approx(gained / n)


def test_parquet_is_the_same_table(rows, table):
    found = pyarrow.parquet.read_table(io.BytesIO(as_parquet(table, NAMES))).to_pydict()

    assert list(found) == list(rows[0])
    for name, values in found.items():
        assert [str(value) for value in values] == [row[name] for row in rows], name


def test_numbers_are_written_to_the_last_digit(rows, table):
    assert [float(row["confidence"]) for row in rows] == table.confidence.tolist()
    for name, values in table.features.items():
        assert [float(row[name]) for row in rows] == pytest.approx(values.tolist(), nan_ok=True)


def test_notes_tags_names_and_sources_come_along(rows):
    first, second, last = rows[0], rows[1], rows[-1]

    assert first["note"] == 'a note, with "quotes"\nand <lines>'
    assert second["tags"].split("|") == ["odd", "tag1"]
    assert (last["name"], last["source"]) == (EVIL, EVIL)
    assert last["labels"] == "3|4"
    assert last["label_names"] == "class 3|class 4"
    assert first["answer_name"] == f"class {first['answer']}"


def test_every_case_has_its_columns(rows):
    for case in CASES:
        assert {f"{case}_answer", f"{case}_right_probability", f"{case}_right_rank"} <= set(rows[0])
    assert all(row["on_answer"] == row["answer"] == row["top1"] for row in rows)
    assert {"entropy", "similarity", "cluster", "brightness"} <= set(rows[0])


def test_a_part_of_a_run_is_exported_alone(table):
    chosen = table.take(parse_filter("right:no").chosen(table))

    found = columns(chosen, NAMES)

    assert set(found["right"]) == {False}
    assert {len(values) for values in found.values()} == {len(chosen)}


def test_nothing_is_a_table_without_rows(empty_run):
    table = empty_run.table()

    assert len(as_csv(table, NAMES).splitlines()) == 1
    assert pyarrow.parquet.read_table(io.BytesIO(as_parquet(table, NAMES))).num_rows == 0
