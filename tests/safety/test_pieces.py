"""Images in millions of pieces, which a decoder would take apart one by one, for seconds."""

import struct
import time

import pytest
from PIL import Image

from tests.pictures.files import RGB, bmp, chunk, png, saved, smooth
from transcnn.errors import BrokenPicture
from transcnn.pictures import decode
from transcnn.pictures.pieces import MOST_PIECES, has_too_many_pieces

MANY = 2_000_000
JPEG, GIF = saved(smooth(9, 9), "JPEG"), saved(Image.new("P", (9, 9)), "GIF")
PIXELS = [bytes(3 * 9)] * 9
RUNS = struct.pack("<IiiHHIIiiII", 40, 9, 9, 1, 8, 1, 0, 0, 0, 256, 0) + bytes(4 * 256)
FIRST_FRAME = GIF.index(b",", 13)


def in_gif(extension):
    return GIF[:FIRST_FRAME] + extension + GIF[FIRST_FRAME:]


PIECES = {
    "JPEG comments": JPEG[:2] + b"\xff\xfe\0\2" * MANY + JPEG[2:],
    "JPEG empty tables": JPEG[:2] + b"\xff\xdb\0\2" * MANY + JPEG[2:],
    "JPEG stray bytes": JPEG[:3] + JPEG[3:20] + b"\0" * MANY + JPEG[20:],
    "JPEG padding": JPEG[:2] + b"\xff" * MANY + JPEG[2:],
    "JPEG restarts": JPEG[:2] + b"\xff\xd0" * MANY + JPEG[2:],
    "PNG text": png(9, 9, 8, RGB, chunk(b"tEXt", b"a\0b") * MANY, rows=PIXELS),
    "PNG unknown": png(9, 9, 8, RGB, chunk(b"abCd", b"") * MANY, rows=PIXELS),
    "GIF comments": in_gif(b"!\xfe\1a\0" * MANY),
    "GIF comment in bytes": in_gif(b"!\xfe" + b"\1a" * MANY + b"\0"),
    "BMP runs": b"BM" + struct.pack("<IHHI", 0, 0, 0, 1078) + RUNS + b"\1\1" * MANY,
}


@pytest.mark.parametrize("kind", PIECES)
def test_millions_of_pieces_are_refused_in_a_moment(kind):
    begin = time.process_time()

    with pytest.raises(BrokenPicture):
        decode(PIECES[kind])

    assert time.process_time() - begin < 1


@pytest.mark.parametrize(
    "data",
    [
        JPEG[:2] + b"\xff\xfe\0\2" * 1000 + JPEG[2:],
        png(9, 9, 8, RGB, chunk(b"tEXt", b"a\0b") * 1000, rows=PIXELS),
        in_gif(b"!\xfe\1a\0" * 1000),
    ],
)
def test_as_many_as_a_program_may_write_are_read(data):
    assert decode(data).size == (9, 9)


def test_the_counting_stops_at_the_limit():
    files = (PIECES["PNG text"], PIECES["GIF comments"], PIECES["JPEG comments"])

    for kind, data in zip(("PNG", "GIF", "JPEG"), files, strict=True):
        begin = time.process_time()
        assert has_too_many_pieces(kind, data)
        assert time.process_time() - begin < 0.5
    assert not has_too_many_pieces("BMP", bmp(9, 9))
    assert MOST_PIECES < MANY


def test_a_jpeg_of_many_pixels_may_have_few_scans():
    small = saved(smooth(90, 90), "JPEG", progressive=True)
    large = saved(Image.new("RGB", (7000, 7000)), "JPEG", progressive=True)

    def again(data, count):
        last = data[data.rindex(b"\xff\xda") : -2]
        return data[:-2] + last * count + data[-2:]

    assert decode(again(small, 80)).size == (90, 90)
    with pytest.raises(BrokenPicture):
        decode(again(large, 80))
