"""COCO files: JSON with `images`, `annotations` and `categories` (cocodataset.org/#format-data)."""

import json
from pathlib import Path, PurePosixPath
from typing import Any

from transcnn.detection.sets.given import GivenObject, GivenPicture, GivenSet
from transcnn.detection.sets.notes import Notes
from transcnn.errors import AnnotationsTooLarge, FolderError, NotCoco, NotPlainFile
from transcnn.files import read_plain
from transcnn.labels import folded
from transcnn.limits import limits
from transcnn.pictures.geometry import Box

_TRIED = 20  # images that decide which folder they are in


def read_coco(file: Path, images: Path | None, notes: Notes) -> GivenSet:
    """The set of a COCO file, whose images are in the folder `images` or where they usually are.

    Objects of no known image or category are noted. Raises NotCoco, AnnotationsTooLarge, and
    FolderError for what is no plain file.
    """
    content = _load(file)
    classes, labels = _categories(content["categories"], notes)
    entries = _images(content["images"], notes)
    folder = images or _folder(file, [name for name, _ in entries.values()])
    objects: dict[Any, list[GivenObject]] = {key: [] for key in entries}
    for one in content["annotations"]:
        one = one if isinstance(one, dict) else {}
        key = _key(one.get("image_id"))
        if key not in objects:
            notes.add("unknown_image")
        elif (category := _key(one.get("category_id"))) not in labels:
            notes.add("unknown_category", entries[key][0])
        else:
            crowd = one.get("iscrowd") in (1, True)
            given = (labels[category], _box(one.get("bbox")), one.get("segmentation"), crowd)
            objects[key].append(GivenObject(*given))
    pictures = [
        GivenPicture(name, folder / _inside(name), size, tuple(objects[key]))
        for key, (name, size) in entries.items()
    ]
    return GivenSet(classes, pictures)


def _load(file: Path) -> dict[str, list[Any]]:
    most = limits().annotations_mb
    try:
        data = read_plain(file, most, AnnotationsTooLarge(folder=file, limit=most))
        content = json.loads(data)
    except NotPlainFile as error:
        reason = f"it is a {error.details['kind']}, not a file"
        raise FolderError(folder=file, reason=reason) from error
    except (RecursionError, ValueError) as error:
        raise NotCoco(folder=file) from error
    parts = ("images", "annotations", "categories")
    if not isinstance(content, dict) or not all(isinstance(content.get(p), list) for p in parts):
        raise NotCoco(folder=file)
    return content


def _categories(given: list[Any], notes: Notes) -> tuple[tuple[str, ...], dict[Any, int]]:
    """The names of the classes, and the index of each by the category's id. Ids may have gaps."""
    names: list[str] = []
    labels: dict[Any, int] = {}
    known: dict[str, int] = {}
    for one in given:
        one = one if isinstance(one, dict) else {}
        key, name = _key(one.get("id")), one.get("name")
        if key is None or key in labels or not isinstance(name, str) or not name.strip():
            notes.add("no_category")
        elif folded(name) in known:
            labels[key] = known[folded(name)]
            notes.add("same_category", name)
        else:
            labels[key] = known[folded(name)] = len(names)
            names.append(name.strip())
    return tuple(names), labels


def _images(given: list[Any], notes: Notes) -> dict[Any, tuple[str, tuple[int, int] | None]]:
    """Name and size, where it is said, of each image by its id."""
    found: dict[Any, tuple[str, tuple[int, int] | None]] = {}
    for one in given:
        one = one if isinstance(one, dict) else {}
        key, name = _key(one.get("id")), one.get("file_name")
        if key is None or key in found or not isinstance(name, str) or not name.strip():
            notes.add("no_image")
            continue
        found[key] = name, _size(one.get("width"), one.get("height"))
    return found


def _size(width: Any, height: Any) -> tuple[int, int] | None:
    said = all(type(side) is int and side > 0 for side in (width, height))
    return (width, height) if said else None


def _key(given: Any) -> Any:
    """An id: a number or a text; None for anything else."""
    return given if type(given) in (int, str) else None


def _box(given: Any) -> Box | None:
    """From [left, top, width, height]."""
    if not isinstance(given, list) or len(given) != 4:
        return None
    if not all(type(one) in (int, float) and abs(one) < 1e9 for one in given):  # False for NaN
        return None
    left, top, width, height = map(float, given)
    return Box(left, top, left + width, top + height)


def _inside(name: str) -> PurePosixPath:
    """The path that a `file_name` means below the folder of images: of one that is absolute or
    climbs, as some programs write it, only the last part."""
    path = PurePosixPath(name.replace("\\", "/"))
    outside = path.is_absolute() or ".." in path.parts or ":" in path.parts[0]
    return PurePosixPath(path.name or "_") if outside else path


def _folder(file: Path, names: list[str]) -> Path:
    """The folder, of those that are usual, that has most of the first images."""
    here, above = file.parent, file.parent.parent
    split = split_of(file)
    usual = [here / "images", here, here / split, above / split, above / "images" / split]
    usual += [above / "images", above]
    tried = [_inside(name) for name in names[:_TRIED]]
    return max(usual, key=lambda folder: sum(_is_file(folder / name) for name in tried))


def split_of(file: Path) -> str:
    """What a COCO file is called after: `val2017` for `instances_val2017.json`, and the folder for
    files that are called the same in each."""
    if file.stem in ("annotations", "_annotations.coco", "_annotations"):
        return file.parent.name
    return file.stem.removeprefix("instances_")


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name that no file can have
        return False
