"""Picture files for tests: written by Pillow, or byte by byte where no library would write them."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

from transcnn.pictures import decode


def saved(image, kind, **settings):
    """The bytes of `image` as Pillow writes it."""
    file = io.BytesIO()
    image.save(file, kind, **settings)
    return file.getvalue()


def noise(height, width, seed=0):
    """A picture of random colours."""
    values = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(values)


def smooth(height, width):
    """A picture that lossy formats keep well."""
    down, across = np.mgrid[0:height, 0:width] / [[[height]], [[width]]]
    return Image.fromarray(np.uint8(np.stack([200 * down, 200 * across, 50 + 100 * down], -1)))


def pixels(data):
    """The pixels [H, W, 3] of a file, as signed numbers that can be subtracted."""
    return np.asarray(decode(data).image).astype(np.int16)


def chunk(kind, content):
    """One chunk of a PNG file."""
    crc = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", crc)


GREY, RGB, PALETTE, GREY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6


def png(width, height, depth, colour, *chunks, rows=None):
    """A PNG file; without `rows` (each the packed bytes of one row) it has no pixels at all."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    data = b"" if rows is None else chunk(b"IDAT", zlib.compress(b"".join(b"\0" + r for r in rows)))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + data + chunk(b"IEND", b"")


GIF_PIXEL = (9, 99, 200)


def gif(screen, frame, at=(0, 0)):
    """A GIF file of one frame of `frame` (width, height) and data for one pixel, GIF_PIXEL.

    What lies outside of the frame is transparent.
    """
    head = b"GIF89a" + struct.pack("<HHBBB", *screen, 0x80, 0, 0) + b"\0\0\0" + bytes(GIF_PIXEL)
    transparent = b"!\xf9\x04\x01\0\0\0\0"
    place = b"," + struct.pack("<HHHHB", *at, *frame, 0)
    return head + transparent + place + b"\x02\x02\x4c\x01\x00;"


def bmp(width, height):
    """A BMP file without pixels."""
    sizes = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + sizes


def webp(width, height):
    """A lossless WebP file of 16 x 16 pixels that claims to be larger."""
    data = saved(Image.new("RGB", (16, 16)), "WEBP", lossless=True)
    start = data.index(b"VP8L") + 9  # behind the name, the length and the signature
    rest = struct.unpack_from("<I", data, start)[0] >> 28 << 28
    size = struct.pack("<I", rest | (height - 1) << 14 | (width - 1))
    return data[:start] + size + data[start + 4 :]


def jpeg(width, height):
    """A JPEG file of 16 x 16 pixels that claims to be larger."""
    data = saved(Image.new("RGB", (16, 16)), "JPEG")
    start = data.index(b"\xff\xc0") + 5  # behind the marker, its length and the bit depth
    return data[:start] + struct.pack(">HH", height, width) + data[start + 4 :]


def exif(orientation, *entries):
    """EXIF data with an orientation and more entries (tag, type, count, value), unchecked."""
    rows = sorted([(0x0112, 3, 1, orientation << 16), *entries])
    table = b"".join(struct.pack(">HHII", *row) for row in rows)
    head = b"Exif\0\0MM\0*" + struct.pack(">IH", 8, len(rows))
    return head + table + struct.pack(">I", 0)


# EXIF 2.3, tag 0x0112: which side of the upright picture the first row and first column are.
SIDES = {
    1: ("top", "left"),
    2: ("top", "right"),
    3: ("bottom", "right"),
    4: ("bottom", "left"),
    5: ("left", "top"),
    6: ("right", "top"),
    7: ("right", "bottom"),
    8: ("left", "bottom"),
}


def stored(upright, row, column):
    """The picture as a camera stores it whose first row and column are these sides."""
    if row in ("left", "right"):
        upright = upright.swapaxes(0, 1)
    if row in ("bottom", "right"):
        upright = upright[::-1]
    return upright[:, ::-1] if column in ("right", "bottom") else upright


# One of every kind of accepted file that differs in how it is read.
SMALL = {
    "JPEG": saved(noise(20, 30), "JPEG"),
    "progressive JPEG": saved(smooth(40, 60), "JPEG", progressive=True, exif=exif(6)),
    "PNG": saved(noise(20, 30), "PNG"),
    "palette PNG": saved(noise(20, 30).quantize(16), "PNG", transparency=3),
    "16-bit PNG": png(5, 1, 16, GREY, rows=[struct.pack(">5H", 0, 1, 300, 40000, 65535)]),
    "animated PNG": saved(smooth(20, 30), "PNG", save_all=True, append_images=[noise(20, 30)]),
    "WEBP": saved(noise(20, 30), "WEBP"),
    "lossless WEBP": saved(smooth(20, 30), "WEBP", lossless=True, exif=exif(3)),
    "animated WEBP": saved(smooth(20, 30), "WEBP", save_all=True, append_images=[noise(20, 30)]),
    "GIF": saved(smooth(20, 30), "GIF"),
    "animated GIF": saved(smooth(20, 30), "GIF", save_all=True, append_images=[noise(20, 30)]),
    "BMP": saved(noise(20, 30), "BMP"),
    "palette BMP": saved(noise(20, 30).quantize(16), "BMP"),
    # Left half red, right half blue, 64 x 48: Pillow and pi-heif write no such file.
    "HEIF": Path(__file__).with_name("small.heic").read_bytes(),
}
