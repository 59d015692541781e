"""Which pages there are, and what stands around each of them."""

import runpy
from pathlib import Path

import streamlit as st

from transcnn.errors import TransCNNError
from transcnn.ui.app import sidebar
from transcnn.ui.app.cache import pack_names
from transcnn.ui.app.garbage import collect_from_now_on
from transcnn.ui.app.session import AppState
from transcnn.ui.components.store import store
from transcnn.words.translator import plain, translator

_ROOT = Path(__file__).resolve().parents[3]
_INSIDE = "_inside_app"

# File in pages/, icon. The first is the home page; titles are in the catalogue of words.
PAGES = (
    ("explore", ":material/center_focus_strong:"),
    ("tokens", ":material/grid_view:"),
    ("occlusion", ":material/visibility_off:"),
    ("compare", ":material/compare:"),
    ("explanations", ":material/troubleshoot:"),
    ("course", ":material/school:"),
    ("cost", ":material/show_chart:"),
    ("errors", ":material/rule:"),
    ("models", ":material/deployed_code:"),
    ("about", ":material/info:"),
)

# Addresses at which the chosen picture is seen.
_WITH_PICTURE = ("", "explore", "tokens", "occlusion", "compare", "explanations", "course")

_STYLE = Path(__file__).with_name("frame.css").read_text(encoding="utf-8")


def run() -> None:
    """Draw the frame and the chosen page. For app.py."""
    collect_from_now_on()
    state = AppState()
    t = translator(state.language)
    home = PAGES[0][0]
    pages = [
        st.Page(
            _run_home if name == home else _file(name),
            title=t(f"pages.{name}"),
            icon=icon,
            default=name == home,
        )
        for name, icon in PAGES
    ]
    # The home page has the address "/"; with this, a link that spells its name works too.
    pages.append(st.Page(_file(home), title=t(f"pages.{home}"), visibility="hidden"))
    st.set_page_config(layout="wide", page_icon=str(_ROOT / "assets" / "icon.svg"))
    st.logo(str(_ROOT / "assets" / "logo.svg"), size="large")
    st.html(f"<style>{_STYLE}</style>")
    page = st.navigation(pages)
    state.enter(page.url_path)
    sidebar.show(state)
    config = state.config(state.model)
    store("store_names", pack_names(state.language, config.classes, config.indices))
    if page.url_path not in _WITH_PICTURE:  # the views of the others write the link themselves
        _write_language(state)
    seen_here = page.url_path in _WITH_PICTURE or (page.url_path == "models" and state.answers_here)
    if state.take_picture_choice() and not seen_here:
        # A picture is chosen to be looked at. {}: bound parameters cannot be cleared without it.
        st.switch_page(pages[0], query_params={})
    st.session_state[_INSIDE] = True
    try:
        page.run()
    except TransCNNError as error:
        st.error(plain(t.error(error)))
    finally:
        st.session_state.pop(_INSIDE, None)


def _write_language(state: AppState) -> None:
    if state.shown_language is None:
        st.query_params.pop("lang", None)
    else:
        st.query_params["lang"] = state.shown_language


def _file(name: str) -> Path:
    return _ROOT / "pages" / f"{name}.py"


def _run_home() -> None:
    runpy.run_path(str(_file(PAGES[0][0])), run_name="__main__")


def ensure_app() -> None:
    """For the first line of a page: run it through app.py if it was started by itself.

    As long as no session has opened app.py, Streamlit takes a link to `/models` for a page of the
    folder pages/ and starts that file alone, without navigation, sidebar or theme.
    """
    if _INSIDE not in st.session_state:
        runpy.run_path(str(_ROOT / "app.py"), run_name="__main__")
        st.stop()
