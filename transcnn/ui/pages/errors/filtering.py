"""Which images of a run are chosen: the controls, what they say in words, saved groups."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import numpy as np
import streamlit as st

from transcnn.analysis.errors.filters import EVERYTHING, between, bounds, parse_filter
from transcnn.analysis.errors.table import CASES, Table
from transcnn.labels import ClassName
from transcnn.reports.wording import feature_name, filter_text
from transcnn.runs.remarks import RemarkedRun
from transcnn.runs.store import Store
from transcnn.ui.app.session import Session
from transcnn.ui.pages.errors.link import ErrorsChoice
from transcnn.words.translator import Translator, plain

_KEY = "errors_filter_{}".format
_MOST = 50  # saved groups of a run
_NAME, _TEXT = 60, 200  # characters at most, also where no browser counts them
_RANGES = ("confidence", "brightness", "entropy")


def show(state: Session, t: Translator, store: Store, table: Table, chosen: int) -> None:
    """Draw the controls; `chosen` of the images of `table` are chosen now."""
    names = store.settings.classes.by_number
    with st.container(horizontal=True, vertical_alignment="bottom"):
        outcomes = {"yes": t("error_analysis.correct"), "no": t("error_analysis.incorrect")}
        _choose(state, t, "right", list(outcomes), lambda v: outcomes.get(v, v), 150)
        for key, column in (("label", table.label), ("answer", table.predicted)):
            counts = Counter(column.tolist())
            options = [str(i) for i, _ in counts.most_common()]
            _choose(state, t, key, options, _named(t, names, counts), 260)
        _type(state, t, "text")
        with st.popover(t("error_analysis.more")):
            tags = sorted({tag for tags in table.tags for tag in tags})
            _choose(state, t, "tag", tags, str, "stretch")
            cases = [case for case in CASES if case != "on"]
            _choose(state, t, "changed", cases, lambda case: t(f"report.case_{case}"), "stretch")
            for name in _RANGES:
                _slide(state, t, name, table)
    _summary(state, t, names, chosen, len(table))
    _saved(state, t, store)


def _set(state: Session, key: str, value: str | None) -> None:
    where = state.part(ErrorsChoice).where.with_term(key, value)
    state.put(replace(state.part(ErrorsChoice), where=where, page=0))


def _named(
    t: Translator, names: tuple[ClassName, ...], counts: Counter[int]
) -> Callable[[str], str]:
    def name(value: str) -> str:
        if not value.isdecimal() or int(value) >= len(names):  # of a link: several, or none
            return value
        return f"{names[int(value)].said_in(t.language)} ({counts[int(value)]})"

    return name


def _choose(
    state: Session,
    t: Translator,
    key: str,
    options: list[str],
    called: Callable[[str], str],
    width: int | Literal["stretch"],
) -> None:
    now = state.part(ErrorsChoice).where.get(key)
    if now is not None and now not in options:
        options = [now, *options]
    st.session_state[_KEY(key)] = now
    st.selectbox(
        t(f"error_analysis.by_{key}"),
        options,
        index=None,
        placeholder=t("error_analysis.any"),
        format_func=called,
        key=_KEY(key),
        on_change=lambda: _set(state, key, st.session_state[_KEY(key)]),
        width=width,
    )


def _type(state: Session, t: Translator, key: str) -> None:
    st.session_state[_KEY(key)] = (state.part(ErrorsChoice).where.get(key) or "")[:_TEXT]
    st.text_input(
        t(f"error_analysis.by_{key}"),
        key=_KEY(key),
        on_change=lambda: _set(state, key, st.session_state[_KEY(key)][:_TEXT] or None),
        max_chars=_TEXT,
        width=180,
    )


def _slide(state: Session, t: Translator, name: str, table: Table) -> None:
    """A range of a number, in hundredths of the way from its least to its most."""
    values = table.feature(name)
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    if not low < high:
        return
    now = state.part(ErrorsChoice).where.get(name)
    ends = bounds(now) if now is not None else (low, high)
    st.session_state[_KEY(name)] = tuple(float(np.clip(end, low, high)) for end in ends)

    def change() -> None:
        start, end = st.session_state[_KEY(name)]
        if (start, end) == (low, high):
            _set(state, name, None)
        else:
            _set(state, name, between(start if start > low else None, end if end < high else None))

    st.slider(
        feature_name(t, name), low, high, step=(high - low) / 100, key=_KEY(name), on_change=change
    )


def _summary(state: Session, t: Translator, names: tuple[ClassName, ...], n: int, of: int) -> None:
    where = state.part(ErrorsChoice).where
    with st.container(horizontal=True, vertical_alignment="center"):
        if not where.terms:
            st.markdown(t("error_analysis.all", count=of))
            return
        st.markdown(
            t("error_analysis.some", count=n, of=of, filter=plain(filter_text(t, where, names)))
        )
        st.button(
            t("error_analysis.clear"),
            on_click=lambda: state.put(replace(state.part(ErrorsChoice), where=EVERYTHING, page=0)),
        )


def _saved(state: Session, t: Translator, store: Store) -> None:
    """Groups by name: taken up with a click, saved, given up."""
    saved = store.slices()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for name, text in saved.items():
            st.button(
                plain(name),
                key=_KEY(f"saved_{name}"),
                on_click=lambda text=text: state.put(
                    replace(state.part(ErrorsChoice), where=parse_filter(text), page=0)
                ),
            )
        if state.part(ErrorsChoice).where.terms:
            with st.popover(t("error_analysis.save")):
                name = st.text_input(t("error_analysis.save_as"), key=_KEY("name"), max_chars=_NAME)
                if isinstance(store, RemarkedRun):
                    st.caption(t("error_analysis.yours"))
                now = str(state.part(ErrorsChoice).where)
                same = [n for n, text in saved.items() if text == now]
                full = len(saved) >= _MOST
                if full:
                    st.caption(t("error_analysis.save_full", count=_MOST))
                if st.button(t("error_analysis.save_now"), disabled=full) and name.strip():
                    store.save_slice(name.strip()[:_NAME], now)
                    st.rerun()
                for old in same:
                    if st.button(
                        t("error_analysis.forget", name=plain(old)), key=_KEY(f"forget_{old}")
                    ):
                        store.save_slice(old, "")
                        st.rerun()
