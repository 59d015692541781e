"""`read_set`: the annotated set of a file or folder, in the layouts that are usual."""

from dataclasses import replace
from pathlib import Path

from transcnn.detection.objects import DetectionSet
from transcnn.detection.sets.coco import read_coco, split_of
from transcnn.detection.sets.given import GivenSet
from transcnn.detection.sets.notes import Notes
from transcnn.detection.sets.upright import on_upright
from transcnn.detection.sets.voc import read_voc
from transcnn.errors import ChoiceError, FolderError, NoAnnotations, NoUsableImage, SeveralSets

_USUAL = ("annotations.json", "_annotations.coco.json", "_annotations.json")


def read_set(
    path: Path,
    split: str | None = None,
    images: Path | None = None,
    limit: int | None = None,
) -> DetectionSet:
    """The annotated images of `path`, sorted by name; with `limit`, that many, evenly spaced.

    `path` is a COCO file, or a folder with one (`annotations.json`, `_annotations.coco.json`, or
    `annotations/instances_<split>.json`), or a folder of Pascal VOC (`Annotations/*.xml` with
    `JPEGImages/`, or XML files beside their images). `split` chooses among several, by name or the
    beginning of it; of VOC it is a list in `ImageSets/Main`. `images` is the folder of the images
    where it is none of the usual ones. The headers of the image files are read, not their pixels.

    Raises FolderError: NoAnnotations, SeveralSets, NotCoco, AnnotationsTooLarge, NoUsableImage, or
    for a folder that is not there; ChoiceError for a limit below 1.
    """
    if limit is not None and limit < 1:
        raise ChoiceError(field="limit", value=limit, allowed="1 or more")
    notes = Notes()
    given = _given(path, split, images, notes)
    pictures = sorted(_once(given, notes).pictures, key=lambda one: one.name)
    if limit is not None and limit < len(pictures):
        pictures = [pictures[i * len(pictures) // limit] for i in range(limit)]
    placed = [on_upright(one, notes) for one in pictures]
    kept = tuple(one for one in placed if one is not None)
    left_out = notes.left_out()
    if not kept:
        why = str(left_out[0]).rstrip(".") if left_out else "it lists none"
        raise NoUsableImage(folder=path, why=why)
    return DetectionSet(given.classes, kept, left_out)


def is_annotated(path: Path) -> bool:
    """Whether a path looks like an annotated set: a JSON file, or a folder with one or with XML
    files where Pascal VOC has them. What is in them is not read."""
    if not path.is_dir():
        return path.suffix.lower() == ".json"
    folders = [path, *_sub_folders(path)]
    below = [one / "Annotations" for one in folders]
    xml = (file for folder in (*folders, *below) for file in folder.glob("*.xml"))
    return bool(_coco_files(path)) or any(xml)


def _once(given: GivenSet, notes: Notes) -> GivenSet:
    """Without a second entry for one file: which of both has all its objects is not known, so that
    neither is used."""
    count: dict[Path, int] = {}
    for one in given.pictures:
        count[one.path] = count.get(one.path, 0) + 1
    pictures = [one for one in given.pictures if count[one.path] == 1]
    for one in {one.path: one for one in given.pictures if count[one.path] > 1}.values():
        notes.add("same_file", one.name)
    return replace(given, pictures=pictures)


def _given(path: Path, split: str | None, images: Path | None, notes: Notes) -> GivenSet:
    try:
        if path.is_file():
            return read_coco(path, images, notes)
        if not path.is_dir():
            raise FolderError(folder=path, reason="there is no such file or folder")
        if files := _coco_files(path):
            return read_coco(_chosen(path, files, split), images, notes)
        return _voc(path, split, images, notes)
    except OSError as error:
        raise FolderError(folder=path, reason=(error.strerror or "").lower()) from error


def _coco_files(folder: Path) -> dict[str, Path]:
    """The COCO files of a folder by the names of their splits."""
    here = [folder / name for name in _USUAL if (folder / name).is_file()]
    if here:
        return {split_of(here[0]): here[0]}
    below = sorted(sub / name for sub in _sub_folders(folder) for name in _USUAL)
    found = [file for file in below if file.is_file() and file.parent.name != "annotations"]
    for where in (folder / "annotations", folder):
        files = sorted(file for file in where.glob("*.json") if file.is_file())
        instances = [file for file in files if file.name.startswith("instances_")]
        found += instances or ([] if found else files)
    by_split: dict[str, Path] = {}
    for file in found:
        by_split.setdefault(split_of(file), file)
    return by_split


def _sub_folders(folder: Path) -> list[Path]:
    return [sub for sub in folder.iterdir() if sub.is_dir() and not sub.name.startswith(".")]


def _chosen(folder: Path, files: dict[str, Path], split: str | None) -> Path:
    if split is None:
        fitting = list(files)
    else:
        fitting = [name for name in files if name == split]
        fitting = fitting or [name for name in files if name.startswith(split)]
    if len(fitting) != 1:
        raise SeveralSets(folder=folder, names=", ".join(files))
    return files[fitting[0]]


def _voc(folder: Path, split: str | None, images: Path | None, notes: Notes) -> GivenSet:
    lists = {file.stem: file for file in sorted((folder / "ImageSets" / "Main").glob("*.txt"))}
    stems: list[str] | None = None
    if split is not None and not lists:  # a folder for each split
        folder = _chosen(folder, {sub.name: sub for sub in sorted(_sub_folders(folder))}, split)
    elif split is not None:
        text = _chosen(folder, lists, split).read_text("utf-8", "replace")
        stems = [line.split()[0] for line in text.splitlines() if line.strip()]
    where = folder / "Annotations" if (folder / "Annotations").is_dir() else folder
    files = {
        file.stem: file
        for file in sorted(where.glob("*.xml"))
        if file.is_file() and not file.name.startswith(".")
    }
    if not files:
        raise NoAnnotations(folder=folder)
    if stems is not None:
        for stem in stems:
            if stem not in files:
                notes.add("no_file", stem)
        files = {stem: files[stem] for stem in stems if stem in files}
    folders = [folder / "JPEGImages", folder / "images", where, folder]
    usual = [one for one in folders if one.is_dir()]
    return read_voc(list(files.values()), [images] if images else usual, notes)
