"""Archives of strangers in their directory: sum, ratio and number are known before anything is
unpacked, and the work ends when nobody waits for it."""

import gzip
import struct
import time
import zipfile

import pytest

from tests.runs.packed import tar_gz_of, tar_of, zip_of
from transcnn.errors import (
    ArchiveTooDense,
    ArchiveTooLarge,
    BrokenArchive,
    Cancelled,
    TooManyMembers,
)
from transcnn.runs.archive import ArchiveLimits, labelled_limits, own_class_limits, unpack


@pytest.fixture
def unpacked(tmp_path):
    def unpacked(data, **how):
        (tmp_path / "archive").write_bytes(data)
        return unpack(tmp_path / "archive", tmp_path / "into", **how)

    yield unpacked
    assert not (tmp_path / "into").exists(), "nothing is left"


def test_the_sum_is_known_before_the_first_member_is_unpacked(unpacked):
    seen = []
    allowed = ArchiveLimits(megabytes=20, members=100, depth=8, ratio=10_000)
    data = zip_of({f"{i}.jpg": bytes(3_000_000) for i in range(10)})

    with pytest.raises(ArchiveTooLarge):
        unpacked(data, allowed=allowed, on_member=lambda: seen.append(1))

    assert seen == []


def test_the_number_is_known_before_the_first_member_is_unpacked(unpacked):
    seen = []
    allowed = ArchiveLimits(megabytes=20, members=9, depth=8, ratio=100)

    with pytest.raises(TooManyMembers):
        unpacked(
            zip_of({f"{i}.jpg": b"" for i in range(10)}),
            allowed=allowed,
            on_member=lambda: seen.append(1),
        )

    assert seen == []


@pytest.mark.parametrize("pack", [zip_of, lambda members: tar_of(members, "gz")])
def test_what_unpacks_to_a_thousand_times_its_size_is_no_archive_of_images(unpacked, pack):
    """200 MB of zeros are far below what may be unpacked; they would take seconds and a disk."""
    data = pack({f"{i}.bmp": bytes(20_000_000) for i in range(10)})
    began = time.process_time()

    with pytest.raises(ArchiveTooDense, match="100 times"):
        unpacked(data)

    assert time.process_time() - began < 2


def zip_with_a_list(count, comment=0, zip64=False, says=None):
    """A zip whose list names the same member `count` times, and `says` another length of it."""
    data = zip_of({"a": b""}, zipfile.ZIP_STORED)
    begin, end = data.index(b"PK\1\2"), data.rindex(b"PK\5\6")
    entries = data[begin:end] * count
    more = b""
    if zip64:
        more = b"PK\6\6" + struct.pack(
            "<QHHIIQQQQ", 44, 45, 45, 0, 0, count, count, len(entries), begin
        )
        more += b"PK\6\7" + struct.pack("<IQI", 0, begin + len(entries), 1)
    length = len(entries) if says is None else says
    closing = struct.pack(
        "<HHHHIIH", 0, 0, count & 0xFFFF, count & 0xFFFF, length, 2**32 - 1, comment
    )
    if not zip64:
        closing = closing[:12] + struct.pack("<IH", begin, comment)
    return data[:begin] + entries + more + b"PK\5\6" + closing + bytes(comment)


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"comment": 65_000},
        {"zip64": True, "says": 100},
        {"zip64": True, "says": 100, "comment": 65_535},
    ],
)
def test_a_list_of_very_many_members_is_not_read(unpacked, how):
    """Each would be an object of half a kilobyte, in whatever record the length stands."""
    data = zip_with_a_list(400_000, **how)
    began = time.process_time()

    with pytest.raises(TooManyMembers):
        unpacked(data)

    assert time.process_time() - began < 1


@pytest.mark.parametrize("zip64", [False, True])
def test_the_list_is_found_where_the_library_finds_it(tmp_path, zip64):
    (tmp_path / "archive").write_bytes(zip_with_a_list(1, 9, zip64))

    assert (unpack(tmp_path / "archive", tmp_path / "into") / "a").exists()


@pytest.mark.parametrize(
    "begin",
    [gzip.compress(b"") * 2_000_000, b"\x1f\x8b\x08\x08" + bytes(6) + b"n" * 40_000_000],
    ids=["empty streams", "a name"],
)
def test_a_stream_that_unpacks_to_nothing_for_long_is_given_up(unpacked, begin):
    began = time.process_time()

    with pytest.raises(BrokenArchive):
        unpacked(begin + tar_gz_of({"a": b"b"}))

    assert time.process_time() - began < 3


def test_the_work_ends_where_nobody_waits_for_it(unpacked):
    def gone():
        raise Cancelled

    with pytest.raises(Cancelled):
        unpacked(zip_of({"a.jpg": b"a"}), on_member=gone)


def test_the_operator_can_lower_what_is_unpacked(monkeypatch):
    for name, most in (("UNPACKED_MB", 3), ("CLASS_MEMBERS", 4), ("ARCHIVE_RATIO", 5)):
        monkeypatch.setenv(f"TRANSCNN_LIMIT_{name}", str(most))

    assert labelled_limits() == ArchiveLimits(3, 20_000, 8, 5)
    assert own_class_limits() == ArchiveLimits(1000, 4, 8, 5)
