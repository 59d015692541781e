"""Detectors for the pages: one of each for everybody."""

from typing import TYPE_CHECKING

import streamlit as st

from transcnn.ui.app.networks import compute_on_one_thread

if TYPE_CHECKING:
    from transcnn.detection.detector import ObjectDetector


def open_detector(name: str) -> "ObjectDetector":
    """The detector `name` with its shipped weights."""
    compute_on_one_thread()
    return _shipped(name)


@st.cache_resource(max_entries=2, show_spinner=False)
def _shipped(name: str) -> "ObjectDetector":
    from transcnn.detection.detector import ObjectDetector

    return ObjectDetector.open(name, device="cpu")
