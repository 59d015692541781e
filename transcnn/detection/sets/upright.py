"""What was annotated, on the upright image of the file."""

import math

import numpy as np
from numpy.typing import NDArray

from transcnn.detection.objects import AnnotatedPicture, Annotation, Mask
from transcnn.detection.sets.given import GivenObject, GivenPicture
from transcnn.detection.sets.notes import Notes
from transcnn.detection.sets.segmentation import read_mask
from transcnn.errors import PictureError, TransCNNError
from transcnn.pictures.decode import read_header
from transcnn.pictures.geometry import Box

_SWAPS = (5, 6, 7, 8)  # EXIF's orientations that exchange width and height
_NOTICED = 1.0  # pixels that a box may reach beyond the image without a word: rounding


def on_upright(given: GivenPicture, notes: Notes) -> AnnotatedPicture | None:
    """The image with what can be used of its objects; None, and a note, where it cannot be."""
    try:
        header = read_header(given.path)
    except PictureError:
        notes.add("unreadable_image", given.name)
        return None
    except (OSError, TransCNNError):  # not there, not ours to read, or a name of no file
        notes.add("missing_image", given.name)
        return None
    upright = header.size[::-1] if header.orientation in _SWAPS else header.size
    turn = header.orientation
    if given.size not in (None, header.size):
        if given.size != upright:
            notes.add("other_size", given.name)
            return None
        turn = 1  # who annotated it saw it upright
    drawn_on = upright if turn == 1 else header.size
    placed = (_placed(one, drawn_on, turn, given.name, notes) for one in given.objects)
    objects = tuple(one for one in placed if one is not None)
    return AnnotatedPicture(given.path, given.name, upright, objects)


def _placed(
    given: GivenObject, size: tuple[int, int], turn: int, name: str, notes: Notes
) -> Annotation | None:
    mask = None
    if given.segmentation:
        mask = read_mask(given.segmentation, size)
        if mask is None:
            notes.add("no_mask", name)
    box = given.box if given.box is not None or mask is None else mask.box
    if box is None or not all(map(math.isfinite, box)) or _empty(box):
        notes.add("no_box", name)
        return None
    width, height = size
    inside = Box(
        max(0.0, box.left), max(0.0, box.top), min(width, box.right), min(height, box.bottom)
    )
    if _empty(inside):
        notes.add("outside", name)
        return None
    if max(abs(a - b) for a, b in zip(box, inside, strict=True)) > _NOTICED:
        notes.add("cut", name)
    if mask is not None and turn != 1:
        mask = Mask.of(turn_pixels(mask.pixels(), turn))
    return Annotation(given.label, turn_box(inside, turn, size), mask, given.crowd)


def _empty(box: Box) -> bool:
    return box.right <= box.left or box.bottom <= box.top


def turn_box(box: Box, orientation: int, size: tuple[int, int]) -> Box:
    """A box on the stored image of `size` (width, height), on the upright one."""
    (left, top, right, bottom), (width, height) = box, size
    if orientation in (2, 3, 7, 8):
        left, right = width - right, width - left
    if orientation in (3, 4, 6, 7):
        top, bottom = height - bottom, height - top
    return Box(top, left, bottom, right) if orientation in _SWAPS else Box(left, top, right, bottom)


def turn_pixels(pixels: NDArray[np.bool_], orientation: int) -> NDArray[np.bool_]:
    """A map [rows, columns] of the stored image, on the upright one."""
    if orientation in (2, 3, 7, 8):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 6, 7):
        pixels = pixels[::-1]
    return pixels.T if orientation in _SWAPS else pixels
