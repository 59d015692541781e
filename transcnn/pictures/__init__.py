"""From bytes to the pixels that a network sees, and back to areas of the image."""

from transcnn.pictures.decode import (
    FORMATS,
    SUFFIXES,
    DecodedPicture,
    decode,
    read_image_file,
    read_picture,
)
from transcnn.pictures.geometry import Box, Crop
from transcnn.pictures.given import Picture, take_picture
from transcnn.pictures.prepare import CENTRE, prepare

__all__ = [
    "CENTRE",
    "FORMATS",
    "SUFFIXES",
    "Box",
    "Crop",
    "DecodedPicture",
    "Picture",
    "decode",
    "prepare",
    "read_image_file",
    "read_picture",
    "take_picture",
]
