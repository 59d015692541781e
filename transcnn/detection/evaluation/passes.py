"""A detector on every image of a set, under several interventions."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from transcnn.detection.detector import ObjectDetector
from transcnn.detection.objects import AnnotatedPicture, Detected
from transcnn.errors import PictureError
from transcnn.model.interventions import EVERYWHERE, Where
from transcnn.pictures import Crop, DecodedPicture, read_picture
from transcnn.pictures.geometry import Box

OnProgress = Callable[[str, int, int], None]
"""Called with what is being done ("measuring", "resampling"), how many are done, and of how many.
What it raises stops the work."""


@dataclass(frozen=True)
class Passes:
    """What is found in each readable image under each intervention, in the order of the set."""

    pictures: tuple[AnnotatedPicture, ...]
    found: dict[str, list[Detected]]
    unreadable: tuple[tuple[AnnotatedPicture, str], ...]  # with the sentence why


def detect_all(
    detector: ObjectDetector,
    pictures: Sequence[AnnotatedPicture],
    attentions: Sequence[str],
    where: Where = EVERYWHERE,
    size: int | None = None,
    progress: OnProgress = lambda *_: None,
) -> Passes:
    """Run every intervention on all images.

    "swapped" gives each image the attention matrices of the next readable one (after the last comes
    the first), which is resized to the input of this one, since each has its own shape.
    """
    found: dict[str, list[Detected]] = {name: [] for name in attentions}
    unreadable: list[tuple[AnnotatedPicture, str]] = []
    readable = []
    for picture, decoded, following in _with_next(pictures, unreadable):
        pixels, crop = detector.prepare(decoded, size)
        for name in attentions:
            other = None
            if name == "swapped":
                other = detector.attention(*_resized(following, crop))
            intervention = detector.intervention(name, other, where)
            found[name].append(detector.detect_pixels(pixels, crop, intervention))
        readable.append(picture)
        progress("measuring", len(readable) + len(unreadable), len(pictures))
    return Passes(tuple(readable), found, tuple(unreadable))


def _with_next(
    pictures: Sequence[AnnotatedPicture], unreadable: list[tuple[AnnotatedPicture, str]]
) -> Iterator[tuple[AnnotatedPicture, DecodedPicture, DecodedPicture]]:
    """Each readable image with the next one; only two are kept, besides the first."""
    first = before = None
    for picture in pictures:
        try:
            decoded = read_picture(picture.path)
        except PictureError as error:
            unreadable.append((picture, str(error)))
            continue
        except OSError as error:
            unreadable.append((picture, f"{error.strerror}."))
            continue
        if before is not None:
            yield (*before, decoded)
        before = picture, decoded
        first = first or before
    if before is not None and first is not None:
        yield (*before, first[1])


def _resized(picture: DecodedPicture, crop: Crop) -> tuple[NDArray[np.uint8], Crop]:
    """The whole image as an input of the size that `crop` has."""
    rows, columns = crop.sides
    pixels = picture.image.resize((columns, rows), Image.Resampling.BICUBIC)
    return np.asarray(pixels), Crop(picture.size, Box(0, 0, *picture.size), columns, rows)
