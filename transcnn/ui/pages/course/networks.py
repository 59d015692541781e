"""The network of own classes that a teacher gives to the class: offered, taken, given back."""

import threading
import weakref

import streamlit as st

from transcnn.course.classroom.store import ClassState, Learner, Teacher
from transcnn.errors import CheckpointError, NoClass, NoRoom, WeightsTooLarge
from transcnn.ui.app.custom_models import CustomModel, open_custom_model
from transcnn.ui.app.page_files import page_file
from transcnn.ui.app.session import Session
from transcnn.words.translator import Translator, plain

_CHOSEN = "class_network"
_FILE = "class.safetensors"

# A class of thirty shares one network in memory; it goes with the last who has it.
_shared: "weakref.WeakValueDictionary[str, CustomModel]" = weakref.WeakValueDictionary()
_opening = threading.Lock()


def take_class_network(
    state: Session, t: Translator, membership: Teacher | Learner, class_state: ClassState
) -> None:
    """Have the network of the class among one's own, until the class is over or has another."""
    key = class_state.network
    if key is None or key in state.custom_models:
        return
    try:
        found = _open(membership, key)
    except (CheckpointError, NoRoom) as error:
        st.warning(plain(t.error(error)))
        return
    if found is not None:
        state.borrow_custom_model(found, lambda: membership.has_network(key))
        st.rerun()  # the sidebar is drawn already, without it


def _open(membership: Teacher | Learner, key: str) -> CustomModel | None:
    with _opening:
        if (known := _shared.get(key)) is not None:
            return known
        data = membership.network(key)
        if data is None:  # the class has another one by now
            return None
        found = open_custom_model(data, _FILE, "class")
        if found.key != key or not found.has_levels:
            return None
        _shared[key] = found
        return found


def offer_network(
    state: Session, t: Translator, membership: Teacher, class_state: ClassState
) -> None:
    """Let the teacher give one of their networks of own classes to the class, or take it back."""
    own = {
        key: model
        for key, model in state.custom_models.items()
        if model.has_levels and model.config.own_classes is not None and model.data is not None
    }
    with st.popover(t("classroom.network")):
        st.markdown(t("classroom.network_says"))
        given = class_state.network
        if given is not None:
            called = own[given].label(t) if given in own else given
            st.markdown(t("classroom.network_given", name=plain(called)))
            st.button(
                t("classroom.network_back"),
                key="class_network_back",
                on_click=lambda: _take_back(membership),
            )
        others = [key for key in own if key != given]
        if not others:
            st.page_link(page_file("own_classes"), label=t("classroom.network_none"))
            return
        key = st.selectbox(
            t("classroom.network_which"),
            others,
            format_func=lambda key: own[key].label(t),
            key=_CHOSEN,
        )
        st.button(
            t("classroom.network_give"),
            key="class_network_give",
            on_click=lambda: _give(membership, own[key]),
        )


def _give(membership: Teacher, model: CustomModel) -> None:
    try:
        membership.give_network(model.key, model.data or b"")
    except (NoClass, WeightsTooLarge):  # over: the page says so; larger ones are not offered
        return


def _take_back(membership: Teacher) -> None:
    try:
        membership.take_network_back()
    except NoClass:  # the page says so as soon as it is drawn
        return
