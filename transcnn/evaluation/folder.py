"""A folder of class folders, as a list of labelled pictures in a fixed order."""

from dataclasses import dataclass
from pathlib import Path

from transcnn.errors import ChoiceError, FolderError
from transcnn.labels import ClassName, find_class


@dataclass(frozen=True)
class Labelled:
    """A picture file and the class that its sub-folder names."""

    folder: Path  # the labelled folder that it was found in
    path: Path
    name: str  # "<folder>/<file>": fixes the order of a run and seeds the picture's changes
    label: ClassName


def find_pictures(folder: Path, limit: int | None = None) -> list[Labelled]:
    """The pictures of `folder`, sorted by name; with `limit`, that many, evenly spaced.

    Each sub-folder is named by the WNID, index or name of a class. Every file in it counts, but
    for hidden ones: what turns out to be no picture is for the reader of the files to report.
    Raises FolderError if there is no such folder, a sub-folder names no class, or there is no
    file; ChoiceError for a limit below 1.
    """
    if limit is not None and limit < 1:
        raise ChoiceError(field="limit", value=limit, allowed="1 or more")
    if not folder.is_dir():
        raise FolderError(folder=folder, reason="there is no such folder")
    found = []
    for sub in sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith(".")):
        files = [p for p in sub.rglob("*") if p.is_file() and not _hidden(p.relative_to(sub))]
        label = find_class(sub.name)
        if files and label is None:
            reason = f"the sub-folder {sub.name!r} is no WNID, index or name of a class"
            raise FolderError(folder=folder, reason=reason)
        if label is not None:
            found += [Labelled(folder, file, f"{sub.name}/{file.name}", label) for file in files]
    if not found:
        raise FolderError(folder=folder, reason="it has no sub-folders with pictures")
    found.sort(key=lambda picture: (picture.name, picture.path))
    if limit is None or limit >= len(found):
        return found
    return [found[i * len(found) // limit] for i in range(limit)]


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)
