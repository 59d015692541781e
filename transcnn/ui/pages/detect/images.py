"""The image with its boxes; beside it, under an ablation, with those that are found then."""

import streamlit as st

from transcnn.analysis.detection.inside import token_at
from transcnn.ui.components.detections import ShownBox, in_percent, show_detections
from transcnn.ui.pages.detect.shown import original_boxes, other_boxes
from transcnn.ui.pages.detect.view import DetectView


def show_images(view: DetectView) -> None:
    """Draw one image, or two."""
    t, shown, seen = view.t, view.shown, view.seen
    before = original_boxes(t, shown, seen, view.classes, view.compared)
    if not view.compared:
        _show(view, "on", before)
        return
    after = other_boxes(t, shown, seen, view.classes)
    sides = (("on", before), (view.choice.intervention, after))
    for column, (run, boxes) in zip(st.columns(2), sides, strict=True):
        with column:
            st.markdown(f"**{t(f'view.intervention_{run}')}**")
            _show(view, run, boxes)


def _show(view: DetectView, run: str, boxes: list[ShownBox]) -> None:
    size, box = view.seen.crop.picture, view.box

    def choose(number: int, at: tuple[float, float] | None) -> None:
        token = None
        if at is not None and box is not None:
            x, y = (share * side for share, side in zip(at, size, strict=True))
            token = token_at(box.block, view.seen.crop, x, y)
        view.put(box=number, token=token)

    original = run == "on"
    show_detections(
        "detect_before" if original else "detect_after",
        image=view.seen.address,
        size=size,
        alt=view.image.alt,
        label=view.t("detect.image_says", count=len(boxes)),
        boxes=boxes,
        chosen=view.number,
        token=in_percent(box.area, size) if original and box is not None else None,
        on_choose=choose,
    )
