"""Into how many pieces the file of an image is cut: segments, chunks, blocks.

Pillow takes them apart one by one, in Python, before the first pixel: millions of empty ones keep
it busy for many seconds. Counting stops where there are more than an image has.
"""

import re
from collections.abc import Iterator

MOST_PIECES = 50_000  # a PNG of 200 MB in chunks of 8 kB has half of them

_MARKER = re.compile(rb"\xff([^\0\xd0-\xd7\xff])", re.DOTALL)  # \xd0-\xd7 stand inside of scans
_START, _END, _SCAN = 0xD8, 0xD9, 0xDA
_RUN = 20  # bytes of a run-length encoded BMP that take the time of a piece


def has_too_many_pieces(kind: str, data: bytes) -> bool:
    """Whether the file of this format has more than `MOST_PIECES` before its pixels."""
    count = 0
    for more in _PIECES.get(kind, _none)(data):
        count += more
        if count > MOST_PIECES:
            return True
    return False


def count_scans(jpeg: bytes) -> int:
    """How many scans a JPEG has before its end; what follows (thumbnails, films) is not decoded."""
    return sum(kind == _SCAN for kind, _ in _segments(jpeg))


def _segments(jpeg: bytes) -> Iterator[tuple[int, int]]:
    """The kind of each segment, and how many bytes were between it and the one before."""
    position = 0
    while (marker := _MARKER.search(jpeg, position)) and marker[1][0] != _END:
        between = marker.start() - position
        position = marker.end()
        if marker[1][0] not in (_START, 0x01):  # all others have a length
            position += int.from_bytes(jpeg[position : position + 2], "big")
        yield marker[1][0], between


def _of_jpeg(data: bytes) -> Iterator[int]:
    scanned = False
    for kind, between in _segments(data):
        yield 1 if scanned else 1 + between  # stray bytes are skipped one by one
        scanned |= kind == _SCAN


def _of_png(data: bytes) -> Iterator[int]:
    position = 8
    while position < len(data):
        yield 1
        position += 12 + int.from_bytes(data[position : position + 4], "big")


def _of_gif(data: bytes) -> Iterator[int]:
    """The blocks of the extensions before the first frame."""
    position = 13 + (3 << (data[10] & 7) + 1 if data[10:11] and data[10] & 0x80 else 0)
    while data[position : position + 1] not in (b"", b",", b";"):
        yield 1  # an extension, or a stray byte
        extension = data[position] == 0x21
        position += 2 if extension else 1
        while extension and position < len(data):
            length = data[position]
            position += 1 + length
            extension = length > 0
            yield 1


def _of_bmp(data: bytes) -> Iterator[int]:
    if int.from_bytes(data[14:18], "little") >= 40 and data[30:31] in (b"\1", b"\2"):
        yield len(data) // _RUN


def _none(_: bytes) -> Iterator[int]:
    yield 0


_PIECES = {"JPEG": _of_jpeg, "PNG": _of_png, "GIF": _of_gif, "BMP": _of_bmp}
