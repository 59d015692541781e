"""The overview: the first page, its links, and what the browser gets."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.test_pages import APP, open_app, session, view
from transcnn.analysis.overview.description import describe
from transcnn.analysis.overview.opening import openings
from transcnn.model.variants import network
from transcnn.pictures.samples import samples
from transcnn.ui.pages.overview.link import OverviewChoice


def home(**link: str) -> AppTest:
    """The address "/"."""
    app = AppTest.from_file(str(APP), default_timeout=60)
    for name, value in link.items():
        app.query_params[name] = value
    return app.run()


def test_the_first_page_opens_on_the_measured_opening():
    app = home()
    assert not app.exception
    shown = view(app, "overview")
    opening = openings()["transcnn_lite0"]
    assert session(app).sample == opening.sample
    assert shown["alt"] == next(s for s in samples() if s.name == opening.sample).alt["en"]
    assert shown["description"] == json.loads(json.dumps(describe(network("transcnn_lite0"))))
    assert shown["trace"]
    assert shown["links"]["paper"].endswith("2106.03180")


@pytest.mark.parametrize(
    "link",
    [
        {"picture": "lion", "stage": "2", "block": "3", "token": "6,5"},
        {"token": "9,9"},
        {"switch": "off"},
        {"intervention": "off", "part": "stage", "model": "transcnn_nano"},
    ],
)
def test_links_to_explore_from_when_it_was_the_first_page_still_lead_there(link):
    app = home(**link)
    assert not app.exception
    selected = view(app)["selected"]
    wanted = open_app(**link)
    assert selected == view(wanted)["selected"]
    assert view(app)["trace"] == view(wanted)["trace"]


def test_a_link_without_a_part_of_a_trace_opens_the_overview_of_its_image():
    app = home(picture="lion", model="transcnn_nano")
    shown = view(app, "overview")
    assert (session(app).sample, shown["description"]["model"]) == ("lion", "transcnn_nano")


@pytest.mark.parametrize(
    ("link", "kept"),
    [
        ({"open": "att.2.3"}, {"open": "att.2.3"}),
        ({"tour": "3"}, {"tour": "3"}),
        ({"open": "<script>"}, {}),
        ({"open": "att.٢.1"}, {}),
        ({"tour": "7"}, {}),
        ({"tour": "0"}, {}),
        ({"variant": "transcnn_lite0"}, {}),
    ],
)
def test_what_a_link_opens_is_written_again_where_it_exists(link, kept):
    shown = view(home(**link), "overview")["link"]
    found = {name: shown[name] for name in ("open", "tour", "variant") if shown[name] is not None}
    assert found == kept


def test_a_variant_without_weights_shows_its_structure_alone():
    app = home(variant="hatnet_large")
    assert not app.exception
    shown = view(app, "overview")
    assert shown["trace"] == ""
    assert shown["description"]["model"] == "hatnet_large"
    names = [c.proto.component_name for c in app.get("bidi_component")]
    assert names.count("transcnn.store") == 2, "class names and photo, no activations"


def test_the_variant_is_chosen_on_the_page_and_left_for_the_network_with_weights():
    app = home()
    picker = next(s for s in app.main.selectbox if s.key == "variant_picker")
    picker.set_value("transcnn_base").run()
    assert view(app, "overview")["description"]["model"] == "transcnn_base"
    assert view(app, "overview")["link"]["variant"] == "transcnn_base"
    picker = next(s for s in app.main.selectbox if s.key == "variant_picker")
    picker.set_value("transcnn_lite0").run()
    assert view(app, "overview")["trace"]


def test_another_network_begins_with_nothing_open():
    app = home(open="att.2.3")
    session(app).show_model("transcnn_nano")
    app.run()
    assert not app.exception
    assert session(app).part(OverviewChoice) == OverviewChoice()


def test_an_image_chosen_where_none_is_shown_opens_the_overview():
    app = open_app("about")
    session(app).show_sample("lion")
    app.run()
    assert not app.exception
    assert view(app, "overview")["alt"] == session(app).image.alt
