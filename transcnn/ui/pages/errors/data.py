"""A run's table and what is made of it, once for each change of its file."""

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from transcnn.analysis.errors.filters import Filter

if TYPE_CHECKING:
    from transcnn.analysis.errors.differences import Difference
    from transcnn.analysis.errors.slices import Slice
    from transcnn.analysis.errors.table import Floats, Table
    from transcnn.runs.store import Store

Version = tuple[int, int]


@st.cache_resource(max_entries=4, show_spinner=False)
def _whole(path: Path, version: Version) -> "Table":
    from transcnn.analysis.errors.table import with_feature
    from transcnn.runs.store import Store

    store = Store(path)
    table = store.table()
    return with_feature(table, "cluster", _clusters(str(store.settings), len(table), table))


@st.cache_resource(max_entries=4, show_spinner=False)
def _clusters(settings: str, answered: int, _table: "Table") -> "Floats":
    from transcnn.analysis.errors.slices import clusters

    return clusters(_table)  # of what is read alone: notes and tags do not change it


def whole_table(store: "Store") -> "Table":
    """All answered pictures of a run."""
    return _whole(store.path, store.version())


@st.cache_resource(max_entries=16, show_spinner=False)
def _differences(path: Path, version: Version, where: str, _table: "Table") -> "list[Difference]":
    from transcnn.analysis.errors.differences import differences

    return differences(_table)


@st.cache_resource(max_entries=16, show_spinner=False)
def _slices(path: Path, version: Version, where: str, _table: "Table") -> "list[Slice]":
    from transcnn.analysis.errors.slices import find_slices

    return find_slices(_table)


def differences_of(store: "Store", where: Filter, table: "Table") -> "list[Difference]":
    """Right against wrong among `table`, which `where` chose."""
    return _differences(store.path, store.version(), str(where), table)


def slices_of(store: "Store", where: Filter, table: "Table") -> "list[Slice]":
    """Groups with unusually many errors among `table`, which `where` chose."""
    return _slices(store.path, store.version(), str(where), table)
