"""Damaged files by the thousand: a picture or a sentence, never a crash, in bounded memory."""

import json
import subprocess
import sys

import pytest
from PIL import Image

from tests.pictures.files import SMALL, exif, saved
from tests.pictures.fuzz import WHOLE, damaged, upload
from transcnn.pictures import FORMATS

MOST_MB = 1100  # README says "about 1 GB"


def run_fuzz(*arguments):
    """The last line that `tests.pictures.fuzz` prints; warnings are errors there too."""
    command = [sys.executable, "-W", "error", "-m", "tests.pictures.fuzz", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.splitlines()[-1]


def check_fuzzed(kind, count):
    result = json.loads(run_fuzz(kind, count))
    found = result["found"]
    assert set(found) <= {"picture", "NotAPicture", "BrokenPicture", "TooManyPixels"}
    assert sum(found.values()) == count
    assert found["picture"] > count / 5, "some damage must pass, or the rest is never reached"
    assert found["BrokenPicture"] > count / 5
    assert result["peak_mb"] < MOST_MB


@pytest.mark.parametrize("kind", FORMATS)
def test_200_damaged_files_give_pictures_or_sentences(kind):
    check_fuzzed(kind, 200)


@pytest.mark.long
@pytest.mark.parametrize("kind", FORMATS)
def test_2000_damaged_files_give_pictures_or_sentences(kind):
    check_fuzzed(kind, 2000)


@pytest.mark.parametrize("kind", FORMATS)
def test_the_damage_is_real_and_the_same_in_every_run(kind):
    assert all(upload(whole) == "picture" for whole in WHOLE[kind])
    files = [damaged(kind, number) for number in range(50)]
    assert files == [damaged(kind, number) for number in range(50)]
    assert len(set(files)) == 50
    assert len(set(files) - set(WHOLE[kind])) > 45, "a checksum that is put right is no damage"


def whole(kind):
    """A file of 50 megapixels that takes as much memory as its format can."""
    ink = Image.new("CMYK" if kind == "JPEG" else "RGBA", (10000, 5000), (9, 99, 200, 3))
    if kind == "JPEG":
        return saved(ink, kind, progressive=True, exif=exif(6))
    return saved(ink, kind, exif=exif(6), **({"lossless": True} if kind == "WEBP" else {}))


def check_peak(kind, tmp_path):
    (tmp_path / "file").write_bytes(whole(kind))
    found, peak = run_fuzz(tmp_path / "file").split()
    assert found == "picture"
    assert 400 < int(peak) < MOST_MB


def test_a_whole_picture_of_50_megapixels_stays_below_the_memory_that_we_promise(tmp_path):
    check_peak("WEBP", tmp_path)  # the one that takes the most


@pytest.mark.long
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_so_does_one_of_each_format(kind, tmp_path):
    check_peak(kind, tmp_path)


def jpeg_of_scans(count):
    """A progressive JPEG with its last scan repeated until it has `count`."""
    data = SMALL["progressive JPEG"]
    last = data.rindex(b"\xff\xda")
    return data[:-2] + data[last:-2] * (count - 10) + data[-2:]


def test_a_jpeg_that_would_keep_the_decoder_busy_for_hours_is_refused_at_once():
    assert upload(jpeg_of_scans(100)) == "picture"
    assert upload(jpeg_of_scans(101)) == "BrokenPicture"
    assert upload(jpeg_of_scans(100) + b"\xff\xda\0\2" * 99) == "picture", "behind the end"
    inside = b"\xff\xe1" + (2 + 4 * 99).to_bytes(2, "big") + b"\xff\xda\0\2" * 99
    data = jpeg_of_scans(100)
    assert upload(data[:2] + inside + data[2:]) == "picture", "inside of a comment"


def test_a_long_row_of_marker_bytes_is_passed_over_once():
    data = jpeg_of_scans(100)
    last = data.rindex(b"\xff\xda")
    assert upload(data[:last] + b"\xff" * 10_000_000 + b"\0" + data[last:]) == "picture"
