"""The errors of a kind: crops with the box that was found, and the annotated one."""

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from transcnn.ui.components.gallery import gallery
from transcnn.ui.pages.errors.detection.data import Part, crops_of
from transcnn.ui.pages.errors.detection.link import name_box
from transcnn.ui.pages.errors.detection.picture import is_there, show_picture
from transcnn.ui.pages.errors.detection.view import RunView
from transcnn.ui.pages.errors.link import ErrorsChoice
from transcnn.ui.pages.errors.pages import turn_pages

if TYPE_CHECKING:
    from transcnn.analysis.detection.verdicts import Verdict

_GALLERY = "errors_detection_gallery"
PAGE = 24  # crops


def show(view: RunView) -> None:
    """Draw the gallery, and below it the image of the box that is opened."""
    t, choice = view.t, view.choice
    found = view.chosen(choice.outcome)
    kind = t(f"detection_errors.kind_{choice.outcome or 'any'}")
    if not found:
        st.info(t("detection_errors.nothing", kind=kind))
    else:
        st.markdown(t("detection_errors.some", kind=kind, count=len(found)))
        _show_crops(view, found)
        st.caption(t("detection_errors.legend"))
    if is_there(view, choice.opened):
        show_picture(view)


def _show_crops(view: RunView, found: "list[Verdict]") -> None:
    t, state = view.t, view.state
    pages = -(-len(found) // PAGE)
    page = min(state.part(ErrorsChoice).page, pages - 1)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        turn_pages(t, page, pages, lambda to: state.put(replace(state.part(ErrorsChoice), page=to)))
    shown = found[page * PAGE : (page + 1) * PAGE]
    opened = view.choice.opened
    gallery(
        _GALLERY,
        {
            "label": t("detection_errors.part_images"),
            "large": True,
            "strip": is_there(view, opened),  # one row: what is opened stands right below
            "pictures": [
                {
                    "id": _name(view, one),
                    "name": view.pictures[one.picture].name,
                    "src": src,
                    "answer": _found(view, one),
                    "label": _annotated(view, one),
                    "right": one.outcome == "correct",
                    "pinned": _name(view, one) == opened,
                }
                for one, src in zip(shown, _crops(view, shown), strict=True)
            ],
        },
        on_pin=lambda: _open(view),
    )


def _name(view: RunView, one: "Verdict") -> str:
    return name_box(view.pictures[one.picture].id, one.detection, one.object)


def _open(view: RunView) -> None:
    picked = st.session_state[_GALLERY]["pinned"]
    if picked is not None:  # a trigger is None again in the run after its own
        view.put(opened="" if picked == view.choice.opened else picked)


def _found(view: RunView, one: "Verdict") -> str:
    if one.found is None or one.score is None:
        return view.t("detection_errors.kind_missed")
    return f"{view.name(one.found)} {view.t.fixed(one.score, 2)}"


def _annotated(view: RunView, one: "Verdict") -> str:
    """What is annotated there, and how much of it the box covers."""
    if one.annotated is None:
        return view.t("detection_errors.nothing_there")
    name = view.name(one.annotated)
    if one.iou is None:
        return view.t("detection_errors.annotated", name=name)
    return view.t("detection_errors.annotated_iou", name=name, iou=view.t.fixed(one.iou, 2))


def _crops(view: RunView, shown: "list[Verdict]") -> list[str]:
    """The crop of each, in their order; each image is decoded once."""
    by_picture: dict[int, list[int]] = defaultdict(list)
    for i, one in enumerate(shown):
        by_picture[one.picture].append(i)
    crops = [""] * len(shown)
    for picture, places in by_picture.items():
        there = view.pictures[picture]
        parts = tuple(
            Part(
                None if i is None else there.detections[i].box,
                None if k is None else there.objects[k].box,
            )
            for i, k in ((shown[at].detection, shown[at].object) for at in places)
        )
        for at, crop in zip(places, crops_of(view.store, there.id, there.size, parts), strict=True):
            crops[at] = crop
    return crops
