"""The images of an annotated set, decoded once into one mapped file, each in its own shape."""

import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from transcnn.detection.objects import AnnotatedPicture, DetectionSet
from transcnn.errors import FolderError, PictureError
from transcnn.files import replacing, write_file
from transcnn.pictures import read_picture
from transcnn.pictures.changes import Pixels


@dataclass(frozen=True)
class AnnotatedSource:
    """The readable images of a set, with their pixels smaller than they are stored on disk.

    `boxes` and `masks` say what of the annotations is learned.
    """

    pictures: tuple[AnnotatedPicture, ...]
    shapes: NDArray[np.int64]  # [n, 2], rows and columns
    starts: NDArray[np.int64]  # [n]
    data: NDArray[np.uint8]
    left_out: tuple[str, ...]
    boxes: bool = True
    masks: bool = False

    def __len__(self) -> int:
        return len(self.pictures)

    def pixels(self, i: int) -> Pixels:
        """Image i [rows, columns, 3]."""
        rows, columns = self.shapes[i]
        start = self.starts[i]
        return self.data[start : start + rows * columns * 3].reshape(rows, columns, 3)


def open_annotated(
    found: DetectionSet,
    cache: Path,
    store_px: int,
    progress: Callable[[int, int], None],
    *,
    boxes: bool = True,
    masks: bool = False,
) -> AnnotatedSource:
    """The images of a set, decoded into `cache` unless they are there already: their longer side
    becomes at most `store_px`. `progress` is called with how many are decoded, of how many.

    Unreadable files are left out and listed. Raises FolderError if fewer than two can be read.
    """
    listing = "\n".join(f"{one.path} {one.path.stat().st_size}" for one in found.pictures)
    key = f"{zlib.crc32(listing.encode(errors='surrogateescape')):08x}-{store_px}"
    metadata, data = cache / f"{key}.json", cache / f"{key}.pixels"
    if not metadata.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        _decode_all(found, store_px, metadata, data, progress)
    meta = json.loads(metadata.read_text(encoding="utf-8"))
    shapes = np.array(meta["shapes"], dtype=np.int64).reshape(-1, 2)
    if len(shapes) < 2:
        folder = found.pictures[0].path.parent if found.pictures else cache
        raise FolderError(folder=folder, reason="fewer than two annotated images can be read")
    kept = tuple(found.pictures[i] for i in meta["kept"])
    sizes = shapes.prod(1) * 3
    mapped = np.memmap(data, dtype=np.uint8, mode="r")
    broken = (*map(str, found.left_out), *meta["broken"])
    return AnnotatedSource(kept, shapes, sizes.cumsum() - sizes, mapped, broken, boxes, masks)


def _decode_all(
    found: DetectionSet,
    store_px: int,
    metadata: Path,
    data: Path,
    progress: Callable[[int, int], None],
) -> None:
    """Write the pixels, then the metadata: a cache without metadata is incomplete."""
    kept: list[int] = []
    shapes: list[tuple[int, int]] = []
    broken: list[str] = []
    with replacing(data) as part, part.open("wb") as file:
        for i, picture in enumerate(found.pictures):
            try:
                image = read_picture(picture.path).image
                image.thumbnail((store_px, store_px), Image.Resampling.LANCZOS)
                file.write(np.asarray(image).tobytes())
                kept.append(i)
                shapes.append((image.height, image.width))
            except (PictureError, OSError) as error:
                broken.append(f"{picture.name}: {error}")
            progress(i + 1, len(found.pictures))
    write_file(metadata, json.dumps({"kept": kept, "shapes": shapes, "broken": broken}))
