"""What is computed of a detector's run, once for each change of its file."""

import base64
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st
from PIL import Image

from transcnn.errors import PictureError
from transcnn.pictures import decode, read_image_file
from transcnn.pictures.address import picture_address
from transcnn.pictures.geometry import Box
from transcnn.runs.detection.measured import DetectedPicture
from transcnn.runs.detection.store import DetectionStore
from transcnn.ui.app.images import decoding, small_jpeg
from transcnn.ui.app.tasks import computing

if TYPE_CHECKING:
    from transcnn.analysis.detection.verdicts import Verdict
    from transcnn.detection.evaluation.coco import CocoScores
    from transcnn.detection.evaluation.judged import JudgedPicture
    from transcnn.detection.evaluation.tide import Errors

DRAWS = 200  # of the bootstrap's, where a run has at most so many detections:
_MOST = 20_000
CROP = 300  # pixels of the longer side of a crop
_BY_VERSION: dict[str | type[Any], Callable[[Any], Any]] = {
    DetectionStore: lambda store: (store.path, store.version()),
}


@dataclass(frozen=True, eq=False)
class Judged:
    """What is found with a score, and what became of it."""

    pictures: "list[JudgedPicture]"
    errors: "Errors"
    verdicts: "list[Verdict]"


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs=_BY_VERSION)
def pictures_of(store: DetectionStore) -> list[DetectedPicture]:
    """The images that are done."""
    return store.pictures()


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs=_BY_VERSION)
def judge(store: DetectionStore, least: float) -> Judged:
    """The detections of at least the score `least`, with what became of them. By score they are
    the first ones of each image, so that their indices are those of the run."""
    from transcnn.analysis.detection.verdicts import verdicts
    from transcnn.detection.evaluation.judged import JudgedPicture
    from transcnn.detection.evaluation.tide import find_errors

    pictures = [
        JudgedPicture(
            one.size, one.objects, [found for found in one.detections if found.score >= least]
        )
        for one in pictures_of(store)
    ]
    with computing:
        errors = find_errors(pictures, len(store.settings.classes))
        return Judged(pictures, errors, verdicts(pictures, errors))


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs=_BY_VERSION)
def scores_of(store: DetectionStore, draws: int) -> "CocoScores":
    """COCO's numbers of all detections, with intervals where there are `draws`."""
    from transcnn.detection.evaluation.coco import coco_scores

    judged = judge(store, 0.0).pictures
    with computing:
        return coco_scores(judged, store.settings.classes, draws=draws)


def draws_of(store: DetectionStore) -> int:
    """How often images are drawn for intervals: not while a run is under way, nor for so many
    detections that it would take minutes."""
    many = sum(len(one.detections) for one in pictures_of(store)) > _MOST
    return 0 if many or not store.progress().finished else DRAWS


@dataclass(frozen=True)
class Part:
    """Of which boxes a crop is made; either may be missing, not both."""

    found: Box | None
    annotated: Box | None


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs=_BY_VERSION)
def crops_of(
    store: DetectionStore, picture: int, size: tuple[int, int], parts: tuple[Part, ...]
) -> list[str]:
    """A crop of an image for each of `parts`, as data URLs: from its file, or from the small copy
    that the run keeps where the file is gone."""
    from transcnn.figures.detection_run import draw_crop

    with decoding:
        image = _decoded(store, picture, size)
        return [
            picture_address(draw_crop(image, size, one.found, one.annotated, CROP), quality=85)
            for one in parts
        ]


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs=_BY_VERSION)
def photo_of(store: DetectionStore, picture: int, size: tuple[int, int]) -> str:
    """An image as a data URL, from its file or from the small copy that the run keeps."""
    with decoding:
        jpeg = small_jpeg(_decoded(store, picture, size))
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode()


def _decoded(store: DetectionStore, picture: int, size: tuple[int, int]) -> Image.Image:
    data = bytes_of(store.file(picture))
    try:
        found = decode(data).image if data is not None else None
    except PictureError:
        found = None
    if found is None or found.size != size:  # another image by now
        found = Image.open(io.BytesIO(store.thumbnails([picture])[picture]))
    return found.convert("RGB")


def bytes_of(file: Path) -> bytes | None:
    """The bytes of an image's file, if it is still where it was."""
    try:
        return read_image_file(file)
    except (OSError, PictureError):
        return None


def objects_of(pictures: Sequence[DetectedPicture]) -> int:
    """How many objects are to be found: crowds do not count."""
    return sum(not thing.crowd for one in pictures for thing in one.objects)
