"""One image of a run: the prediction in each case, attention received, notes and tags."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import streamlit as st
from PIL import Image

from transcnn.analysis.errors.table import CASES, Table
from transcnn.errors import PictureError, TransCNNError
from transcnn.figures.cells import Box, value_map
from transcnn.figures.scale import MULTIPLES, format_multiple, multiples_scale
from transcnn.labels import ClassName
from transcnn.pictures import decode, prepare, read_image_file
from transcnn.reports.wording import feature_name
from transcnn.runs.remarks import RemarkedRun
from transcnn.runs.store import Store
from transcnn.ui.app.page_files import page_file
from transcnn.ui.app.session import Session
from transcnn.ui.components.cells import Panel, show_cells
from transcnn.ui.pages.errors.link import ErrorsChoice
from transcnn.words.translator import Translator, plain
from transcnn.words.visible import visible

_OPACITY = 0.6  # of the colours over the image
_CASES = ("on", "off", "uniform")
_NOTE, _TAGS = 2000, 200  # characters at most: the browser's own limit holds for browsers only
_FACTS = ("entropy", "global_share", "similarity", "brightness", "sharpness")


def show_picture(
    state: Session,
    t: Translator,
    store: Store,
    one: Table,
    names: tuple[ClassName, ...],
) -> None:
    """Draw the only image of the table `one`."""
    picture = int(one.ids[0])
    st.markdown(f"**{plain(str(one.names[0]))}**")
    labels = " | ".join(names[i].said_in(t.language) for i in one.labels[0])
    verdict = t(
        "error_analysis.is_correct" if one.correct[0] else "error_analysis.is_incorrect",
        labels=labels,
    )
    data = _file(store, picture)
    pixels = _seen(data, state.config(one.model).input.size, store) if data else None
    if pixels is None:
        st.image(store.thumbnails([picture])[picture], width=160, alt=visible(str(one.names[0])))
        st.caption(t("error_analysis.gone"))
    else:
        _show_received(t, pixels, one)
        st.caption(_described(t, one))
    st.markdown(verdict)
    st.table(_answers(t, one, names))
    st.caption(" · ".join(_hidden(t, one, names)))
    facts = [
        f"{feature_name(t, name)}: {t.number(float(one.feature(name)[0]))}"
        for name in _FACTS
        if name in one.features
    ]
    if one.sinks[0]:
        facts.append(t("error_analysis.has_sinks", count=len(one.sinks[0])))
    st.caption(" · ".join(facts))
    _remarks(t, store, one, picture)
    with st.container(horizontal=True):
        if data is not None and st.button(
            t("error_analysis.explore"), key=f"errors_explore_{picture}"
        ):
            state.show_upload(visible(str(one.names[0])), t("sidebar.uploaded_alt"), data)
            st.switch_page(page_file("explore"), query_params={})
        st.button(
            t("error_analysis.unpin"),
            key=f"errors_unpin_{picture}",
            on_click=lambda: _unpin(state, picture),
        )


def _unpin(state: Session, picture: int) -> None:
    choice = state.part(ErrorsChoice)
    state.put(replace(choice, pins=tuple(p for p in choice.pins if p != picture)))


def _file(store: Store, picture: int) -> bytes | None:
    """The bytes of the file, if it is still where it was."""
    try:
        return read_image_file(store.file(picture))
    except (OSError, PictureError):
        return None


def _seen(data: bytes, size: int, store: Store) -> Image.Image | None:
    """What the network saw of a file; None where it is no image any more."""
    try:
        pixels, _ = prepare(decode(data), size, store.settings.resize)
    except PictureError:
        return None
    return Image.fromarray(pixels)


def _show_received(t: Translator, seen: Image.Image, one: Table) -> None:
    """The image with each merged token of the last level in the colour of the attention that it
    receives, with its number, sinks framed."""
    received = one.received[0].reshape(one.grid)
    drawn = value_map("", received, multiples_scale(t), np.asarray(seen))
    drawn = replace(
        drawn,
        texts=dict(enumerate(MULTIPLES.texts(received.ravel()))),
        boxes=tuple(Box(*divmod(cell, one.grid[1])) for _, _, cell in one.sinks[0]),
        says=_described(t, one),
    )
    key = f"errors_received_{one.ids[0]}"  # two images may be pinned
    show_cells(key, t, [Panel("received", drawn)], layout="row", opacity=_OPACITY)


def _described(t: Translator, one: Table) -> str:
    received = one.received[0]
    most = int(np.argmax(received))
    row, column = divmod(most, one.grid[1])
    return t(
        "error_analysis.most_attention",
        row=row + 1,
        column=column + 1,
        most=format_multiple(float(received[most])),
        least=format_multiple(float(received.min())),
    )


def _answers(t: Translator, one: Table, names: tuple[ClassName, ...]) -> dict[str, list[str]]:
    """The five likeliest classes of each case, with their probabilities."""
    return {
        t(f"report.case_{case}"): [
            f"{names[int(i)].said_in(t.language)} {t.percent(float(p))}"
            for i, p in zip(
                one.cases[case].classes[0], one.cases[case].probabilities[0], strict=True
            )
        ]
        for case in _CASES
    }


def _hidden(t: Translator, one: Table, names: tuple[ClassName, ...]) -> list[str]:
    """The prediction with patches gray, case by case."""
    return [
        f"{t(f'report.case_{case}')}: "
        f"{names[int(one.cases[case].classes[0, 0])].said_in(t.language)} "
        f"{t.percent(float(one.cases[case].probabilities[0, 0]))}"
        for case in CASES
        if case not in _CASES
    ]


def _remarks(t: Translator, store: Store, one: Table, picture: int) -> None:
    note, tags = f"errors_note_{picture}", f"errors_tags_{picture}"
    own = store.own_tags(picture)
    st.text_area(
        t("error_analysis.note"),
        one.notes[0],
        key=note,
        height=68,
        max_chars=_NOTE,
        on_change=lambda: _keep(
            t, lambda: store.write_note(picture, st.session_state[note].strip()[:_NOTE])
        ),
    )
    st.text_input(
        t("error_analysis.tags"),
        " ".join(own),
        key=tags,
        max_chars=_TAGS,
        on_change=lambda: _keep(
            t, lambda: store.write_tags(picture, st.session_state[tags][:_TAGS].split())
        ),
    )
    if isinstance(store, RemarkedRun):
        st.caption(t("error_analysis.yours"))


def _keep(t: Translator, write: Callable[[], None]) -> None:
    """Write a remark; what cannot be written, as where the disk is full, is said."""
    try:
        write()
    except TransCNNError as error:
        st.toast(plain(t.error(error)), icon=":material/error:")
