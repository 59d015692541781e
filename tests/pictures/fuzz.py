"""Damaged files of each format: `python -m tests.pictures.fuzz [FORMAT [COUNT]]`.

Each goes the way of an upload: decoded, cut to the network's square, made small for the page.
Nothing but our errors may come of it. The damage follows from the format and a number, so any
file can be made again. Run as a program of its own, so that a crash or a file that never ends is
seen, and the peak of the resident memory is that of pictures alone.

What 2,000 files of each format came to (x86_64, Pillow 13.0.0); the peak of memory is counted from
what the program with its imports takes, and follows from the largest size that a header claims:

    format  pictures  refused  peak, MB
    JPEG          648     1352        40
    PNG           505     1495       118
    WEBP          556     1444       125
    GIF           605     1395        17
    BMP          1049      951        26

A whole picture of 50 megapixels with transparency: 954 MB as WebP, 572 MB as PNG.
"""

import io
import json
import re
import struct
import sys
import zlib
from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image

from tests.pictures.files import SMALL, exif, noise, saved, smooth
from transcnn.errors import PictureError
from transcnn.pictures import FORMATS, decode, prepare
from transcnn.ui.app.images import small_jpeg

_WHOLE = [
    *SMALL.values(),
    saved(smooth(150, 220), "JPEG", quality=90, exif=exif(8)),
    saved(noise(48, 64).convert("L"), "JPEG"),
    saved(smooth(48, 64).convert("CMYK"), "JPEG"),
    saved(smooth(150, 220).convert("RGBA"), "PNG", dpi=(72, 72), exif=exif(5)),
    saved(smooth(150, 220), "WEBP", quality=80),
    saved(smooth(150, 220).quantize(64), "GIF", transparency=7),
    saved(smooth(150, 220), "BMP"),
    saved(Image.fromarray(np.eye(40, dtype=bool)), "BMP"),
]
_STARTS = {"JPEG": b"\xff\xd8", "PNG": b"\x89PNG", "WEBP": b"RIFF", "GIF": b"GIF", "BMP": b"BM"}
_STARTS["HEIF"] = b"\0\0\0\x1cftyp"
WHOLE = {kind: [f for f in _WHOLE if f.startswith(start)] for kind, start in _STARTS.items()}

# Numbers at which a length or a size goes wrong.
_ODD = (0, 1, 2, 3, 7, 8, 255, 256, 4095, 7071, 32767, 32768, 65535, 2**24, 2**31 - 1, 2**32 - 1)


def damaged(kind: str, number: int) -> bytes:
    """The file `number` of `kind`: a whole one after one to three kinds of damage."""
    chance = np.random.default_rng([FORMATS.index(kind), number])
    data = bytearray(_pick(chance, WHOLE[kind]))
    for _ in range(chance.integers(1, 4)):
        damage = _pick(chance, DAMAGES)
        data = damage(chance, data, kind) if len(data) > 40 else data
    if kind == "PNG" and chance.random() < 0.7:  # or the checksums would stop nearly all of them
        data = _with_right_checksums(data)
    return bytes(data)


def _pick(chance, options):
    return options[chance.integers(len(options))]


def flip_bits(chance, data, _):
    for place in chance.integers(0, len(data), chance.integers(1, 17)):
        data[place] ^= 1 << chance.integers(8)
    return data


def truncate(chance, data, _):
    return data[: chance.integers(20, len(data))]


def append_garbage(chance, data, _):
    return data + chance.bytes(chance.integers(1, 5000))


def change_a_length(chance, data, _):
    """A number of 2 or 4 bytes somewhere, mostly where the header is."""
    order, size = _pick(chance, "<>"), _pick(chance, "HI")
    end = min(len(data), 64 if chance.random() < 0.7 else len(data)) - 4
    number = _pick(chance, _ODD) % 256 ** struct.calcsize(size)
    struct.pack_into(order + size, data, int(chance.integers(2, end)), number)
    return data


def splice_bytes(chance, data, kind):
    """A piece of another file in place of a piece of this one."""
    other = _pick(chance, WHOLE[kind])
    start, end = np.sort(chance.integers(10, len(data), 2))
    first, last = np.sort(chance.integers(0, len(other), 2))
    return data[:start] + other[first:last] + data[end:]


def splice_chunks(chance, data, kind):
    """The parts that the format is made of doubled, left out, in another order, or of others."""
    head, parts = split(bytes(data), kind)
    others = split(_pick(chance, WHOLE[kind]), kind)[1]
    for _ in range(chance.integers(1, 4)):
        place = chance.integers(len(parts) + 1)
        match chance.integers(4):
            case 0:
                parts[place:place] = parts[place : place + 2]
            case 1 if len(parts) > 1:
                del parts[place : place + 1]
            case 2:
                parts[place:] = parts[place:][::-1]
            case _:
                parts.insert(place, _pick(chance, others))
    return bytearray(head + b"".join(parts))


DAMAGES = (flip_bits, truncate, append_garbage, change_a_length, splice_bytes, splice_chunks)


def split(data: bytes, kind: str) -> tuple[bytes, list[bytes]]:
    """The start of a file and its parts; GIF and BMP, which have no chunks, in pieces."""
    if kind == "JPEG":
        return data[:2], re.findall(
            rb"\xff[^\0\xd0-\xd7\xff](?:[^\xff]|\xff[\0\xd0-\xd7\xff])*", data[2:]
        )
    start = {"PNG": 8, "WEBP": 12, "GIF": 13, "BMP": 14, "HEIF": 28}[kind]
    parts, place = [], start
    while place < len(data):
        if kind == "PNG":
            size = 12 + int.from_bytes(data[place : place + 4], "big")
        elif kind == "WEBP":
            size = int.from_bytes(data[place + 4 : place + 8], "little")
            size += 8 + size % 2
        elif kind == "HEIF":
            size = max(8, int.from_bytes(data[place : place + 4], "big"))
        else:
            size = 40
        parts.append(data[place : place + size])
        place += size
    return data[:start], parts


def _with_right_checksums(data: bytearray) -> bytearray:
    head, parts = split(bytes(data), "PNG")
    whole = [p if len(p) < 12 else p[:-4] + struct.pack(">I", zlib.crc32(p[4:-4])) for p in parts]
    return bytearray(head + b"".join(whole))


def upload(data: bytes) -> str:
    """What comes of a file: "picture", or the name of our error."""
    try:
        picture = decode(data)
    except PictureError as error:
        sentence = re.fullmatch(r"[A-Z][^\n]*\.", str(error))
        return type(error).__name__ if sentence else repr(error)
    pixels, _ = prepare(picture, 224)
    assert pixels.shape == (224, 224, 3)
    with Image.open(io.BytesIO(small_jpeg(picture.image))) as small:
        assert max(small.size) <= 720
    return "picture"


def memory(what: str) -> float:
    """Resident memory of this process in megabytes: "VmHWM" the peak, "VmRSS" now."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(re.search(rf"{what}:\s+(\d+) kB", status)[1]) / 1024


def main(kind: str, count: int) -> dict:
    """Upload `count` files of `kind`; what came of them, and the peak above the start."""
    before, found = memory("VmRSS"), Counter()
    for number in range(count):
        print(f"{kind} {number}", file=sys.stderr)  # where it was, if it crashes
        found[upload(damaged(kind, number))] += 1
    return {"format": kind, "found": found, "peak_mb": round(memory("VmHWM") - before)}


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] not in FORMATS:  # a file: what comes of it, and the peak
        print(upload(Path(sys.argv[1]).read_bytes()), round(memory("VmHWM")))
    else:
        kinds, count = sys.argv[1:2] or FORMATS, int(sys.argv[2]) if len(sys.argv) > 2 else 200
        for kind in kinds:
            print(json.dumps(main(kind, count)))
