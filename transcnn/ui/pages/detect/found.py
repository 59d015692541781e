"""What was found, in sentences and as a table."""

import streamlit as st

from transcnn.analysis.detection.differences import FATES, Difference
from transcnn.detection.objects import Detection
from transcnn.labels import object_name
from transcnn.ui.app.tables import show_table
from transcnn.ui.pages.detect.view import DetectView
from transcnn.words.translator import Translator, plain

_COLUMNS = ("number", "class", "score", "box_pixels")
_OTHER_COLUMNS = ("fate", "class_after", "score_after", "iou")
_MOST_NAMES = 10


def names_of(t: Translator, classes: tuple[str, ...]) -> str:
    """The classes that a detector knows; of many the first."""
    named = [plain(object_name(one, t.language)) for one in classes[:_MOST_NAMES]]
    rest = len(classes) - len(named)
    return t("detect.and").join([*named, t("detect.more", count=rest)] if rest else named)


def say_found(view: DetectView) -> None:
    """How many of what were found, and under an ablation what became of them; where there is
    nothing, that and what can be done."""
    t, shown = view.t, view.shown
    labels = [shown.before[d.before].label for d in shown.differences if d.before is not None]
    if labels:
        listed = t("detect.and").join(
            t("detect.count", count=labels.count(label), name=_name(view, label))
            for label in sorted(set(labels))
        )
        st.markdown(t("detect.found", count=len(labels), listed=listed, threshold=view.threshold))
    else:
        st.info(_nothing(view))
    if not view.compared or not shown.differences:
        return
    fates = [d.fate for d in shown.differences]
    said = t("detect.and").join(
        t("detect.fate_count", count=fates.count(fate), fate=t(f"detect.fate_{fate}"))
        for fate in FATES
        if fate in fates
    )
    key = "detect.same_boxes" if set(fates) == {"kept"} else "detect.changed_boxes"
    name = t(f"view.intervention_{view.choice.intervention}")
    st.markdown(t(key, intervention=name, said=said))


def _nothing(view: DetectView) -> str:
    """Why there is no box, in one sentence, and what can be done."""
    t, choice = view.t, view.choice
    wanted = choice.shown if choice.shown in view.classes else None
    found = view.original.detections
    if wanted is not None:
        found = tuple(one for one in found if view.classes[one.label] == wanted)
    if found:
        best = found[0]
        name, score = _name(view, best.label), t.fixed(best.score, 2)
        return t("detect.none_above", threshold=view.threshold, name=name, score=score)
    if wanted is not None:
        return t("detect.none_of_class", name=plain(object_name(wanted, t.language)))
    return t("detect.none", classes=names_of(t, view.classes))


def _name(view: DetectView, label: int) -> str:
    return plain(object_name(view.classes[label], view.t.language))


def show_boxes_table(view: DetectView) -> None:
    """All boxes in numbers, under an ablation those of both runs."""
    t, differences = view.t, view.shown.differences
    if not differences:
        return
    columns = (*_COLUMNS, *_OTHER_COLUMNS) if view.compared else _COLUMNS
    rows = [[t(f"detect.{column}") for column in columns]]
    for d in differences:
        rows.append(_original_cells(view, d) + (_other_cells(view, d) if view.compared else []))
    with st.expander(t("maps.tables")):
        show_table(rows, 0)
        if view.compared:
            st.caption(t("detect.rule"))


def _original_cells(view: DetectView, d: Difference) -> list[str]:
    if d.before is None:
        assert d.after is not None
        return ["", "", "", _pixels(view.shown.after[d.after])]
    one = view.shown.before[d.before]
    number = str(view.shown.numbers[d.before] + 1)
    return [number, _name(view, one.label), view.t.fixed(one.score, 2), _pixels(one)]


def _other_cells(view: DetectView, d: Difference) -> list[str]:
    fate = view.t(f"detect.fate_{d.fate}")
    if d.after is None:
        return [fate, "", "", ""]
    one = view.shown.after[d.after]
    iou = "" if d.before is None else view.t.fixed(d.iou, 2)
    return [fate, _name(view, one.label), view.t.fixed(one.score, 2), iou]


def _pixels(one: Detection) -> str:
    return ", ".join(f"{value:.0f}" for value in one.box.xywh)
