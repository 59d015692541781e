"""Objects in images: what annotations say is there, and what a network finds. No torch here."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from transcnn.pictures.geometry import Box


@dataclass(frozen=True)
class Mask:
    """The pixels of one object on the upright image, as COCO's compressed run-length encoding."""

    size: tuple[int, int]  # of the image: rows, columns
    counts: bytes

    @classmethod
    def of(cls, pixels: NDArray[np.bool_]) -> "Mask":
        """From a map [rows, columns]."""
        from faster_coco_eval.core import mask

        found = mask.encode(np.asfortranarray(pixels, dtype=np.uint8))
        return cls((pixels.shape[0], pixels.shape[1]), found["counts"])

    @classmethod
    def placed(
        cls, pixels: NDArray[np.bool_], at: tuple[int, int], size: tuple[int, int]
    ) -> "Mask":
        """From a part of the map [rows, columns] that begins at `at` (row, column) of an image of
        `size` (rows, columns), and is the only part with pixels of the object.

        A large image then takes no longer than its objects are large.
        """
        from faster_coco_eval.core import mask

        edge = np.zeros((pixels.shape[1], 1), dtype=np.int8)
        steps = np.diff(np.hstack([edge, pixels.T, edge]), axis=1)  # each column by itself
        columns, rows = np.nonzero(steps)
        ends = (columns + at[1]) * size[0] + rows + at[0]  # where runs begin and end, in turn
        joined = np.flatnonzero(ends[1:-1:2] == ends[2::2])  # over the end of a whole column
        ends = np.delete(ends, np.concatenate([2 * joined + 1, 2 * joined + 2]))
        counts = np.diff(ends, prepend=0, append=size[0] * size[1])
        if counts[-1] == 0:
            counts = counts[:-1]
        said = {"size": list(size), "counts": counts.tolist()}
        return cls(size, mask.frPyObjects(said, *size)["counts"])

    @property
    def rle(self) -> dict[str, object]:
        """As in COCO's JSON: `size` and `counts`."""
        return {"size": list(self.size), "counts": self.counts.decode("ascii")}

    @property
    def area(self) -> int:
        """Pixels that belong to the object."""
        from faster_coco_eval.core import mask

        return int(mask.area({"size": list(self.size), "counts": self.counts}))

    @property
    def box(self) -> Box:
        """The smallest box round it; an empty one round an empty mask."""
        from faster_coco_eval.core import mask

        found = mask.toBbox({"size": list(self.size), "counts": self.counts})
        left, top, width, height = map(float, found)
        return Box(left, top, left + width, top + height)

    def pixels(self) -> NDArray[np.bool_]:
        """The map [rows, columns]."""
        from faster_coco_eval.core import mask

        found = mask.decode({"size": list(self.size), "counts": self.counts})
        return np.asarray(found, dtype=bool)


@dataclass(frozen=True)
class Annotation:
    """One object that is there. A crowd is a box or mask round many, which scores nothing."""

    label: int  # its index among the classes of the set
    box: Box  # on the upright image, in its pixels
    mask: Mask | None = None
    crowd: bool = False


@dataclass(frozen=True)
class AnnotatedPicture:
    """An image with every object of the set's classes that is in it."""

    path: Path
    name: str  # as the annotations have it
    size: tuple[int, int]  # width and height, upright
    objects: tuple[Annotation, ...]


@dataclass(frozen=True)
class LeftOut:
    """What of a set could not be used for one cause; as text it is one sentence.

    `why` is the cause's name in the catalogue of words, table `detection_sets`.
    """

    why: str
    count: int
    names: tuple[str, ...]  # of the images or files that it concerns; many end in …

    def said_in(self, code: str) -> str:
        """The sentence in a language."""
        from transcnn.words.translator import translator
        from transcnn.words.visible import QUOTED, shorten, visible

        names = shorten(visible(", ".join(self.names)), QUOTED)
        return translator(code)(f"detection_sets.{self.why}", count=self.count, names=names)

    def __str__(self) -> str:
        from transcnn.words import DEFAULT

        return self.said_in(DEFAULT)


@dataclass(frozen=True)
class DetectionSet:
    """Annotated images. `left_out` says what could not be used, and why."""

    classes: tuple[str, ...]
    pictures: tuple[AnnotatedPicture, ...]
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True)
class Detection:
    """One object that a network finds."""

    label: int  # its index among the network's classes
    score: float  # 0 to 1
    box: Box  # on the upright image, in its pixels
    mask: Mask | None = None


@dataclass(frozen=True)
class Detected:
    """What a network finds in one image, by descending score."""

    size: tuple[int, int]  # of the image: width and height, upright
    detections: tuple[Detection, ...]

    def above(self, threshold: float) -> "Detected":
        """Only what has at least the score `threshold`."""
        kept = tuple(one for one in self.detections if one.score >= threshold)
        return Detected(self.size, kept)
