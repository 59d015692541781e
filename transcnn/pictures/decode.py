"""Decoding: bytes to an upright RGB image, or an error.

Only the decoder of the accepted format that the first bytes name is ever tried, and the size is
checked from the header, before any pixel is decoded.
"""

import contextlib
import functools
import hashlib
import io
import re
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pi_heif
from PIL import ExifTags, Image

from transcnn.errors import BrokenPicture, FileTooLarge, NotAPicture, TooManyPixels
from transcnn.files import read_plain
from transcnn.limits import limits
from transcnn.pictures.pieces import count_scans, has_too_many_pieces

_FIRST_BYTES = {
    "JPEG": rb"\xff\xd8\xff",
    "PNG": rb"\x89PNG\r\n\x1a\n",
    "WEBP": rb"RIFF....WEBP",
    "GIF": rb"GIF8[79]a",
    "BMP": rb"BM",
    "HEIF": rb"....ftyp(?:hei[cmsx]|hev[cmsx]|mif1|msf1)",  # .heic, as phones write it
}
FORMATS = tuple(_FIRST_BYTES)
SUFFIXES = (".jpg", ".jpeg", ".jfif", ".png", ".webp", ".gif", ".bmp", ".heic", ".heif")
"""How files of these formats are named, for folders that also hold other files."""
pi_heif.register_heif_opener(thumbnails=False)
# Each scan of a JPEG goes over all of its blocks, and an empty one takes some bytes: without a
# limit a file of 20 MB could keep the decoder busy for hours. Programs write about a dozen.
_MAX_SCANS = 100
_MAX_SCANNED = 1000 * 10**6  # pixels, of all scans together

_PAPER = (255, 255, 255)  # behind transparent pixels

# EXIF's orientations other than upright.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True)
class DecodedPicture:
    """An upright RGB image and the digest of the file's bytes."""

    image: Image.Image
    digest: str  # sha256 of the file's bytes, in hexadecimal digits

    @functools.cached_property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return self.image.size


def decode(data: bytes) -> DecodedPicture:
    """The image in `data`: the first frame, rotated by its EXIF orientation, on white.

    16-bit values are scaled to 8 bits. 50 megapixels take up to 1 GB for some seconds. Raises
    NotAPicture, BrokenPicture or TooManyPixels.
    """
    with _opened(data) as image:
        image.load()
        if image.format == "PNG":
            _scale_transparent_colour(image, depth=data[24])  # of the header, which comes first
        rgb = _to_rgb(_upright(image))
    return DecodedPicture(rgb, hashlib.sha256(data).hexdigest())


@dataclass(frozen=True)
class Header:
    """What the file of an image says before its pixels."""

    size: tuple[int, int]  # width and height as stored, before the turn
    orientation: int  # of EXIF, 1 to 8: how the stored image is turned to be upright; 1 is not


def read_header(path: Path) -> Header:
    """The header of an image file; no pixel is decoded. Raises as `read_picture` does."""
    with _opened(read_image_file(path)) as image:
        return Header(image.size, _orientation(image))


@contextlib.contextmanager
def _opened(data: bytes) -> Iterator[Image.Image]:
    """The image in `data`, its pixels not decoded; what goes wrong with it becomes our error."""
    kinds = (kind for kind, start in _FIRST_BYTES.items() if re.match(start, data, re.DOTALL))
    kind = next(kinds, None)
    if kind is None:
        raise NotAPicture(formats=", ".join(FORMATS))
    try:
        if has_too_many_pieces(kind, data):
            raise ValueError
        with _no_warnings():
            image = Image.open(io.BytesIO(data), formats=[kind])
        scans = count_scans(data) if kind == "JPEG" else 1
        if scans > _MAX_SCANS:
            raise ValueError
        if image.width * image.height > limits().megapixels * 1_000_000:
            raise Image.DecompressionBombError  # as Pillow does by itself, at a higher limit
        if scans > 1 and scans * image.width * image.height > _MAX_SCANNED:
            raise ValueError
        yield image
    except Image.DecompressionBombError as error:
        raise TooManyPixels(limit=limits().megapixels) from error
    except Exception as error:  # a decoder may raise anything on bytes made to confuse it
        raise BrokenPicture(format=kind) from error


def read_picture(path: Path) -> DecodedPicture:
    """`decode` for a file. Raises FileTooLarge too, NotPlainFile for a device or a pipe,
    ChoiceError for a name that no file can have, and OSError."""
    return decode(read_image_file(path))


def read_image_file(path: Path) -> bytes:
    """The bytes of an image file, with the errors of `read_picture`."""
    most = limits().image_mb
    return read_plain(path, most, FileTooLarge(limit=most))


def from_image(image: Image.Image) -> DecodedPicture:
    """The same for an image that Pillow has opened; its digest is that of the pixels.

    Raises TooManyPixels, and BrokenPicture where its file is damaged.
    """
    if image.width * image.height > limits().megapixels * 1_000_000:
        raise TooManyPixels(limit=limits().megapixels)
    try:
        image.load()  # which Pillow puts off until pixels are asked for
        rgb = _to_rgb(_upright(image))
    except Exception as error:  # as in `decode`
        raise BrokenPicture(format=image.format or image.mode) from error
    pixels = f"{rgb.size}".encode() + rgb.tobytes()
    return DecodedPicture(rgb, hashlib.sha256(pixels).hexdigest())


_WARNINGS = threading.Lock()  # their filters belong to the whole process, not to a thread


@contextlib.contextmanager
def _no_warnings() -> Iterator[None]:
    """Suppress Pillow's warnings about a file's header or EXIF data."""
    with _WARNINGS, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _scale_transparent_colour(image: Image.Image, depth: int) -> None:
    """Scale the transparent colour of a PNG to the 8 bits that its pixels now have.

    Pillow leaves it as in the file. Of 16-bit colours it keeps only the upper half of the bits.
    """
    key = image.info.get("transparency")

    def scaled(value: int) -> int:
        return value >> 8 if depth == 16 else value * (255 // (2**depth - 1))

    if image.mode == "L" and key is not None:
        image.info["transparency"] = scaled(key)
    elif image.mode == "RGB" and key is not None:
        image.info["transparency"] = tuple(map(scaled, key))


def _upright(image: Image.Image) -> Image.Image:
    """The image rotated by its EXIF orientation.

    Pillow's `exif_transpose` also rewrites the EXIF data, which fails where these are irregular.
    """
    turn = _TURNS.get(_orientation(image))
    return image if turn is None else image.transpose(turn)


def _orientation(image: Image.Image) -> int:
    """How EXIF says that the image is turned, from 1 (not at all) to 8."""
    with _no_warnings():
        found = image.getexif().get(ExifTags.Base.Orientation, 1)
    return found if found in _TURNS else 1


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode == "I;16":
        image = _from_16_bits(image)
    if image.has_transparency_data:
        pixels = image if image.mode == "RGBA" else image.convert("RGBA")
        image = Image.new("RGB", pixels.size, _PAPER)
        image.paste(pixels, mask=pixels)  # no further copy, each is 4 bytes a pixel
    return image if image.mode == "RGB" else image.convert("RGB")


def _from_16_bits(image: Image.Image) -> Image.Image:
    """Grey of 16 bits scaled to 8; Pillow's own conversion would cut off at 255."""
    values = np.asarray(image).astype(np.uint32)
    grey = ((values + 128) // 257).astype(np.uint8)
    grey[values == image.info.get("transparency", -1)] = _PAPER[0]
    return Image.fromarray(grey)
