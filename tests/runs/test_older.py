"""A run that the version before stored still opens, and what people added to it is there.

tests/golden/older/run.sqlite was written by commit 3da9aa1: six small photos and a file that is no
image, classified by transcnn_nano; a note, a tag and a saved slice.
"""

import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.golden import OLDER
from transcnn.analysis.errors.derived import with_derived
from transcnn.analysis.errors.filters import parse_filter
from transcnn.analysis.errors.scores import accuracy
from transcnn.analysis.errors.survival import survival
from transcnn.analysis.errors.table import CASES
from transcnn.runs.run_file import RunProgress
from transcnn.runs.store import open_run


@pytest.fixture
def older(tmp_path):
    return open_run(Path(shutil.copy(OLDER / "run.sqlite", tmp_path)))


def test_a_run_of_the_version_before_has_all_of_its_columns(older):
    table = with_derived(older.table())

    assert older.progress() == RunProgress(7, 7)
    assert older.settings.model == table.model == "transcnn_nano"
    assert [b.name for b in older.broken()] == ["broken.jpg"]
    assert table.predicted.tolist() == [217, 217, 0, 566, 217, 217]
    assert tuple(table.cases) == CASES
    assert table.grid == (4, 4)
    assert table.received.shape == (6, 16)
    np.testing.assert_allclose(table.received.mean(1), 1, rtol=1e-5)
    assert {"brightness", "entropy_s0_l2", "global_share", "sinks"} <= set(table.features)
    assert 0 <= accuracy(table).value <= 1
    assert [s.case for s in survival(table)] == list(CASES[1:])


def test_notes_tags_and_slices_of_the_version_before_are_there(older):
    table = older.table()

    assert (table.notes[0], older.own_tags(int(table.ids[0]))) == ("a note", ["odd"])
    [(name, text)] = older.slices().items()
    assert name == "wrong ones"
    assert parse_filter(text).chosen(table).tolist() == (~table.correct).tolist()
