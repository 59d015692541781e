"""Images of class folders, decoded once into one mapped file for each source.

Decoding JPEG files would take a good part of each step; reading the mapped file takes almost no
time, and several processes share it.
"""

import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from transcnn.errors import FolderError, PictureError
from transcnn.evaluation.folder import NO_CLASSES, is_held_out
from transcnn.files import replacing, write_file
from transcnn.pictures import SUFFIXES, prepare, read_picture
from transcnn.pictures.changes import Pixels

OnDecoded = Callable[[Path, int, int], None]
"""Called with a source's folder, how many of its images are decoded, and of how many."""


def find_training_pictures(source: Path) -> list[Path]:
    """The images below `source` that are not held out, sorted.

    Class folders may have folders inside (Tiny-ImageNet: class/images/file). "Its folder" in the
    rule of held-out images can then mean the class or the innermost one; an image that is held out
    by either is left out. Raises FolderError if there is no folder or fewer than two images.
    """
    if not source.is_dir():
        raise FolderError(folder=source, reason="there is no such folder")
    found = []
    for path in sorted(source.rglob("*"), key=lambda path: path.parts):  # so on every system
        if path.suffix.lower() not in SUFFIXES or not path.is_file():
            continue
        within = path.relative_to(source).parts[:-1]
        outer = within[0] if within else source.name
        if outer in NO_CLASSES or any(part.startswith(".") for part in within):
            continue
        if not is_held_out(outer, path.name) and not is_held_out(path.parent.name, path.name):
            found.append(path)
    if len(found) < 2:
        raise FolderError(folder=source, reason="it has fewer than two images to train on")
    return found


@dataclass(frozen=True)
class TrainingSource:
    """The images of one folder: pixels [n, side, side, 3], the file of each, and the files that
    could not be read."""

    folder: Path
    pixels: Pixels
    files: tuple[Path, ...]
    broken: tuple[tuple[Path, str], ...]  # file, reason


def open_source(folder: Path, cache: Path, store_px: int, progress: OnDecoded) -> TrainingSource:
    """The images of `folder`, decoded into `cache` unless they are there already.

    They are stored as squares (shorter side resized, centre crop) of `store_px` pixels, or of the
    median shorter side of the source if that is less. Unreadable files are left out and listed.
    The cache is rebuilt when the folder's list of files has changed. Raises FolderError if fewer
    than two can be read.
    """
    paths = find_training_pictures(folder)
    return open_files(folder, paths, cache, store_px, progress)


def open_files(
    folder: Path,
    paths: Sequence[Path],
    cache: Path,
    store_px: int,
    progress: OnDecoded,
    exactly: bool = False,
) -> TrainingSource:
    """The same for given files; with `exactly` small ones are enlarged to `store_px` too, so that
    the pixels are those that the network sees."""
    listing = "\n".join(f"{path} {path.stat().st_size}" for path in paths)
    checksum = zlib.crc32(listing.encode(errors="surrogateescape"))
    key = f"{folder.name}-{checksum:08x}-{store_px}{'-exactly' if exactly else ''}"
    metadata, data = cache / f"{key}.json", cache / f"{key}.pixels"
    if not metadata.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        side = store_px if exactly else min(store_px, _median_side(paths))
        _decode_all(folder, paths, side, metadata, data, progress)
    meta = json.loads(metadata.read_text(encoding="utf-8"))
    if meta["count"] < 2:
        raise FolderError(folder=folder, reason="fewer than two of its files can be read")
    shape = (meta["count"], meta["side"], meta["side"], 3)
    pixels = np.memmap(data, dtype=np.uint8, mode="r", shape=shape)
    broken = {Path(file): why for file, why in meta["broken"]}
    files = tuple(path for path in paths if path not in broken)
    return TrainingSource(folder, pixels, files, tuple(broken.items()))


def _decode_all(
    folder: Path,
    paths: Sequence[Path],
    side: int,
    metadata: Path,
    data: Path,
    progress: OnDecoded,
) -> None:
    """Write the pixels, then the metadata: a cache without metadata is incomplete."""
    broken = []
    count = 0
    with replacing(data) as part, part.open("wb") as file:
        for i, path in enumerate(paths):
            try:
                pixels, _ = prepare(read_picture(path), side)
                file.write(pixels.tobytes())
                count += 1
            except (PictureError, OSError) as error:
                broken.append((str(path), str(error)))
            progress(folder, i + 1, len(paths))
    meta = {"count": count, "side": side, "broken": broken}
    write_file(metadata, json.dumps(meta))


def _median_side(paths: Sequence[Path], looked_at: int = 100) -> int:
    """The median shorter side of a sample of the images, in pixels."""
    sides = []
    for path in paths[:: max(1, len(paths) // looked_at)]:
        try:
            sides.append(min(read_picture(path).size))
        except (PictureError, OSError):
            continue
    return int(np.median(sides)) if sides else 1
