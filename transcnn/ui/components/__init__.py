"""What is drawn in the browser: the components, each registered once for the whole app.

A component's script is the files that it needs, one after the other, in one module. The network's
answers travel to the stores, in packets that stay the same from run to run; the view gets small
values only, and finds the packets by their keys.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st

_HERE = Path(__file__).parent


def _read(*names: str) -> str:
    return "\n".join((_HERE / name).read_text(encoding="utf-8") for name in names)


_VIEW_JS = (
    "shared/packets.js",
    "shared/scale.js",
    "shared/attention.js",
    "shared/canvas.js",
    "shared/page.js",
    "shared/look.js",
    "shared/view.js",
)

_store = st.components.v2.component(
    "transcnn.store", js=_read("shared/packets.js", "store/store.js")
)
_explore = st.components.v2.component(
    "transcnn.explore",
    html=_read("explore/explore.html"),
    css=_read("shared/view.css", "explore/explore.css"),
    js=_read(
        *_VIEW_JS,
        "explore/sentences.js",
        "explore/answers.js",
        "explore/tables.js",
        "explore/funnels.js",
        "explore/explore.js",
    ),
)
_tokens = st.components.v2.component(
    "transcnn.tokens",
    html=_read("tokens/tokens.html"),
    css=_read("shared/view.css", "tokens/tokens.css"),
    js=_read(
        *_VIEW_JS,
        *(
            "tokens/cells.js",
            "tokens/similarity.js",
            "tokens/sections.js",
            "tokens/tables.js",
            "tokens/tokens.js",
        ),
    ),
)
_hide = st.components.v2.component(
    "transcnn.occlusion",
    html=_read("occlusion/occlusion.html"),
    css=_read("shared/view.css", "explore/explore.css", "occlusion/occlusion.css"),
    js=_read(
        *_VIEW_JS,
        "occlusion/occlusion.js",
    ),
)
_samples = st.components.v2.component(
    "transcnn.samples",
    html=_read("samples/samples.html"),
    css=_read("samples/samples.css"),
    js=_read("samples/samples.js"),
)
_copy = st.components.v2.component(
    "transcnn.copy",
    html=_read("copy_link/copy_link.html"),
    css=_read("shared/buttons.css"),
    js=_read("copy_link/copy_link.js"),
)
_chart = st.components.v2.component(
    "transcnn.chart",
    html=_read("chart_files/chart_files.html"),
    css=_read("shared/buttons.css"),
    js=_read("chart_files/chart_files.js"),
)


_gallery = st.components.v2.component(
    "transcnn.gallery",
    html=_read("gallery/gallery.html"),
    css=_read("shared/view.css", "gallery/gallery.css"),
    js=_read("shared/scale.js", "shared/look.js", "gallery/gallery.js"),
)
_pick = st.components.v2.component(
    "transcnn.pick",
    html=_read("pick_table/pick_table.html"),
    css=_read("shared/view.css", "pick_table/pick_table.css"),
    js=_read("shared/scale.js", "shared/look.js", "pick_table/pick_table.js"),
)
_boards = st.components.v2.component(
    "transcnn.boards",
    html=_read("boards/boards.html"),
    css=_read("shared/view.css", "boards/boards.css"),
    js=_read(
        "shared/scale.js",
        "shared/attention.js",
        "shared/canvas.js",
        "shared/page.js",
        "shared/look.js",
        "boards/boards.js",
    ),
)
_maps = st.components.v2.component(
    "transcnn.maps",
    html=_read("maps/maps.html"),
    css=_read("shared/view.css", "maps/maps.css"),
    js=_read(
        "shared/scale.js",
        "shared/attention.js",
        "shared/canvas.js",
        "shared/page.js",
        "shared/look.js",
        "maps/maps.js",
    ),
)
_hand = st.components.v2.component(
    "transcnn.hand",
    html=_read("by_hand/by_hand.html"),
    css=_read("shared/view.css", "by_hand/by_hand.css"),
    js=_read("shared/scale.js", "shared/page.js", "shared/look.js", "by_hand/by_hand.js"),
)
_timer = st.components.v2.component(
    "transcnn.timer",
    html=_read("timer/timer.html"),
    css=_read("shared/buttons.css", "timer/timer.css"),
    js=_read("timer/timer.js"),
)


def store(key: str, packet: bytes) -> None:
    """Bring a packet to the browser; it shows nothing."""
    _store(key=key, data=packet, height="content")


def explore_view(
    key: str,
    data: dict[str, Any],
    on_select: Callable[[], None],
    on_dismiss: Callable[[], None],
) -> None:
    """The picture with its token and readings; what is selected is in the session at `key`."""
    _explore(key=key, data=data, on_selected_change=on_select, on_dismissed_change=on_dismiss)


def hide_view(key: str, data: dict[str, Any], on_change: Callable[[], None]) -> None:
    """The picture whose places are hidden; what is hidden is in the session at `key`."""
    _hide(key=key, data=data, on_hidden_change=on_change)


def tokens_view(
    key: str,
    data: dict[str, Any],
    on_select: Callable[[], None],
    on_dismiss: Callable[[], None],
) -> None:
    """The tokens of each level; what is selected is in the session at `key`."""
    _tokens(key=key, data=data, on_selected_change=on_select, on_dismissed_change=on_dismiss)


def sample_picker(key: str, data: dict[str, Any], on_pick: Callable[[], None]) -> None:
    """The sample pictures; the name of the one picked is in the session at `key`."""
    _samples(key=key, data=data, on_picked_change=on_pick)


def copy_link(words: dict[str, str]) -> None:
    """A button that copies the page's address."""
    _copy(key="copy_link", data=words, height="content")


def chart_files(chart: str, kinds: dict[str, str]) -> None:
    """Buttons that save the plotly chart with the key `chart`; `kinds` are their texts by ending,
    png and svg.
    """
    _chart(key=f"files_of_{chart}", data={"chart": chart, "kinds": kinds}, height="content")


def gallery(key: str, data: dict[str, Any], on_pin: Callable[[], None]) -> None:
    """Pictures to choose from; the id of the one that was clicked is in the session at `key`."""
    _gallery(key=key, data=data, on_pinned_change=on_pin)


def pick_table(key: str, data: dict[str, Any], on_pick: Callable[[], None]) -> None:
    """A table with cells to choose from; what was picked is in the session at `key`."""
    _pick(key=key, data=data, on_picked_change=on_pick)


def boards(key: str, data: dict[str, Any], on_pick: Callable[[], None]) -> None:
    """The picture cut into cells; the cell that was picked is in the session at `key`."""
    _boards(key=key, data=data, on_picked_change=on_pick)


def maps_view(key: str, data: dict[str, Any], on_pick: Callable[[], None]) -> None:
    """Maps side by side; the cell that was picked is in the session at `key`."""
    _maps(key=key, data=data, on_picked_change=on_pick)


def hand_map(key: str, data: dict[str, Any], on_change: Callable[[], None]) -> None:
    """Numbers to be edited, row by row; all of them are in the session at `key`."""
    _hand(key=key, data=data, on_numbers_change=on_change)


def timer(words: Mapping[str, Any]) -> None:
    """A clock that counts down from one or two minutes."""
    _timer(key="timer", data=words, height="content")
