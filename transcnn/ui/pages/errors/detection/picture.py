"""One image of a run with all of its boxes: those that were found, and the annotated ones."""

import re
from typing import TYPE_CHECKING

import streamlit as st

from transcnn.detection.catalogue import shipped_detectors
from transcnn.figures.detections import colour_of
from transcnn.pictures.geometry import Box
from transcnn.runs.detection.measured import DetectedPicture
from transcnn.ui.app.page_files import page_file
from transcnn.ui.app.tables import show_table
from transcnn.ui.components.detections import ShownBox, in_percent, show_detections
from transcnn.ui.pages.errors.detection.data import bytes_of, photo_of
from transcnn.ui.pages.errors.detection.link import name_box
from transcnn.ui.pages.errors.detection.view import RunView
from transcnn.words.translator import plain
from transcnn.words.visible import visible

if TYPE_CHECKING:
    from transcnn.analysis.detection.verdicts import Verdict

_OBJECT = "#FFFFFF"  # of annotated boxes, whatever their class
_DRAWN = 0.3  # from which score a box is drawn in any case: the lower ones cover the image
_COLUMNS = ("box", "class", "score", "outcome", "annotated_class", "iou", "pixels")


def is_there(view: RunView, name: str) -> bool:
    """Whether the box called so is one of the run, with at least the chosen score."""
    return any(name in _names(view, i) for i in _index(view, name))


def show_picture(view: RunView) -> None:
    """Draw the image of the box that is opened."""
    t = view.t
    (index,) = _index(view, view.choice.opened)
    picture = view.pictures[index]
    names = _names(view, index)
    boxes = _boxes(view, index)
    st.subheader(plain(picture.name))
    show_detections(
        "errors_detection_picture",
        image=photo_of(view.store, picture.id, picture.size),
        size=picture.size,
        alt=visible(picture.name),
        label=t("detect.image_says", count=len(boxes)),
        boxes=boxes,
        chosen=names.index(view.choice.opened),
        token=None,
        on_choose=lambda number, _: view.put(opened=names[number]),
    )
    st.caption(t("detection_errors.picture_says", least=t.fixed(_DRAWN, 2)))
    with st.expander(t("maps.tables")):
        show_table(_rows(view, index), 0)
    _buttons(view, picture)


def _index(view: RunView, name: str) -> list[int]:
    """The image of a box, by its place in the run."""
    found = re.fullmatch(r"(\d{1,9})[do]\d{1,9}", name, re.ASCII)
    number = -1 if found is None else int(found[1])
    return [i for i, one in enumerate(view.pictures) if one.id == number]


def _names(view: RunView, index: int) -> list[str]:
    """What the boxes of an image are called: those that were found, then the annotated ones."""
    one, number = view.judged.pictures[index], view.pictures[index].id
    found = [name_box(number, i, None) for i in range(len(one.detections))]
    return [*found, *(name_box(number, None, i) for i in range(len(one.objects)))]


def _verdicts(view: RunView, index: int) -> "dict[str, Verdict]":
    """What became of the boxes of an image, by what they are called."""
    number = view.pictures[index].id
    return {
        name_box(number, one.detection, one.object): one
        for one in view.judged.verdicts
        if one.picture == index
    }


def _boxes(view: RunView, index: int) -> list[ShownBox]:
    t, judged, names = view.t, view.judged.pictures[index], _names(view, index)
    known = _verdicts(view, index)
    boxes = []
    for i, found in enumerate(judged.detections):
        one = known.get(names[i])
        correct = one is not None and one.outcome == "correct"
        if found.score < _DRAWN and not correct and names[i] != view.choice.opened:
            continue
        name = f"{view.name(found.label)} {t.fixed(found.score, 2)}"
        outcome = _outcome(view, one)
        area = in_percent(found.box, judged.size)
        boxes.append(ShownBox(*area, name, f"{name}: {outcome}", colour_of(found.label), i))
    for i, there in enumerate(judged.objects, len(judged.detections)):
        says = t("detection_errors.annotated", name=view.name(there.label))
        if names[i] in known:
            says = f"{says}: {_outcome(view, known[names[i]])}"
        area = in_percent(there.box, judged.size)
        boxes.append(ShownBox(*area, view.name(there.label), says, _OBJECT, i, dashed=True))
    return boxes


def _outcome(view: RunView, one: "Verdict | None") -> str:
    """In words; None is what was found in a crowd, which is neither right nor wrong."""
    return view.t(f"detection_errors.kind_{'crowd' if one is None else one.outcome}")


def _rows(view: RunView, index: int) -> list[list[str]]:
    t, judged, names = view.t, view.judged.pictures[index], _names(view, index)
    known = _verdicts(view, index)
    rows = [[t(f"detection_errors.column_{column}") for column in _COLUMNS]]
    for i, found in enumerate(judged.detections):
        one = known.get(names[i])
        of = "" if one is None or one.annotated is None else plain(view.name(one.annotated))
        iou = "" if one is None or one.iou is None else t.fixed(one.iou, 2)
        what = [t("detection_errors.found"), plain(view.name(found.label)), t.fixed(found.score, 2)]
        rows.append([*what, _outcome(view, one), of, iou, _pixels(found.box)])
    for i, there in enumerate(judged.objects, len(judged.detections)):
        lost = _outcome(view, known[names[i]]) if names[i] in known else ""
        if there.crowd:
            lost = t("detection_errors.kind_crowd")
        what = [t("detection_errors.is_annotated"), plain(view.name(there.label)), ""]
        rows.append([*what, lost, "", "", _pixels(there.box)])
    return rows


def _pixels(box: Box) -> str:
    return ", ".join(f"{value:.0f}" for value in box.xywh)


def _buttons(view: RunView, picture: DetectedPicture) -> None:
    t, state = view.t, view.state
    data = bytes_of(view.store.file(picture.id))
    with st.container(horizontal=True):
        if data is None:
            st.caption(t("error_analysis.gone"))
        elif st.button(t("detection_errors.detect"), key="errors_detection_detect"):
            state.show_upload(visible(picture.name), t("sidebar.uploaded_alt"), data)
            model = view.store.settings.model
            query = {"detector": model} if model in shipped_detectors() else {}
            st.switch_page(page_file("detect"), query_params=query)
        st.button(
            t("error_analysis.unpin"),
            key="errors_detection_close",
            on_click=lambda: view.put(opened=""),
        )
