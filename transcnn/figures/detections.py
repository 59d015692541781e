"""What a detector finds in an image, drawn on it: boxes, masks, labels with scores.

A class has the same colour in every figure; the palette is that of Okabe and Ito, which people with
any colour vision tell apart, without its black and its blue, on which dark letters are hard to
read. Objects of a lower score lie below those of a higher one.
"""

import itertools
import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from transcnn.detection.objects import Detected, Detection
from transcnn.figures.drawing import Drawing, Picture, Ring, Tag, Text, font
from transcnn.figures.sheet import GAP, HEAD
from transcnn.labels import object_name
from transcnn.pictures import DecodedPicture
from transcnn.pictures.geometry import Box
from transcnn.words.translator import Translator

COLOURS = ("#E69F00", "#56B4E9", "#F0E442", "#CC79A7", "#009E73", "#D55E00")
SIDES = (640, 1200)  # pixels: the longer side of the image in the figure, at least and at most
_LETTERS, _TAG = 13, 18  # pixels: size of a label's text, height of a label
_FILL, _CONTOUR = 96, 255  # opacity of a mask and of its contour, of 255


def colour_of(label: int) -> str:
    """The colour of a class."""
    return COLOURS[label % len(COLOURS)]


def label_text(t: Translator, name: str, score: float) -> str:
    """What an object is labelled with: its class in the language, and its score."""
    return f"{object_name(name, t.language)} {t.fixed(score, 2)}"


def draw_detections(
    t: Translator,
    picture: DecodedPicture,
    detected: Detected,
    names: Sequence[str],
    *,
    model: str,
    threshold: float,
) -> Drawing:
    """The image with what was found in it with at least the score `threshold`.

    `names` are the network's classes in the order of their labels, as it calls them. Labels lie on
    the image; one that is narrower than a label has paper beside it.
    """
    shown = detected.above(threshold)
    key = "figures.detections" if shown.detections else "figures.no_detections"
    title = t(key, model=model, count=len(shown.detections), threshold=t.fixed(threshold, 2))
    width, height = picture.size
    longest = max(width, height)
    scale = min(max(longest, SIDES[0]), SIDES[1]) / longest
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = np.asarray(picture.image.resize(size, Image.Resampling.LANCZOS))
    left, top = GAP, GAP + HEAD
    shapes: list[Picture | Ring | Tag | Text] = [
        Text(GAP, GAP + 6, title, 17),
        Picture(left, top, *size, small, photo=True),
    ]
    if any(one.mask for one in shown.detections):
        shapes.append(Picture(left, top, *size, _masks(shown, size)))
    across, down = size[0] / width, size[1] / height
    placed = [
        (one, Box(*(v * by for v, by in zip(one.box, (across, down) * 2, strict=True))))
        for one in shown.detections
    ]
    for one, box in reversed(placed):
        corners = (left + box.left, top + box.top, left + box.right, top + box.bottom)
        shapes.append(Ring(*corners, colour_of(one.label)))
    tags = list(_tags(t, placed, names, size))
    shapes += [_moved(tag, left, top) for tag in tags]
    right = max([size[0], *(math.ceil(tag.left + tag.width) for tag in tags)])
    bottom = max([size[1], *(math.ceil(tag.top + tag.height) for tag in tags)])
    page = max(right, math.ceil(font(17).getlength(title))) + 2 * GAP
    return Drawing(title, page, top + bottom + GAP, tuple(shapes))


def _moved(tag: Tag, left: float, top: float) -> Tag:
    at = (tag.left + left, tag.top + top)
    return Tag(*at, tag.width, tag.height, tag.text, tag.size, tag.colour)


def _masks(detected: Detected, size: tuple[int, int]) -> NDArray[np.uint8]:
    """All masks on one transparent image [rows, columns, 4] of `size` (columns, rows)."""
    columns, rows = size
    width, height = detected.size
    down, across = ((np.arange(n) * whole // n) for n, whole in ((rows, height), (columns, width)))
    drawn = np.zeros((rows, columns, 4), dtype=np.uint8)
    for one in reversed(detected.detections):
        if one.mask is not None:
            inside = one.mask.pixels()[down][:, across]
            colour = bytes.fromhex(colour_of(one.label)[1:])
            drawn[inside] = (*colour, _FILL)
            drawn[inside & ~_eroded(_eroded(inside))] = (*colour, _CONTOUR)
    return drawn


def _eroded(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Without the pixels that have a neighbour outside, above, below or beside them."""
    around = np.pad(inside, 1)
    within: NDArray[np.bool_] = (
        inside & around[:-2, 1:-1] & around[2:, 1:-1] & around[1:-1, :-2] & around[1:-1, 2:]
    )
    return within


def _tags(
    t: Translator,
    placed: Sequence[tuple[Detection, Box]],
    names: Sequence[str],
    size: tuple[int, int],
) -> Iterator[Tag]:
    """The labels, those of the highest scores first: each at its box, where no other one is."""
    taken: list[Tag] = []
    for one, box in placed:
        text = label_text(t, names[one.label], one.score)
        width = font(_LETTERS).getlength(text) + 2 * _LETTERS / 3
        room = max(0.0, size[0] - width), max(0.0, size[1] - _TAG)
        near = [
            (min(max(x, 0.0), room[0]), min(max(y, 0.0), room[1])) for x, y in _spots(box, width)
        ]
        spots = itertools.chain(near, _all_spots(near[0], room, width))
        free = (at for at in spots if not any(_overlap(at, width, tag) for tag in taken))
        at = next(free, near[0])
        taken.append(Tag(*at, width, _TAG, text, _LETTERS, colour_of(one.label)))
        yield taken[-1]


def _spots(box: Box, width: float) -> Iterator[tuple[float, float]]:
    """Where a label may stand at its box: on its upper edge, within it, below."""
    for y in (box.top - _TAG, box.top, box.bottom - _TAG, box.bottom):
        yield box.left, y
        yield box.right - width, y


def _all_spots(
    near: tuple[float, float], room: tuple[float, float], width: float
) -> Iterator[tuple[float, float]]:
    """Where it may stand on the whole image, the nearest first."""
    columns, rows = np.arange(0, room[0] + 1, width), np.arange(0, room[1] + 1, _TAG)
    yield from sorted(itertools.product(columns, rows), key=lambda at: math.dist(at, near))


def _overlap(at: tuple[float, float], width: float, tag: Tag) -> bool:
    across = at[0] < tag.left + tag.width and tag.left < at[0] + width
    return across and at[1] < tag.top + tag.height and tag.top < at[1] + _TAG
