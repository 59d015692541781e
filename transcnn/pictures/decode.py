"""Bytes to an upright RGB picture, or one sentence why not.

Only the decoders of the accepted formats are ever tried, and the size is checked from the header,
before any pixel is decoded.
"""

import functools
import hashlib
import io
import warnings
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageOps

from transcnn.errors import BrokenPicture, NotAPicture, TooManyPixels

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
MAX_PIXELS = 50_000_000

_PAPER = (255, 255, 255)  # what shows through transparent places


@dataclass(frozen=True)
class DecodedPicture:
    """An upright RGB picture and the digest of the bytes that it came from."""

    image: Image.Image
    digest: str  # sha256 of the file's bytes, in hexadecimal digits

    @functools.cached_property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return self.image.size


def decode(data: bytes) -> DecodedPicture:
    """The picture in `data`: the first frame, turned as EXIF says, on white where transparent.

    16-bit values are scaled to 8 bits. Raises NotAPicture, BrokenPicture or TooManyPixels.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of sizes that are refused just below
            image = Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise TooManyPixels(width="very many", height="very many", limit=MAX_PIXELS) from error
    except Exception as error:  # a decoder may raise anything on bytes made to confuse it
        raise NotAPicture(formats=", ".join(FORMATS)) from error
    if image.width * image.height > MAX_PIXELS:
        raise TooManyPixels(width=image.width, height=image.height, limit=MAX_PIXELS)
    kind = image.format or "picture"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image.load()
            upright = ImageOps.exif_transpose(image)
            rgb = _to_rgb(upright)
    except Exception as error:  # the header was fine, what follows is not
        raise BrokenPicture(format=kind) from error
    return DecodedPicture(rgb, hashlib.sha256(data).hexdigest())


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith(("I", "F")):  # 16 bits or more; convert() would cut off, not scale
        values = np.asarray(image, dtype=np.float64)
        largest = 65535 if values.max(initial=0) > 255 or image.mode.startswith("I;16") else 255
        image = Image.fromarray(np.uint8(np.clip(values / largest * 255 + 0.5, 0, 255)))
    if image.has_transparency_data:
        pixels = image.convert("RGBA")
        paper = Image.new("RGBA", pixels.size, _PAPER)
        image = Image.alpha_composite(paper, pixels)
    return image.convert("RGB")
