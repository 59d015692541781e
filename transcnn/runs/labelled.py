"""The labelled images of a run, from a folder of class folders or from a table.

A table is a CSV file with the columns `file` and `label`; `source` names the photo that an image
was made from, `tags` are for filtering. Several true labels are joined by "|", tags by spaces.
Files are named relative to the table's folder.
"""

import functools
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath, PureWindowsPath

from transcnn.errors import ChoiceError, FolderError
from transcnn.evaluation.folder import find_pictures, label_of
from transcnn.evaluation.tables import read_text, rows_of
from transcnn.figures.table import plain_cell
from transcnn.labels import IMAGENET, Classes
from transcnn.limits import limits

_NEEDED = ("file", "label")


@dataclass(frozen=True)
class LabelledPicture:
    """An image to be classified. `labels` are its true labels (class indices).

    `source` is the photo that it was made from: images of one photo are not independent.
    """

    name: str  # unique in its run
    path: Path
    labels: tuple[int, ...]
    source: str
    tags: tuple[str, ...] = ()


def find_items(
    source: Path,
    within: Path | None = None,
    limit: int | None = None,
    classes: Classes = IMAGENET,
) -> list[LabelledPicture]:
    """The images of `source`, a folder or a CSV file, sorted by name, with labels among `classes`.

    A folder without class folders may hold one table instead. With `within`, files of a table
    outside of that folder are refused, as well as more rows than a visitor's table may have; with
    `limit` so many are taken, evenly spaced. Raises FolderError, UnknownLabel for a label that is
    no class, ChoiceError for a limit below 1.
    """
    table = source if source.suffix.lower() == ".csv" else _only_table(source, classes)
    if table is None:
        return [
            LabelledPicture(name, found.path, (found.label.index,), name)
            for found in find_pictures(source, limit, classes)
            for name in [_as_text(found.path.relative_to(source))]
        ]
    if limit is not None and limit < 1:
        raise ChoiceError(field="limit", value=limit, allowed="1 or more")
    items = sorted(_rows(table, within, classes), key=lambda item: item.name)
    if not items:
        raise FolderError(folder=table, reason="it lists no images")
    if len({item.name for item in items}) < len(items):
        raise FolderError(folder=table, reason="it lists a file more than once")
    if limit is None or limit >= len(items):
        return items
    return [items[i * len(items) // limit] for i in range(limit)]


def _as_text(path: PurePath) -> str:
    """A path whose bytes may be no text, as text that can be stored and shown, the same on every
    system."""
    return path.as_posix().encode(errors="surrogateescape").decode(errors="backslashreplace")


def _only_table(folder: Path, classes: Classes) -> Path | None:
    """The table of a folder that holds exactly one, and no sub-folder named by a class."""
    if not folder.is_dir() or any(classes.find(p.name) for p in folder.iterdir() if p.is_dir()):
        return None
    tables = sorted(folder.glob("*.csv"))
    return tables[0] if len(tables) == 1 else None


def _rows(table: Path, within: Path | None, classes: Classes) -> Iterator[LabelledPicture]:
    if not table.is_file():
        raise FolderError(folder=table, reason="there is no such file")
    rows = rows_of(
        read_text(table), table, limits().rows if within is None else limits().visitor_rows
    )
    _, names = next(rows, (0, []))
    missing = [name for name in _NEEDED if name not in names]
    if missing:
        reason = f"it lacks the column {missing[0]!r}; a table has file and label"
        raise FolderError(folder=table, reason=reason)
    inside = None if within is None else within.resolve()
    label = functools.cache(lambda text: label_of(text, table, classes).index)  # many rows, few
    for _, cells in rows:
        row = dict(zip(names, cells, strict=False))
        yield _item(row, table, inside, label)


def _item(
    row: dict[str, str], table: Path, within: Path | None, label: Callable[[str], int]
) -> LabelledPicture:
    name = Path(plain_cell(row.get("file", "")).strip()).as_posix()  # "./a.jpg" is "a.jpg"
    if "\\" in name and not os.path.exists(table.parent / name):
        name = PureWindowsPath(name).as_posix()  # the table was written on Windows
    path = table.parent / name
    if name == "." or "\0" in name:
        raise FolderError(folder=table, reason=f"no file can be called {name!r}")
    if within is not None and not path.resolve().is_relative_to(within):
        raise FolderError(folder=table, reason=f"{name!r} lies outside of its folder")
    texts = plain_cell(row.get("label", "")).split("|")
    labels = tuple(dict.fromkeys(label(text.strip()) for text in texts))
    tags = tuple(sorted(set(plain_cell(row.get("tags", "")).split())))
    source = plain_cell(row.get("source", "")).strip() or name
    return LabelledPicture(name, path, labels, source, tags)
