"""Archives of strangers in their directory: sum, ratio and number are known before anything is
unpacked, and the work ends when nobody waits for it."""

import time

import pytest

from tests.runs.packed import tar_of, zip_of
from transcnn.errors import ArchiveTooDense, ArchiveTooLarge, Cancelled, TooManyMembers
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
