"""The images of a person's own classes: a folder for each class, what is held out, and what is left
out and why.

    DIR/cat/*.jpg, DIR/dog/*.jpg              a fifth of each class is held out, drawn with a seed
    DIR/train/cat/*.jpg, DIR/val/cat/*.jpg    the person's own split; test/ if there is no val/
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from transcnn.errors import (
    FewOwnClasses,
    FolderError,
    ManyOwnClasses,
    MoreClassesThanImages,
    NothingHeldOut,
    SameClassName,
)
from transcnn.labels import folded
from transcnn.training.data import OnDecoded, TrainingSource, open_files

LEAST_IMAGES = 5  # of a class
MOST_CLASSES = 1000
HELD_OUT = 0.2  # of each class, where the person has made no split
_TRAIN = "train"
_HELD_OUT_NAMES = ("val", "valid", "validation", "test")  # the first that is there counts


@dataclass(frozen=True)
class LeftOut:
    """A file or folder that is not used. `why` is a key of the words `finetune.left_<why>`, which
    `details` fill."""

    path: Path
    why: str
    details: Mapping[str, Any]


@dataclass(frozen=True)
class OwnImages:
    """Images [n, S, S, 3] with their classes.

    `labels` [n] are positions in `classes`, -1 for what is left out; `held_out` [n] is True for the
    images that are not trained on: those of the folder `split`, or if that is None, drawn by chance
    with `seed`.
    """

    folder: Path
    classes: tuple[str, ...]
    source: TrainingSource
    labels: NDArray[np.int64]
    held_out: NDArray[np.bool_]
    split: Path | None
    seed: int
    left_out: tuple[LeftOut, ...]

    @property
    def training(self) -> NDArray[np.int64]:
        """The numbers of the images to train on."""
        return np.flatnonzero((self.labels >= 0) & ~self.held_out)

    @property
    def measuring(self) -> NDArray[np.int64]:
        """The numbers of the held-out images."""
        return np.flatnonzero((self.labels >= 0) & self.held_out)

    @property
    def by_class(self) -> tuple[NDArray[np.int64], ...]:
        """The numbers of each class's images to train on."""
        return tuple(self.training[self.labels[self.training] == c] for c in range(self.count))

    @property
    def count(self) -> int:
        """How many classes there are."""
        return len(self.classes)

    def check(self) -> None:
        """Raises FolderError where there are too few or too many classes, or nothing to measure
        on."""
        if self.count < 2:
            found = ", ".join(self.classes) or "—"
            raise FewOwnClasses(
                folder=self.folder, found=found, least=LEAST_IMAGES, most=MOST_CLASSES
            )
        if not len(self.measuring):
            raise NothingHeldOut(folder=self.split)

    def checksum(self) -> str:
        """A digest of what is trained and measured on: equal for equal images, classes, split."""
        found = hashlib.sha256(repr(self.classes).encode(errors="surrogateescape"))
        for i in np.flatnonzero(self.labels >= 0):
            found.update(_digest(self.source.pixels[i]))
            found.update(f"{self.labels[i]} {self.held_out[i]}".encode())
        return found.hexdigest()


def own_images(
    folder: Path, cache: Path, size_px: int, progress: OnDecoded, seed: int = 0
) -> OwnImages:
    """The images of the class folders in `folder`, as squares of `size_px`, decoded into `cache`.

    Left out and listed: unreadable files, an image that is in two classes (by its pixels, wherever
    it is), copies of an image within a class, classes with fewer than `LEAST_IMAGES` images, and
    what is in no class. Raises FolderError where nothing can be trained on.
    """
    train, split = _find_split(folder)
    left_out: list[LeftOut] = []
    found = _class_files(train, left_out, cache)
    _check_names(folder, list(found))
    count = sum(map(len, found.values()))
    if not found:
        raise FolderError(folder=folder, reason="it has no sub-folders, one for each class")
    if len(found) > MOST_CLASSES:
        raise ManyOwnClasses(folder=folder, classes=len(found), most=MOST_CLASSES)
    if count < len(found):
        raise MoreClassesThanImages(folder=folder, classes=len(found), images=count)
    pairs = [(file, name) for name, files in found.items() for file in files]
    trained = len(pairs)
    if split is not None:
        pairs += _held_out_files(split, train, found, left_out, cache)
    source = open_files(folder, [file for file, _ in pairs], cache, size_px, progress, exactly=True)
    left_out += [LeftOut(file, "unreadable", {"error": why}) for file, why in source.broken]
    class_of = dict(pairs)
    names = [class_of[file] for file in source.files]
    usable = _without_copies(source, names, left_out)
    at_training = {file for file, _ in pairs[:trained]}
    given = np.array([file not in at_training for file in source.files])
    classes = _large_enough(train, found, names, usable & ~given, left_out)
    place = {name: i for i, name in enumerate(classes)}
    labels = np.array([place.get(name, -1) for name in names])
    labels[~usable] = -1
    held_out = given if split is not None else _drawn(labels, len(classes), seed)
    order = tuple(sorted(left_out, key=lambda one: str(one.path)))
    return OwnImages(folder, classes, source, labels, held_out, split, seed, order)


def _find_split(folder: Path) -> tuple[Path, Path | None]:
    """The folder of the class folders to train on, and that of the held-out images, if the person
    has made a split: `train` with class folders inside and nothing else beside it."""
    if not folder.is_dir():
        raise FolderError(folder=folder, reason="there is no such folder")
    inside = {sub.name.casefold(): sub for sub in _sub_folders(folder)}
    train = inside.pop(_TRAIN, None)
    if train is None or not _sub_folders(train) or not inside.keys() <= set(_HELD_OUT_NAMES):
        return folder, None
    return train, next((inside[name] for name in _HELD_OUT_NAMES if name in inside), None)


def _sub_folders(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))


def _class_files(folder: Path, left_out: list[LeftOut], cache: Path) -> dict[str, list[Path]]:
    """The files of each class folder, sorted. What is beside the class folders is left out; the
    folder of the run is no class, should it be here."""
    left_out += [
        LeftOut(path, "no_class", {})
        for path in folder.iterdir()
        if path.is_file() and not path.name.startswith(".")
    ]
    found = {}
    for sub in _sub_folders(folder):
        if cache.resolve().is_relative_to(sub.resolve()):
            continue
        if not _is_text(sub.name):
            left_out.append(LeftOut(sub, "name", {}))
            continue
        files = [
            path
            for path in sub.rglob("*")
            if path.is_file() and not any(p.startswith(".") for p in path.relative_to(sub).parts)
        ]
        found[sub.name] = sorted(files, key=lambda path: path.parts)  # so on every system
    return found


def _is_text(name: str) -> bool:
    """Whether a folder's name is valid Unicode: a weight file could not hold it otherwise."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return bool(folded(name))


def _check_names(folder: Path, names: Sequence[str]) -> None:
    seen: dict[str, str] = {}
    for name in names:
        other = seen.setdefault(folded(name), name)
        if other != name:
            raise SameClassName(folder=folder, one=other, other=name)


def _held_out_files(
    split: Path,
    train: Path,
    found: Mapping[str, object],
    left_out: list[LeftOut],
    cache: Path,
) -> Iterator[tuple[Path, str]]:
    """The held-out files with their classes, which are those of the training folder."""
    given = _class_files(split, left_out, cache)
    _check_names(split, list(given))
    known = {folded(name): name for name in found}
    for name, files in given.items():
        if folded(name) in known:
            yield from ((file, known[folded(name)]) for file in files)
        else:
            left_out.append(LeftOut(split / name, "unknown_class", {"train": train.name}))


def _digest(pixels: NDArray[np.uint8]) -> bytes:
    return hashlib.blake2b(pixels.tobytes(), digest_size=16).digest()


def _without_copies(
    source: TrainingSource, names: Sequence[str], left_out: list[LeftOut]
) -> NDArray[np.bool_]:
    """Which images [n] are used: of equal ones in a class the first, of those in two classes none,
    since their label is unknown."""
    same: dict[bytes, list[int]] = defaultdict(list)
    for i, pixels in enumerate(source.pixels):
        same[_digest(pixels)].append(i)
    usable = np.ones(len(names), dtype=np.bool_)
    for group in same.values():
        for i in group:
            other = next((j for j in group if names[j] != names[i]), group[0])
            if other != i:
                usable[i] = False
                why = "copy" if names[other] == names[i] else "two_classes"
                left_out.append(LeftOut(source.files[i], why, {"other": source.files[other]}))
    return usable


def _large_enough(
    train: Path,
    found: Mapping[str, object],
    names: Sequence[str],
    usable: NDArray[np.bool_],
    left_out: list[LeftOut],
) -> tuple[str, ...]:
    """The classes with enough images that can be used."""
    counts = dict.fromkeys(found, 0)
    for name, used in zip(names, usable, strict=True):
        counts[name] += bool(used)
    left_out += [
        LeftOut(train / name, "few", {"count": count, "least": LEAST_IMAGES})
        for name, count in counts.items()
        if count < LEAST_IMAGES
    ]
    return tuple(name for name, count in counts.items() if count >= LEAST_IMAGES)


def _drawn(labels: NDArray[np.int64], classes: int, seed: int) -> NDArray[np.bool_]:
    """True for a fifth of the images of each class, at least one, drawn by chance."""
    held_out = np.zeros(len(labels), dtype=np.bool_)
    r = np.random.Generator(np.random.PCG64(seed))
    for c in range(classes):
        images = np.flatnonzero(labels == c)
        held_out[r.choice(images, size=max(1, round(HELD_OUT * len(images))), replace=False)] = True
    return held_out
