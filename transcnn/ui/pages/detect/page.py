"""The page Detect: objects in the image, what their tokens attend to, what ablations change."""

import streamlit as st

from transcnn.detection.catalogue import shipped_detectors
from transcnn.detection.presets import detector
from transcnn.labels import object_name
from transcnn.ui.app.controls import choose_one
from transcnn.ui.app.detectors import open_detector
from transcnn.ui.app.session import Session
from transcnn.ui.pages.detect.ablations import show_ablations
from transcnn.ui.pages.detect.files import show_files
from transcnn.ui.pages.detect.found import names_of, say_found, show_boxes_table
from transcnn.ui.pages.detect.images import show_images
from transcnn.ui.pages.detect.inside import show_inside
from transcnn.ui.pages.detect.link import ABLATIONS, LEAST, MOST, DetectChoice
from transcnn.ui.pages.detect.view import put, take_view
from transcnn.words.translator import Translator, plain, translator

OPENING = "beagle"  # a sample that shows what the shipped detectors know
_DETECTOR, _THRESHOLD, _CLASS = "detect_detector", "detect_threshold", "detect_class"
_ABLATION = "detect_ablation"


def show() -> None:
    """Draw the page: what is found, then what the box in front attends to and what changes it."""
    state = Session.get()
    t = translator(state.language)
    _open_with_a_known_one(state)
    state.follow_link(DetectChoice)
    st.title(t("detect.title"))
    lede = st.empty()
    if state.upload_error is not None:
        st.error(plain(t("errors.previous_image", error=t.error(state.upload_error))))
    name = _choose_detector(state, t)
    with st.spinner(t("detect.loading")):
        classes = open_detector(name).config.classes
        lede.write(t("detect.lede", classes=names_of(t, classes)))
        view = take_view(state, t, name)
    state.write_link(view.choice)
    _choose_shown(state, t, classes)
    show_images(view)
    say_found(view)
    show_boxes_table(view)
    show_inside(view)
    show_ablations(view)
    show_files(view)


def _open_with_a_known_one(state: Session) -> None:
    """Who comes without having chosen an image sees one in which something is found."""
    if state.entered and "image" not in state.changed and "picture" not in state.opened_with:
        state.show_sample(OPENING)
        state.take_image_chosen()  # it is looked at here
        st.rerun()  # the sidebar shows it, too


def _choose_detector(state: Session, t: Translator) -> str:
    """Which of the detectors that ship; the first where the link names none."""
    names, choice = shipped_detectors(), state.part(DetectChoice)
    chosen = choice.detector if choice.detector in names else names[0]
    if len(names) > 1:
        st.session_state[_DETECTOR] = chosen
        st.selectbox(
            t("detect.detector"),
            names,
            format_func=lambda name: t(
                "detect.detector_finds", name=name, finds=t(f"detect.finds_{detector(name).kind}")
            ),
            key=_DETECTOR,
            on_change=lambda: put(
                state, detector=st.session_state[_DETECTOR], box=None, token=None
            ),
            width=420,
        )
    return chosen


def _choose_shown(state: Session, t: Translator, classes: tuple[str, ...]) -> None:
    """The score from which boxes are shown, their class, and the ablation."""
    choice = state.part(DetectChoice)
    st.session_state[_THRESHOLD] = choice.threshold
    st.session_state[_CLASS] = choice.shown if choice.shown in classes else ""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.slider(
            t("detect.threshold"),
            LEAST,
            MOST,
            step=0.05,
            format="%.2f",
            key=_THRESHOLD,
            help=t("detect.threshold_help"),
            on_change=lambda: put(state, threshold=st.session_state[_THRESHOLD]),
            width=300,
        )
        st.selectbox(
            t("detect.class"),
            ["", *classes],
            format_func=lambda name: (
                object_name(name, t.language) if name else t("detect.all_classes")
            ),
            key=_CLASS,
            on_change=lambda: put(state, shown=st.session_state[_CLASS]),
            width=200,
        )
    choose_one(
        t("detect.ablation"),
        ABLATIONS,
        choice.intervention,
        _ABLATION,
        text=lambda name: t(f"view.intervention_{name}"),
        on_choice=lambda name: put(state, intervention=name),
    )
