"""The image of a visitor: the file that was chosen, and the network's view of it."""

import functools
import hashlib
import io
import threading
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from transcnn.detection import prepare as detection
from transcnn.pictures import CENTRE, Crop, decode, prepare
from transcnn.pictures.samples import find_sample
from transcnn.ui.app.visitors import end_with_browser
from transcnn.ui.components.packets.pack import photo_packet

_PHOTO_SIDE = 720  # the longer side of a photo on the page, in pixels

# A large image takes hundreds of megabytes to decode: one at a time, for all visitors together.
decoding = threading.Lock()


@dataclass(frozen=True)
class ChosenImage:
    """The bytes of an image file, what it is called, and where its crop is, in percent."""

    sample: str | None  # None for an upload
    title: str
    alt: str
    data: bytes
    crop: int = CENTRE

    @functools.cached_property
    def digest(self) -> str:
        """sha256 of the bytes, and of where the crop is if somebody moved it: it identifies what
        the network sees."""
        moved = b"" if self.crop == CENTRE else f"crop {self.crop}".encode()
        return hashlib.sha256(self.data + moved).hexdigest()


@functools.lru_cache(64)  # read and hashed once, not at every run of the page
def sample_image(name: str, language: str, crop: int = CENTRE) -> ChosenImage:
    """One of the samples."""
    if crop != CENTRE:
        return replace(sample_image(name, language), crop=crop)
    sample = find_sample(name)
    assert sample is not None  # names are checked where they come in
    return ChosenImage(
        sample.name, sample.title[language], sample.alt[language], sample.path.read_bytes()
    )


@dataclass(frozen=True)
class PreparedImage:
    """What the app keeps of an image: the network's view of it, and a photo to draw on."""

    key: str
    pixels: NDArray[np.uint8]  # [S, S, 3]
    crop: Crop
    photo: bytes  # the packet for the browser


@st.cache_resource(
    scope="session",
    max_entries=4,
    show_spinner=False,
    hash_funcs={ChosenImage: lambda image: image.digest},
)
def prepare_image(image: ChosenImage, size: int) -> PreparedImage:
    """The image as a network with input `size` sees it, and its photo. Raises PictureError."""
    with decoding:
        end_with_browser()  # it may have gone while this waited
        decoded = decode(image.data)
        pixels, crop = prepare(decoded, size, at=image.crop)
        photo = small_jpeg(decoded.image)
        del decoded
    key = f"{image.digest}/{size}"
    return PreparedImage(key, pixels, crop, photo_packet(key, photo, crop.shares))


def see_whole(image: ChosenImage, shorter: int, longer: int) -> tuple[NDArray[np.uint8], Crop]:
    """The whole image as a detector sees it, within these sides: pixels [rows, columns, 3], and
    where they lie on it. Raises PictureError."""
    with decoding:
        end_with_browser()  # it may have gone while this waited
        return detection.prepare(decode(image.data), shorter, longer)


def small_jpeg(image: Image.Image) -> bytes:
    """An image as a JPEG file of the size in which pages show it."""
    small = image.copy()
    small.thumbnail((_PHOTO_SIDE, _PHOTO_SIDE), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    small.save(file, "JPEG", quality=88)
    return file.getvalue()
