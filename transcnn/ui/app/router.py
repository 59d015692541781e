"""Which pages there are, and what stands around each of them."""

import runpy
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from transcnn.assets import FOLDER
from transcnn.errors import TransCNNError
from transcnn.ui.app import sidebar
from transcnn.ui.app.garbage import collect_from_now_on
from transcnn.ui.app.networks import pack_names
from transcnn.ui.app.page_files import page_file
from transcnn.ui.app.session import Session
from transcnn.ui.components.session_memory import session_memory
from transcnn.ui.components.store import store
from transcnn.words.translator import Translator, plain, translator


def _always(_state: Session) -> bool:
    return True


def _never(_state: Session) -> bool:
    return False


def _custom_without_levels(state: Session) -> bool:
    """Whether there are custom models that only the Models page shows with the chosen image."""
    return any(not one.has_levels for one in state.custom_models.values())


@dataclass(frozen=True)
class Page:
    """A page: its file in pages/, which is its address, its title's key in the words, and its icon.

    `group` is its heading in the sidebar. `shows_image`: whether the choice of an image acts there,
    `crops`: it sees a square of it; `uses_model`: whether that of a network does. `writes_link`: it
    writes its link itself. `old`: former addresses, files in pages/ that call `moved_to`.
    """

    name: str
    title: str
    icon: str
    group: str
    shows_image: Callable[[Session], bool] = _never
    uses_model: bool = False
    writes_link: bool = False
    crops: bool = True
    old: tuple[str, ...] = ()


def _image_page(name: str, title: str, icon: str, group: str, old: tuple[str, ...] = ()) -> Page:
    """A page that shows what the chosen network does with the chosen image."""
    return Page(name, title, icon, group, _always, True, True, old=old)


PAGES = (  # the first is the home page
    _image_page("overview", "overview.menu", ":material/schema:", "start"),
    _image_page("course", "course.menu", ":material/school:", "start"),
    _image_page("explore", "explore.menu", ":material/center_focus_strong:", "inside"),
    _image_page("tokens", "tokens.menu", ":material/grid_view:", "inside"),
    _image_page("occlusion", "occlusion.menu", ":material/visibility_off:", "inside", ("hide",)),
    _image_page("compare", "compare.menu", ":material/compare:", "inside"),
    Page(
        "detect",
        "detect.menu",
        ":material/select_all:",
        "inside",
        _always,
        writes_link=True,
        crops=False,
    ),
    _image_page("explanations", "explanations.menu", ":material/troubleshoot:", "check"),
    Page("errors", "error_analysis.menu", ":material/rule:", "check"),
    Page("cost", "cost.menu", ":material/show_chart:", "check", uses_model=True),
    Page("models", "models.menu", ":material/deployed_code:", "more", _custom_without_levels),
    Page("own_classes", "own_classes.menu", ":material/category:", "more"),
    Page("about", "about.menu", ":material/info:", "more"),
)
HOME = PAGES[0]

_STYLE = Path(__file__).with_name("frame.css").read_text(encoding="utf-8")


def run() -> None:
    """Draw the frame and the chosen page. For main.py."""
    collect_from_now_on()
    state = Session.get()
    state.return_custom_models()
    t = translator(state.language)
    home = st.Page(_run_home, title=t(HOME.title), icon=HOME.icon, default=True)
    groups: dict[str, list[Any]] = {}
    for page in PAGES:
        shown = (
            home
            if page is HOME
            else st.Page(page_file(page.name), title=t(page.title), icon=page.icon)
        )
        groups.setdefault(t(f"sidebar.group_{page.group}"), []).append(shown)
    # The home page has the address "/"; with this, a link that spells its name works too.
    hidden = [(HOME.name, HOME), *((old, page) for page in PAGES for old in page.old)]
    groups[""] = [
        st.Page(page_file(name), title=t(page.title), visibility="hidden") for name, page in hidden
    ]
    st.set_page_config(layout="wide", page_icon=str(FOLDER / "icon.svg"))
    st.logo(str(FOLDER / "logo.svg"), size="large")
    st.html(f"<style>{_STYLE}</style>")
    chosen = st.navigation(groups, expanded=True)
    here = {page.name: page for page in PAGES}.get(chosen.url_path, HOME)
    state.enter(chosen.url_path)
    shows_image = here.shows_image(state)
    sidebar.show(state, image=shows_image, crop=shows_image and here.crops, model=here.uses_model)
    _mind_the_upload(state, t)
    config = state.config(state.model)
    store("store_names", pack_names(state.language, config.class_set))
    if not here.writes_link:
        _write_language(state)
    if state.take_image_chosen() and not shows_image:
        # An image is chosen to be looked at. {}: bound parameters cannot be cleared without it.
        st.switch_page(home, query_params={})
    try:
        chosen.run()
    except TransCNNError as error:
        st.error(plain(t.error(error)))


def _mind_the_upload(state: Session, t: Translator) -> None:
    """Say it where the visitor's upload could not be kept: the tab remembers that there was one."""

    def lost(title: str) -> None:
        state.lost_upload = title

    session_memory("upload", state.id, state.upload.title if state.upload else "", lost)
    if state.upload is not None:
        state.lost_upload = None
    if state.lost_upload is not None:
        st.warning(t("sidebar.upload_lost", image=plain(state.lost_upload)))


def _write_language(state: Session) -> None:
    language = state.subject.language
    if language is None:
        st.query_params.pop("lang", None)
    else:
        st.query_params["lang"] = language


def _run_home() -> None:
    runpy.run_path(page_file(HOME.name), run_name="__main__")


def moved_to(name: str) -> None:
    """For the file of a former address: go to the page, with the same parameters."""
    st.switch_page(page_file(name), query_params=st.query_params.to_dict())
