"""Folders of images, as lists in a fixed order."""

import glob
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from transcnn.errors import ChoiceError, FolderError, UnknownClass, UnknownLabel
from transcnn.labels import IMAGENET, Classes, ClassName
from transcnn.pictures import SUFFIXES

T = TypeVar("T", bound="PictureFile")


@dataclass(frozen=True)
class PictureFile:
    """An image file of a folder."""

    folder: Path  # the folder that it was found in
    path: Path
    name: str  # "<sub-folder>/<file>": fixes the order and seeds the image's changes


@dataclass(frozen=True)
class Labelled(PictureFile):
    """An image file and its true label, which its sub-folder names."""

    label: ClassName


def find_pictures(
    folder: Path, limit: int | None = None, classes: Classes = IMAGENET
) -> list[Labelled]:
    """The images of `folder`, sorted by name; with `limit`, that many, evenly spaced.

    Each sub-folder is named by the WNID, index or name of a class, or by one of a network's own
    `classes`. Every file in it counts except
    hidden ones; files that are no images are reported when they are read. Raises FolderError if
    there is no such folder or no file, UnknownLabel if a sub-folder names no class; ChoiceError
    for a limit below 1.
    """
    found = []
    for sub, files in _sub_folders(folder):
        label = label_of(sub.name, folder, classes)
        found += [Labelled(folder, file, f"{sub.name}/{file.name}", label) for file in files]
    return _in_order(folder, found, limit)


def label_of(text: str, folder: Path, classes: Classes) -> ClassName:
    """The class that `text` names; raises UnknownLabel, with similar names, if there is none."""
    label = classes.find(text)
    if label is not None:
        return label
    if classes.own is not None:
        more = ", ..." if len(classes.own) > 10 else ""
        raise UnknownClass(folder=folder, label=text, known=", ".join(classes.own[:10]) + more)
    nearest = ", ".join(name.label for name in classes.nearest(text)) or "none"
    raise UnknownLabel(folder=folder, label=text, nearest=nearest)


def find_held_out(folder: Path, limit: int | None = None) -> list[PictureFile]:
    """The held-out images of a training source, sorted by name; with `limit`, that many, evenly
    spaced. Sub-folders may have any names. Errors as for `find_pictures`.
    """
    found = [
        PictureFile(folder, file, f"{sub.name}/{file.name}")
        for sub, files in _sub_folders(folder)
        for file in files
        if sub.name not in NO_CLASSES and is_held_out(sub.name, file.name)
    ]
    return _in_order(folder, found, limit)


def find_images(given: Iterable[Path]) -> list[Path]:
    """The files that are meant: of a folder all images below it, by their names' endings; of a
    pattern with *, ? or [...] that names no file, those that match; all else as it is.

    Raises FolderError where a folder has no images, or nothing matches a pattern.
    """
    found = []
    for path in given:
        if path.is_dir():
            below = (p for p in path.rglob("*") if not _hidden(p.relative_to(path)))
            files = sorted(p for p in below if p.suffix.lower() in SUFFIXES and p.is_file())
            reason = "it has no images"
        elif not path.exists() and glob.has_magic(str(path)):
            files = sorted(map(Path, glob.glob(str(path), recursive=True)))
            reason = "no file matches"
        else:
            files, reason = [path], ""
        if not files:
            raise FolderError(folder=path, reason=reason)
        found += files
    return found


NO_CLASSES = ("BACKGROUND_Google",)  # Caltech-101's collection of unrelated images


def is_held_out(folder: str, file: str) -> bool:
    """True for the tenth of a training source that is held out for evaluation."""
    return zlib.crc32(f"{folder}/{file}".encode(errors="surrogateescape")) % 10 == 0


def _sub_folders(folder: Path) -> Iterator[tuple[Path, list[Path]]]:
    """Each sub-folder that has files, with them."""
    if not folder.is_dir():
        raise FolderError(folder=folder, reason="there is no such folder")
    for sub in sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith(".")):
        files = [p for p in sub.rglob("*") if p.is_file() and not _hidden(p.relative_to(sub))]
        if files:
            yield sub, files


def _in_order(folder: Path, found: list[T], limit: int | None) -> list[T]:
    if limit is not None and limit < 1:
        raise ChoiceError(field="limit", value=limit, allowed="1 or more")
    if not found:
        raise FolderError(folder=folder, reason="it has no sub-folders with images")
    found.sort(key=lambda picture: (picture.name, picture.path))
    if limit is None or limit >= len(found):
        return found
    return [found[i * len(found) // limit] for i in range(limit)]


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)
