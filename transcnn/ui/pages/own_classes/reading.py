"""From files to images: those of one class, or an archive with a folder for each class."""

import itertools
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from transcnn.errors import ArchiveTooLarge, FileTooLarge, PictureError
from transcnn.limits import MB, limits
from transcnn.pictures import read_image_file
from transcnn.runs.archive import own_class_limits, unpack
from transcnn.ui.pages.own_classes.collection import (
    MOST_CLASSES,
    MOST_IMAGES,
    LeftOut,
    OwnImage,
    read_image,
)

OnDone = Callable[[int, int], None]
"""Called with how many files are read, and of how many."""


@dataclass
class Reading:
    """What files held: images by the name of their class, and what was left out."""

    found: dict[str, list[OwnImage]] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)

    def take(self, label: str, name: str, data: bytes) -> None:
        """Read an image of the class `label`, or note why it cannot be."""
        try:
            most = limits().upload_image_mb
            if len(data) > most * MB:  # the widget's own limit holds in the browser only
                raise FileTooLarge(limit=most)
            self.found.setdefault(label, []).append(read_image(name, data))
        except PictureError as error:
            self.left_out.append(LeftOut(name, error))


def read_files(
    label: str, files: Sequence[tuple[str, bytes]], room: int, progress: OnDone
) -> Reading:
    """The images of one class from files, given by name and bytes; `room` for so many images."""
    found = Reading()
    for i, (name, data) in enumerate(files):
        if len(found.found.get(label, ())) >= room:
            found.left_out.append(LeftOut(name, "too_many", {"limit": MOST_IMAGES}))
            continue
        found.take(label, name, data)
        progress(i + 1, len(files))
    return found


def read_archive(name: str, data: bytes, room: int, progress: OnDone) -> Reading:
    """The images of an archive, by the names of its folders.

    Where there are too many images, each class loses about as many. Raises ArchiveError.
    """
    most = limits().archive_mb
    if len(data) > most * MB:  # the widget's own limit holds in the browser only
        raise ArchiveTooLarge(file=name, limit=most)
    found = Reading()
    with tempfile.TemporaryDirectory() as scratch:
        packed = Path(scratch) / "packed"
        packed.write_bytes(data)
        inside = unpack(
            packed, Path(scratch) / "images", own_class_limits(), name, lambda: progress(0, 1)
        )
        folders = [path for path in sorted(inside.iterdir()) if path.is_dir() and _counts(path)]
        if not folders:
            found.left_out.append(LeftOut(name, "no_folders"))
            return found
        for path in sorted(inside.iterdir()):
            if path.is_file() and _counts(path):
                found.left_out.append(LeftOut(_text(path.name), "in_no_folder"))
        for folder in folders[MOST_CLASSES:]:
            many = LeftOut(_text(folder.name), "too_many_classes", {"limit": MOST_CLASSES})
            found.left_out.append(many)
        files = {folder: list(_files(folder)) for folder in folders[:MOST_CLASSES]}
        for folder in (folder for folder, inside_it in files.items() if not inside_it):
            found.left_out.append(LeftOut(_text(folder.name), "empty_folder"))
        _read_in_turn(files, room, progress, found)
    return found


def _read_in_turn(
    files: dict[Path, list[Path]], room: int, progress: OnDone, found: Reading
) -> None:
    """Read one image of each folder, then the next of each, as long as there is room."""
    turns = itertools.zip_longest(
        *([(folder, p) for p in paths] for folder, paths in files.items())
    )
    order = [pair for turn in turns for pair in turn if pair is not None]
    for i, (folder, path) in enumerate(order):
        label = _text(folder.name)
        called = f"{label}/{_text(path.name)}"
        if sum(map(len, found.found.values())) >= room:
            found.left_out.append(LeftOut(called, "too_many", {"limit": MOST_IMAGES}))
            continue
        try:
            found.take(label, called, read_image_file(path))
        except PictureError as error:
            found.left_out.append(LeftOut(called, error))
        progress(i + 1, len(order))


def _files(folder: Path) -> Iterator[Path]:
    """The files of a folder and of those in it, without what systems put beside them."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and all(_counts(Path(part)) for part in path.relative_to(folder).parts):
            yield path


def _text(name: str) -> str:
    """A name whose bytes may be no text, as text that can be shown."""
    return name.encode(errors="surrogateescape").decode(errors="backslashreplace")


def _counts(path: Path) -> bool:
    return not path.name.startswith((".", "__MACOSX")) and path.name not in (
        "Thumbs.db",
        "desktop.ini",
    )
