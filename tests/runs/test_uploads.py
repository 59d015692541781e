"""Runs of uploads: for a day, and within the disk that all of them may take."""

import os
import time

import pytest

from transcnn.errors import NoRoomForRun, NoRoomForRunHere
from transcnn.runs.uploads import (
    forget_old_uploads,
    is_upload,
    new_upload,
    reserve_disk,
    upload_folder,
    upload_path,
)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """A data folder without runs."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))


def test_names_are_drawn_anew_and_known_again():
    names = {new_upload() for _ in range(100)}
    assert len(names) == 100
    assert all(map(is_upload, names))
    for other in ("upload-1", "upload-" + 32 * "g", "upload-" + 33 * "a", "demonstration", ""):
        assert not is_upload(other)


def test_only_runs_that_nobody_changed_for_a_day_are_deleted():
    old, begun, written = (upload_folder(new_upload()) for _ in range(3))
    for folder in (old, begun, written):
        folder.mkdir(parents=True)
    for folder in (old, written):
        (folder / "run.sqlite").write_bytes(b"")
        two_days_ago = time.time() - 2 * 24 * 3600
        for path in (folder / "run.sqlite", folder):
            os.utime(path, (two_days_ago, two_days_ago))
    os.utime(written / "run.sqlite")
    (begun / "run.sqlite-wal").symlink_to(begun / "gone")  # gone between listing and looking

    forget_old_uploads()

    assert [folder.exists() for folder in (old, begun, written)] == [False, True, True]


def test_what_is_being_unpacked_counts_as_well_as_what_lies_there(monkeypatch):
    monkeypatch.setenv("TRANSCNN_LIMIT_UPLOAD_RUNS_MB", "10")
    path = upload_path(new_upload())
    path.parent.mkdir(parents=True)
    path.write_bytes(bytes(2_500_000))

    with reserve_disk("a", "1.1.1.1", 4) as first, reserve_disk("b", "2.2.2.2", 4) as second:
        assert (first, second) == (4, 3)
        with pytest.raises(NoRoomForRun), reserve_disk("c", "3.3.3.3", 4):
            pass
    with reserve_disk("c", "3.3.3.3", 4) as again:
        assert again == 4


def test_one_address_leaves_disk_for_the_others(monkeypatch):
    monkeypatch.setenv("TRANSCNN_LIMIT_UPLOAD_RUNS_ADDRESS_MB", "3")
    run = new_upload()

    with reserve_disk(run, "1.1.1.1", 9) as first:
        assert first == 3
        upload_path(run).parent.mkdir(parents=True)
        upload_path(run).write_bytes(bytes(2_500_000))

    with pytest.raises(NoRoomForRunHere), reserve_disk(new_upload(), "1.1.1.1", 9):
        pass
    with reserve_disk(new_upload(), "2.2.2.2", 9) as other:
        assert other == 3
