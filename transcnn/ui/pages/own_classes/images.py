"""Bringing images: an archive with a folder for each class, or class by class."""

from functools import partial

import streamlit as st

from transcnn.errors import PictureError
from transcnn.limits import limits
from transcnn.ui.app.sidebar import ENDINGS
from transcnn.ui.app.uploads import take_files
from transcnn.ui.pages.own_classes.collection import (
    MOST_CLASSES,
    MOST_IMAGES,
    LeftOut,
    OwnClass,
    read_image,
)
from transcnn.ui.pages.own_classes.data import OwnClasses
from transcnn.ui.pages.own_classes.progress import show_progress
from transcnn.ui.pages.own_classes.reading import read_archive, read_files
from transcnn.words.translator import Translator, plain

_COLUMNS = 2
_LISTED = 40  # files that were left out


def show(t: Translator, own: OwnClasses) -> None:
    """Draw the section."""
    st.subheader(t("own_classes.images_title"))
    st.write(t("own_classes.images_says", classes=MOST_CLASSES, images=MOST_IMAGES))
    _archive(t, own)
    _left_out(t, own)
    for start in range(0, len(own.collection.classes), _COLUMNS):
        row = own.collection.classes[start : start + _COLUMNS]
        for column, one in zip(st.columns(_COLUMNS), row, strict=False):
            with column.container(border=True, key=f"own_class_{one.number}"):
                _class(t, own, one)
    _add(t, own)


def _archive(t: Translator, own: OwnClasses) -> None:
    key = f"own_archive_{own.round}"

    def take() -> None:
        files = take_files(key)
        if files:
            ((name, data),) = files
            room = own.collection.room
            own.round += 1
            own.begin_reading(partial(read_archive, name, data, room), into=None)

    with st.expander(t("own_classes.archive_title"), icon=":material/folder_zip:"):
        st.file_uploader(
            t("own_classes.archive"),
            type=["zip", "tar", "gz", "tgz"],
            max_upload_size=limits().archive_mb,
            key=key,
            on_change=take,
            disabled=own.busy,
        )
    if own.busy and not own.learns and own.into is None:
        show_progress()


def _left_out(t: Translator, own: OwnClasses) -> None:
    left_out = own.collection.left_out
    if not left_out:
        return
    said = [f"- {one.said_in(t)}" for one in left_out[:_LISTED]]
    if len(left_out) > _LISTED:
        said.append(f"- {t('own_classes.more_left_out', count=len(left_out) - _LISTED)}")
    with st.container(border=True, key="own_left_out"):
        st.markdown(
            f":material/info: {t('own_classes.left_out', count=len(left_out))}\n\n"
            + "\n".join(said)
        )


def _class(t: Translator, own: OwnClasses, one: OwnClass) -> None:
    """A card: its name, its images, and the ways to more."""
    name, field = f"own_name_{one.number}", f"own_files_{one.number}_{own.round}"
    st.session_state.setdefault(name, one.name)

    def rename() -> None:
        refused = own.collection.rename(one.number, st.session_state[name])
        own.refused.pop(one.number, None)
        if refused is not None:
            own.refused[one.number] = refused
            st.session_state[name] = one.name

    def take() -> None:
        files = take_files(field)
        if files:
            room = own.collection.room
            own.round += 1
            own.begin_reading(partial(read_files, one.name, files, room), into=one.number)

    st.text_input(t("own_classes.name"), key=name, on_change=rename, max_chars=40)
    if one.number in own.refused:
        st.warning(t(f"own_classes.{own.refused[one.number]}"))
    if one.images:
        st.markdown(t("own_classes.count", count=len(one.images)))
        alt = t("own_classes.sheet_alt", shown=one.in_sheet, count=len(one.images), name=one.name)
        st.image(one.sheet, alt=alt)
    if own.busy and own.into == one.number and not own.learns:
        show_progress()
    st.file_uploader(
        t("own_classes.files", name=plain(one.name)),
        type=ENDINGS,
        accept_multiple_files=True,
        max_upload_size=limits().upload_image_mb,
        key=field,
        on_change=take,
        disabled=own.busy,
    )
    _camera(t, own, one)


def _camera(t: Translator, own: OwnClasses, one: OwnClass) -> None:
    shown = own.camera == one.number
    shot = f"own_shot_{one.number}_{own.round}"

    def turn() -> None:
        own.camera = None if shown else one.number

    def take() -> None:
        files = take_files(shot)
        own.collection.left_out.clear()
        for _, data in files:
            name = t("own_classes.shot", number=len(one.images) + 1)
            try:
                own.collection.add(one.number, [read_image(name, data)])
            except PictureError as error:
                own.collection.left_out.append(LeftOut(name, error))
        own.round += 1

    def remove() -> None:
        own.collection.remove(one.number)
        own.refused.pop(one.number, None)

    with st.container(horizontal=True):
        st.button(
            t("own_classes.camera_off" if shown else "own_classes.camera"),
            icon=":material/photo_camera:",
            key=f"own_camera_{one.number}",
            on_click=turn,
        )
        st.button(
            t("own_classes.remove"),
            icon=":material/delete:",
            key=f"own_remove_{one.number}",
            on_click=remove,
            help=t("own_classes.remove_help", name=plain(one.name)),
        )
    if shown:
        st.camera_input(
            t("own_classes.camera_label", name=plain(one.name)),
            key=shot,
            on_change=take,
            disabled=own.busy,
        )


def _add(t: Translator, own: OwnClasses) -> None:
    if len(own.collection.classes) >= MOST_CLASSES:
        st.caption(t("own_classes.all_classes", limit=MOST_CLASSES))
        return

    def add() -> None:
        number = own.collection.made + 1
        while own.collection.find(name := t("own_classes.default_name", number=number)):
            number += 1
        own.collection.add_class(name)

    st.button(t("own_classes.add"), icon=":material/add:", key="own_add", on_click=add)
