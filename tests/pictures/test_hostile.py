"""Files that are no picture, or not a whole one, or far too large: one sentence, nothing else."""

import io
import re
import struct
import sys
import threading
import warnings
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile

from tests.pictures.files import (
    GREY,
    RGB,
    SMALL,
    bmp,
    chunk,
    exif,
    gif,
    jpeg,
    noise,
    pixels,
    png,
    saved,
    smooth,
    webp,
)
from tests.pictures.refused import NOT_A_PICTURE
from transcnn.errors import BrokenPicture, NotAPicture, PictureError, TooManyPixels
from transcnn.pictures import FORMATS, decode


def refusal(data):
    """The error that `data` ends in; it must be one sentence."""
    with pytest.raises(PictureError) as caught:
        decode(data)
    assert re.fullmatch(r"[A-Z][^\n]*\.", str(caught.value))
    return caught.value


def picture_or_error(data):
    try:
        return decode(data)
    except PictureError as error:
        return error


# Refused kinds


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        b"This was a text file before somebody renamed it to photo.jpg.\n" * 100,
        b"<!DOCTYPE html><html><body><img src='cat.jpg'></body></html>",
        b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><rect width='9'/></svg>",
        b"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00mif1heic" + bytes(200),
        b"\x00\x00\x00\x20ftypavif\x00\x00\x00\x00avifmif1miaf" + bytes(200),
        b"II*\x00\x08\x00\x00\x00" + bytes(200),
        b"8BPS\x00\x01" + bytes(6) + struct.pack(">HIIHH", 3, 9, 9, 8, 3) + bytes(200),
        b"%PDF-1.7\n",
        b"PK\x03\x04" + bytes(100),
        b"\x7fELF" + bytes(100),
        b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(100),
        bytes(range(256)) * 10,
    ],
    ids=lambda data: repr(data[:12]),
)
def test_what_is_no_accepted_format_is_called_no_picture(data):
    error = refusal(data)

    assert type(error) is NotAPicture
    assert str(error) == NOT_A_PICTURE


@pytest.mark.parametrize(
    "kind", ["TIFF", "ICO", "EPS", "PPM", "TGA", "PCX", "SGI", "DDS", "JPEG2000", "AVIF", "ICNS"]
)
def test_formats_that_pillow_could_open_are_refused_all_the_same(kind):
    data = saved(noise(64, 64), kind)
    with Image.open(io.BytesIO(data)) as image:
        assert image.format == kind  # so it is we who refuse it

    assert type(refusal(data)) is NotAPicture


def test_only_the_decoder_that_the_first_bytes_name_is_tried(monkeypatch):
    tried = []
    open_image = Image.open
    monkeypatch.setattr(
        Image, "open", lambda file, formats: tried.append(formats) or open_image(file, "r", formats)
    )

    for data in (SMALL["GIF"], SMALL["16-bit PNG"], SMALL["WEBP"]):
        decode(data)
    refusal(saved(noise(9, 9), "TIFF"))

    assert tried == [["GIF"], ["PNG"], ["WEBP"]]
    assert FORMATS == ("JPEG", "PNG", "WEBP", "GIF", "BMP", "HEIF")


# Incomplete and damaged files


SIGNATURES = {"JPEG": 3, "PNG": 8, "WEBP": 12, "GIF": 6, "BMP": 2, "HEIF": 12}  # bytes


def check_truncated(kind, lengths):
    data = SMALL[kind]
    whole = pixels(data)
    for length in lengths:
        found = picture_or_error(data[:length])
        if isinstance(found, PictureError):
            signature = SIGNATURES[kind.split()[-1]]
            assert type(found) is (NotAPicture if length < signature else BrokenPicture), length
        else:  # what was cut off held no pixels of the picture
            assert np.array_equal(np.asarray(found.image), whole), length


@pytest.mark.parametrize("kind", SMALL)
def test_a_file_that_ends_early_gives_a_sentence_and_never_other_pixels(kind):
    size = len(SMALL[kind])

    check_truncated(kind, sorted({*range(16), *range(16, size, max(1, size // 60)), size - 1}))


@pytest.mark.long
@pytest.mark.parametrize("kind", SMALL)
def test_at_whatever_byte_a_file_ends_it_gives_no_other_pixels(kind):
    check_truncated(kind, range(len(SMALL[kind])))


@pytest.mark.parametrize("kind", FORMATS)
def test_half_of_a_file_is_said_to_be_damaged(kind):
    error = refusal(SMALL[kind][: len(SMALL[kind]) // 2])

    assert str(error) == f"This {kind} image is damaged or incomplete."


def test_a_file_without_pixels_is_said_to_be_damaged():
    for data in (png(9, 9, 8, RGB), png(0, 0, 8, RGB), bmp(9, 9), jpeg(0, 9)):
        assert type(refusal(data)) is BrokenPicture


def test_a_wrong_checksum_is_said_to_be_damage():
    data = bytearray(SMALL["PNG"])
    data[len(data) // 2] ^= 1

    assert type(refusal(bytes(data))) is BrokenPicture


def flipped(data, changes):
    data = bytearray(data)
    for place, value in changes:
        data[place % len(data)] = value
    return bytes(data)


CHANGES = st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=12)


def check_fuzzed(kind, changes):
    found = picture_or_error(flipped(SMALL[kind], changes))
    if isinstance(found, PictureError):
        assert re.fullmatch(r"[A-Z][^\n]*\.", str(found))
    else:
        assert found.image.mode == "RGB"
        assert found.size[0] * found.size[1] <= 50_000_000


@given(kind=st.sampled_from(list(SMALL)), changes=CHANGES)
@settings(max_examples=150)
def test_random_damage_gives_a_picture_or_a_sentence(kind, changes):
    check_fuzzed(kind, changes)


@pytest.mark.long
@given(kind=st.sampled_from(list(SMALL)), changes=CHANGES)
@settings(max_examples=20_000)
def test_much_random_damage_gives_a_picture_or_a_sentence(kind, changes):
    check_fuzzed(kind, changes)


@given(
    start=st.sampled_from(
        [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x40\0\0\0WEBP", b"GIF89a", b"GIF87a", b"BM"]
    ),
    rest=st.binary(max_size=200),
)
@settings(max_examples=150)
def test_random_bytes_behind_the_right_start_give_a_picture_or_a_sentence(start, rest):
    found = picture_or_error(start + rest)

    assert not isinstance(found, NotAPicture)


# Bombs


@pytest.mark.parametrize(
    "data",
    [
        png(60000, 60000, 8, RGB),
        png(2**31 - 1, 1, 8, RGB),
        jpeg(60000, 60000),
        webp(16384, 16384),
        gif((65535, 65535), (1, 1)),
        gif((1, 1), (65535, 65535)),  # the frame is larger than the screen that it is on
        gif((1, 1), (1, 1), at=(60000, 60000)),
        bmp(60000, 60000),
        bmp(60000, -60000),  # from the top to the bottom
        png(13000, 13000, 8, RGB),  # between the size that Pillow warns of and the one it refuses
        jpeg(9000, 9000),
        webp(9000, 9000),
        gif((9000, 9000), (1, 1)),
        gif((1, 1), (9000, 9000)),
        bmp(9000, 9000),
    ],
    ids=lambda data: repr(data[:4]),
)
def test_too_many_pixels_are_refused_from_the_header_alone(data):
    # Only the header is there (or pixels for a tiny picture), so nothing else was asked for.
    error = refusal(data)

    assert type(error) is TooManyPixels
    assert str(error) == "This image has more than 50 million pixels. Use a smaller copy."


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
def test_the_limit_is_50_million_pixels_exactly(kind):
    make = {
        "PNG": lambda *size: png(*size, 8, RGB),
        "JPEG": jpeg,
        "WEBP": webp,
        "GIF": lambda *size: gif(size, size),
        "BMP": bmp,
    }[kind]

    assert type(refusal(make(3561, 14041))) is TooManyPixels  # 50,000,001
    assert type(refusal(make(14041, 3561))) is TooManyPixels
    assert not isinstance(picture_or_error(make(10000, 5000)), TooManyPixels)


def test_a_whole_picture_just_below_the_limit_is_read():
    row = b"\xaa" * 1250

    picture = decode(png(10000, 5000, 1, GREY, rows=[row] * 5000))

    assert picture.size == (10000, 5000)
    assert np.asarray(picture.image.crop((9998, 4999, 10000, 5000)))[0, :, 0].tolist() == [255, 0]


def test_a_bomb_is_not_unpacked(monkeypatch):
    unpacked = []
    load = ImageFile.ImageFile.load
    monkeypatch.setattr(
        ImageFile.ImageFile, "load", lambda image: unpacked.append(image.size) or load(image)
    )

    decode(png(200, 200, 8, GREY, rows=[bytes(200)] * 200))
    refusal(png(8000, 8000, 8, GREY, rows=[bytes(8000)] * 8000))  # 64 million good pixels

    assert set(unpacked) == {(200, 200)}


@pytest.mark.parametrize("kind", [b"zTXt", b"iCCP"])
def test_a_text_that_unpacks_to_too_much_is_refused(kind):
    packed = chunk(kind, b"name\0\0" + zlib.compress(bytes(20_000_000)))

    assert type(refusal(png(1, 1, 8, RGB, packed, rows=[bytes(3)]))) is BrokenPicture


# Warnings: those of this test run are errors, so no Pillow warning may leave `decode`.


def test_odd_files_cause_no_warnings(recwarn):
    warnings.simplefilter("always")
    cut_exif = exif(6)[:20]

    decode(saved(smooth(16, 16), "JPEG", exif=cut_exif))
    refusal(png(10000, 10000, 8, RGB))

    assert not recwarn.list
    with pytest.warns(Image.DecompressionBombWarning), pytest.raises(OSError, match="load"):
        Image.open(io.BytesIO(png(10000, 10000, 8, RGB))).load()  # it is we who keep it quiet


def test_threads_that_decode_leave_the_process_its_warnings():
    before = list(warnings.filters)
    data = saved(smooth(64, 64), "JPEG")
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # let the threads interrupt each other all the time
    try:
        threads = [
            threading.Thread(target=lambda: [decode(data) for _ in range(100)]) for _ in range(6)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)

    assert list(warnings.filters) == before
