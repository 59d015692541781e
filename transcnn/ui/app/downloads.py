"""The end of a page: where to go next, and what can be taken along: link, figure, numbers."""

from collections.abc import Callable, Mapping

import streamlit as st

from transcnn.ui.app.page_files import page_file
from transcnn.ui.components.chart_files import chart_files
from transcnn.ui.components.copy_link import copy_link
from transcnn.words.translator import Translator

_KINDS = {
    "png": "image/png",
    "svg": "image/svg+xml",
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "html": "text/html",
    "json": "application/json",
    "npz": "application/octet-stream",
}


def take_away(
    t: Translator,
    files: Mapping[str, Callable[[], str | bytes]],
    *,
    chart: str | None = None,
    upload: bool = False,
    run: bool = False,
    onward: str | None = None,
    query: Mapping[str, str] | None = None,
) -> None:
    """Draw a link to the page `onward`, with `query`, and the menu of what can be taken along.

    `files` by their names, each made when it is asked for, outside of the session. Figures are
    called alike everywhere, tables by their names: "downloads.<name>" in the catalogue. `chart` is
    the key of the page's plotly chart, which the browser itself saves. `upload` or
    `run` of one: what is shown is no part of the link.
    """
    with st.container(horizontal=True, vertical_alignment="center", key="onward"):
        if onward is not None:
            st.page_link(
                page_file(onward),
                label=t(f"onward.{onward}"),
                icon=":material/arrow_forward:",
                query_params=query,
            )
        with st.popover(t("downloads.export"), icon=":material/ios_share:"):
            _show_files(t, files, chart)
            left_out = "_upload" if upload else "_run" if run else ""
            copied = t(f"downloads.copied{left_out}")
            copy_link(
                {"copy": t("downloads.copy"), "copied": copied, "by_hand": t("downloads.by_hand")}
            )


def _show_files(
    t: Translator, files: Mapping[str, Callable[[], str | bytes]], chart: str | None
) -> None:
    if chart is not None:
        chart_files(chart, {kind: t(f"downloads.{kind}") for kind in ("png", "svg")})
    for file, make in files.items():
        name, kind = file.split(".")
        st.download_button(
            t(f"downloads.{name if kind == 'csv' else kind}"),
            data=make,
            file_name=file,
            mime=_KINDS[kind],
            on_click="ignore",
            width="stretch",
        )
