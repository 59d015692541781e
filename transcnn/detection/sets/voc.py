"""Pascal VOC: an XML file for each image (Everingham et al. 2010)."""

from pathlib import Path, PurePosixPath
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from transcnn.detection.sets.given import GivenObject, GivenPicture, GivenSet
from transcnn.detection.sets.notes import Notes
from transcnn.errors import FileTooLarge, TransCNNError
from transcnn.files import read_plain
from transcnn.labels import folded
from transcnn.limits import limits
from transcnn.pictures import SUFFIXES
from transcnn.pictures.geometry import Box


def read_voc(files: list[Path], images: list[Path], notes: Notes) -> GivenSet:
    """The set of these XML files, whose images are in one of the folders `images`.

    The classes are the names that occur, in their order. What VOC calls difficult scores nothing,
    as COCO's crowds.
    """
    read = [(file, root) for file in files if (root := _read(file, notes)) is not None]
    names: dict[str, str] = {}
    for _, root in read:
        for one in root.iter("object"):
            name = _text(one, "name")
            names.setdefault(folded(name), name)
    names.pop("", None)
    known = {key: label for label, key in enumerate(sorted(names))}
    pictures = []
    for file, root in read:
        name = PurePosixPath(_text(root, "filename").replace("\\", "/")).name or file.stem
        path = _image(images, name, file.stem)
        objects = []
        for one in root.iter("object"):
            label = known.get(folded(_text(one, "name")))
            if label is None:
                notes.add("unknown_category", name)
                continue
            difficult = _text(one, "difficult") == "1"
            objects.append(GivenObject(label, _box(one), None, difficult))
        pictures.append(GivenPicture(path.name, path, _size(root), tuple(objects)))
    return GivenSet(tuple(names[key] for key in known), pictures)


def _read(file: Path, notes: Notes) -> Element | None:
    most = limits().table_mb
    try:
        root = _parse(read_plain(file, most, FileTooLarge(limit=most)))
    except (expat.ExpatError, ValueError, OSError, TransCNNError):
        notes.add("not_voc", file.name)
        return None
    if root.tag != "annotation":
        notes.add("not_voc", file.name)
        return None
    return root


def _parse(data: bytes) -> Element:
    """The root of an XML file. One with a document type is refused: its entities could expand to
    any size, and VOC has none."""

    def refuse(*_: object) -> None:
        raise ValueError("a document type")

    builder, parser = TreeBuilder(), expat.ParserCreate()
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(data, True)
    return builder.close()


def _text(element: Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _number(element: Element, path: str) -> float:
    """NaN where it is no number."""
    try:
        return float(_text(element, path))
    except ValueError:
        return float("nan")


def _box(element: Element) -> Box | None:
    """VOC's pixels count from 1, and those at the edges belong to the box."""
    ends = (_number(element, f"bndbox/{end}") for end in ("xmin", "ymin", "xmax", "ymax"))
    left, top, right, bottom = ends
    return Box(left - 1, top - 1, right, bottom)


def _size(root: Element) -> tuple[int, int] | None:
    width, height = _number(root, "size/width"), _number(root, "size/height")
    if not (0 < width < 1e9 and 0 < height < 1e9):  # False for NaN
        return None
    return int(width), int(height)


def _image(folders: list[Path], name: str, stem: str) -> Path:
    """The image that is called as the XML file says, or like the XML file."""
    names = [name, *(f"{stem}{end}" for suffix in SUFFIXES for end in (suffix, suffix.upper()))]
    try:
        found = (folder / one for folder in folders for one in names)
        return next((path for path in found if path.is_file()), folders[0] / name)
    except (OSError, ValueError):  # a name that no file can have
        return folders[0] / stem
