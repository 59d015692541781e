"""A run's table and what is made of it, once for each change of its file."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import streamlit as st

from transcnn.analysis.errors.filters import Filter
from transcnn.runs.remarks import RemarkedRun
from transcnn.runs.store import Store

if TYPE_CHECKING:
    from transcnn.analysis.errors.differences import Difference
    from transcnn.analysis.errors.slices import Slice
    from transcnn.analysis.errors.table import Floats, Table

_BY_VERSION: dict[str | type[Any], Callable[[Any], Any]] = {
    Store: lambda store: (store.path, store.version()),
    RemarkedRun: lambda run: (run.path, run.version(), vars(run.remarks)),
    Filter: str,
}


def whole_table(store: Store) -> "Table":
    """All images of a run that have predictions, with what the visitor has added to them."""
    table = _stored_table(Store(store.path))  # once for all visitors
    return store.remarks.over(table) if isinstance(store, RemarkedRun) else table


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs=_BY_VERSION)
def _stored_table(store: Store) -> "Table":
    from transcnn.analysis.errors.derived import with_derived

    settings = str(store.settings)
    return with_derived(store.table(), lambda table: _clusters(settings, len(table), table))


@st.cache_resource(max_entries=4, show_spinner=False)
def _clusters(settings: str, count: int, _table: "Table") -> "Floats":
    from transcnn.analysis.errors.derived import clusters

    return clusters(_table)  # of what is measured alone: notes and tags do not change it


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs=_BY_VERSION)
def differences_of(store: Store, where: Filter, _table: "Table") -> "list[Difference]":
    """Correct vs. incorrect predictions among `_table`, which `where` chose of the run."""
    from transcnn.analysis.errors.differences import differences

    return differences(_table)


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs=_BY_VERSION)
def slices_of(store: Store, where: Filter, _table: "Table") -> "list[Slice]":
    """Groups with unusually many errors among `_table`, which `where` chose of the run."""
    from transcnn.analysis.errors.slices import find_slices

    return find_slices(_table)
