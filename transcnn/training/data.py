"""Pictures of class folders, decoded once into one mapped file a source.

Decoding JPEG files takes a good part of a step's time; read from the mapped file, pictures cost
nothing beside the network, and several processes share them.
"""

import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from transcnn.errors import FolderError, PictureError
from transcnn.evaluation.folder import NO_CLASSES, is_held_out
from transcnn.pictures import decode, prepare

Pixels = NDArray[np.uint8]
Progress = Callable[[Path, int, int], None]
"""Called with a source's folder, how many of its pictures are decoded, and of how many."""

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp")


def find_training_pictures(source: Path) -> list[Path]:
    """The pictures below `source` that may be trained on, sorted.

    A folder of classes may have folders inside (Tiny-ImageNet: class/images/file); "its folder"
    of the rule can then mean the class or the innermost one, and a picture that either reading
    holds back is left out. Raises FolderError if there is no folder or fewer than two pictures.
    """
    if not source.is_dir():
        raise FolderError(folder=source, reason="there is no such folder")
    found = []
    for path in sorted(source.rglob("*")):
        if path.suffix.lower() not in SUFFIXES or not path.is_file():
            continue
        within = path.relative_to(source).parts[:-1]
        outer = within[0] if within else source.name
        if outer in NO_CLASSES or any(part.startswith(".") for part in within):
            continue
        if not is_held_out(outer, path.name) and not is_held_out(path.parent.name, path.name):
            found.append(path)
    if len(found) < 2:
        raise FolderError(folder=source, reason="it has fewer than two pictures to train on")
    return found


@dataclass(frozen=True)
class Source:
    """The pictures of one folder: pixels [n, side, side, 3] and the file of each, and the files
    that are no picture."""

    folder: Path
    pixels: Pixels
    files: tuple[Path, ...]
    broken: tuple[tuple[Path, str], ...]  # file, and the sentence why


def open_source(folder: Path, cache: Path, store_px: int, progress: Progress) -> Source:
    """The pictures of `folder`, decoded into `cache` unless they are there already.

    They are kept as squares (shorter side resized, middle) of `store_px` pixels, or of the usual
    shorter side of the source if that is less. What cannot be read is left out and listed. The
    cache is made anew when the folder's list of files has changed. Raises FolderError if fewer
    than two can be read.
    """
    paths = find_training_pictures(folder)
    listing = "\n".join(f"{path} {path.stat().st_size}" for path in paths)
    key = f"{folder.name}-{zlib.crc32(listing.encode()):08x}-{store_px}"
    facts, data = cache / f"{key}.json", cache / f"{key}.pixels"
    if not facts.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        _decode_all(folder, paths, store_px, facts, data, progress)
    told = json.loads(facts.read_text(encoding="utf-8"))
    if told["count"] < 2:
        raise FolderError(folder=folder, reason="fewer than two of its files can be read")
    shape = (told["count"], told["side"], told["side"], 3)
    pixels = np.memmap(data, dtype=np.uint8, mode="r", shape=shape)
    broken = {Path(file): why for file, why in told["broken"]}
    files = tuple(path for path in paths if path not in broken)
    return Source(folder, pixels, files, tuple(broken.items()))


def _decode_all(
    folder: Path, paths: Sequence[Path], store_px: int, facts: Path, data: Path, progress: Progress
) -> None:
    """Write the pixels, then the facts: a cache without facts is not finished."""
    side = min(store_px, _usual_side(paths))
    broken = []
    count = 0
    with data.open("wb") as file:
        for i, path in enumerate(paths):
            try:
                pixels, _ = prepare(decode(path.read_bytes()), side)
                file.write(pixels.tobytes())
                count += 1
            except (PictureError, OSError) as error:
                broken.append((str(path), str(error)))
            progress(folder, i + 1, len(paths))
    told = {"count": count, "side": side, "broken": broken}
    unfinished = facts.with_suffix(".part")
    unfinished.write_text(json.dumps(told), encoding="utf-8")
    unfinished.replace(facts)


def _usual_side(paths: Sequence[Path], looked_at: int = 100) -> int:
    """The median shorter side of some pictures, evenly spaced, in pixels."""
    sides = []
    for path in paths[:: max(1, len(paths) // looked_at)]:
        try:
            sides.append(min(decode(path.read_bytes()).size))
        except (PictureError, OSError):
            continue
    return int(np.median(sides)) if sides else 1
