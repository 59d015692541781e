"""A detector's run: how well it finds objects, what its errors cost, and each one to look at."""

import math
from typing import TYPE_CHECKING

import streamlit as st

from transcnn.runs.detection.store import DetectionStore
from transcnn.ui.app.controls import choose_one
from transcnn.ui.app.session import Session
from transcnn.ui.pages.errors.detection import curves, gallery, kinds
from transcnn.ui.pages.errors.detection.choosing import choose
from transcnn.ui.pages.errors.detection.data import (
    draws_of,
    objects_of,
    pictures_of,
    scores_of,
)
from transcnn.ui.pages.errors.detection.files import show_files
from transcnn.ui.pages.errors.detection.link import PARTS
from transcnn.ui.pages.errors.detection.view import RunView, take_view
from transcnn.words.translator import Translator, plain
from transcnn.words.visible import QUOTED, shorten

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from transcnn.detection.evaluation.coco import CocoScores, Estimate

_PART = "errors_detection_part"


def show(state: Session, t: Translator, store: DetectionStore) -> None:
    """Draw the run."""
    if not pictures_of(store):
        st.info(t("error_analysis.first_batch"))
        return
    view = take_view(state, t, store)
    summary = st.empty()
    _say_scores(summary, view, scores_of(store, 0))
    choose(view)
    choose_one(
        t("error_analysis.views"),
        PARTS,
        view.choice.part,
        _PART,
        text=lambda part: t(f"detection_errors.part_{part}"),
        on_choice=lambda part: view.put(part=part),
    )
    if view.choice.part == "kinds":
        kinds.show(view)
    elif view.choice.part == "images":
        gallery.show(view)
    else:
        curves.show(view)
    show_files(view)
    _show_left_out(view)
    if draws := draws_of(store):  # last: it takes seconds, once
        _say_scores(summary, view, scores_of(store, draws))


def _say_scores(place: "DeltaGenerator", view: RunView, scores: "CocoScores") -> None:
    """Average precision, with its interval where that is known already."""
    t = view.t
    said = [
        t(
            "detection_errors.scores",
            ap=_estimate(t, scores.number("AP")),
            ap50=_estimate(t, scores.number("AP50")),
            pictures=len(view.pictures),
            objects=objects_of(view.pictures),
            model=plain(view.store.settings.model),
        )
    ]
    if view.label is not None:
        one = scores.per_class[view.label]
        key = "detection_errors.scores_of_class" if one.objects else "detection_errors.no_object"
        name = plain(view.name(view.label))
        numbers = {"ap": t.percent(one.ap), "ap50": t.percent(one.ap50)}
        said.append(t(key, name=name, objects=one.objects, **numbers))
    place.markdown(" ".join(said))


def _estimate(t: Translator, found: "Estimate") -> str:
    value = t.percent(found.value)
    if math.isnan(found.low):
        return value
    low, high = t.fixed(100 * found.low, 1), t.fixed(100 * found.high, 1)
    return t("detection_errors.interval", value=value, low=low, high=high)


def _show_left_out(view: RunView) -> None:
    """What could not be used, a sentence each."""
    t, store = view.t, view.store
    said = [plain(one.said_in(t.language)) for one in store.left_out()]
    said += [f"{plain(one.name)}: {plain(one.why)}" for one in store.broken()]
    for key in ("only_set", "only_detector"):
        if names := getattr(store.settings, key):
            listed = plain(shorten(", ".join(names), QUOTED))
            said.append(t(f"detection_errors.{key}", count=len(names), names=listed))
    if said:
        with st.expander(t("detection_errors.left_out", count=len(said))):
            st.markdown("\n".join(f"- {one}" for one in said))
