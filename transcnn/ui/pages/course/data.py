"""What the page asks of the library."""

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from transcnn.ui.app.detectors import open_detector
from transcnn.ui.app.images import ChosenImage
from transcnn.ui.app.networks import classifier
from transcnn.ui.app.session import Session

if TYPE_CHECKING:
    from transcnn.course.experiments import Lab


@st.cache_resource(max_entries=4, show_spinner=False)
def _shared_lab(model: str) -> "Lab":
    return _new_lab(model)


@st.cache_resource(scope="session", max_entries=2, show_spinner=False)
def _own_lab(model: str) -> "Lab":
    return _new_lab(model)


def _new_lab(model: str) -> "Lab":
    from transcnn.course.experiments import Lab
    from transcnn.course.found_boxes import DETECTOR

    return Lab(classifier(model), partial(open_detector, DETECTOR))


def lab(model: str, image: ChosenImage) -> "Lab":
    """The course's experiments with `model`, each made when it is first asked for: one lab for
    everybody who looks at samples by a network that ships, else this visitor's own.
    """
    shared = image.sample is not None and model not in Session.get().custom_models
    return _shared_lab(model) if shared else _own_lab(model)
