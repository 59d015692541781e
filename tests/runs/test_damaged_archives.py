"""Damaged archives: whatever the damage, our sentence or a folder comes of it, and nothing else.

Any archive can be made again by its number.
"""

import re
from collections import Counter

import pytest

from tests.runs.packed import damaged
from transcnn.errors import ArchiveError
from transcnn.runs.archive import ArchiveLimits, unpack

LIMITS = ArchiveLimits(megabytes=1, members=20, depth=4, ratio=100)


def outcome(number, folder):
    """Unpacks the archive `number`; the name of our error, or "unpacked"."""
    file = folder / "archive"
    file.write_bytes(damaged(number))
    error = None
    try:
        unpack(file, folder / "into", LIMITS)
    except ArchiveError as caught:
        error = caught
    file.unlink()
    if error is None:
        return "unpacked"
    assert re.fullmatch(r"archive: [^\n]*\.", str(error))
    assert not (folder / "into").exists()
    return type(error).__name__


def outcomes(numbers, tmp_path):
    found = Counter()
    for number in numbers:
        folder = tmp_path / str(number)
        folder.mkdir()
        found[outcome(number, folder)] += 1
        left = [path for path in (folder / "into").rglob("*") if not path.is_dir()]
        assert all(path.is_file() and not path.is_symlink() for path in left)
        assert sum(path.stat().st_size for path in left) <= 10**6
    return found


def test_damaged_archives_end_in_our_errors_alone(tmp_path):
    found = outcomes(range(660), tmp_path)

    assert found["unpacked"] > 20
    assert found["BrokenArchive"] > 200
    assert {"NotAnArchive", "MemberNoFile"} <= found.keys()


@pytest.mark.long
def test_many_damaged_archives_end_in_our_errors_alone(tmp_path):
    assert sum(outcomes(range(660, 20_660), tmp_path).values()) == 20_000
