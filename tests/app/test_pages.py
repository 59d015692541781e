"""Every page of the app, run as Streamlit runs it, without a browser."""

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from transcnn.pictures.samples import samples
from transcnn.ui.router import PAGES

APP = Path(__file__).parents[2] / "app.py"


def open_app(**link: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    for name, value in link.items():
        app.query_params[name] = value
    return app.run()


def view(app: AppTest) -> dict:
    """What the page gives to the view that is drawn in the browser."""
    mounted = {c.proto.component_name: c.proto for c in app.get("bidi_component")}
    return json.loads(mounted["transcnn.explore"].json)


@pytest.mark.parametrize("page", [name for name, _ in PAGES[1:]])
def test_every_page_runs_with_its_frame(page):
    app = open_app()
    app.switch_page(f"pages/{page}.py").run()
    assert not app.exception
    assert app.sidebar.file_uploader, "the sidebar is there"
    assert app.markdown


def test_every_sample_opens_computed():
    app = open_app()
    for sample in samples():
        app.session_state["sample"] = sample.name
        app.run()
        assert not app.exception
        assert not app.error
        assert view(app)["alt"] == sample.alt["en"]


def test_a_link_opens_what_it_names():
    shown = view(open_app(picture="lion", stage="2", block="3", head="6", token="13,0"))
    assert shown["selected"] == {
        "stage": 2,
        "block": 3,
        "head": 6,
        "token": [13, 0],
        "switch": "on",
        "part": "all",
    }
    lion = next(s for s in samples() if s.name == "lion")
    assert shown["alt"] == lion.alt["en"]


DEFAULT = {"stage": 0, "block": 0, "head": None, "token": None, "switch": "on", "part": "all"}


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ({"picture": "../../etc/passwd"}, DEFAULT),
        ({"stage": "4"}, DEFAULT),
        ({"stage": "-1"}, DEFAULT),
        ({"stage": "9" * 400}, DEFAULT),
        (
            {"stage": "1", "block": "1"},
            {"stage": 1, "block": 0, "head": None, "token": None, "switch": "on", "part": "all"},
        ),
        (
            {"stage": "1", "head": "5"},
            {"stage": 1, "block": 0, "head": None, "token": None, "switch": "on", "part": "all"},
        ),
        ({"token": "56,0"}, DEFAULT),
        ({"token": "1"}, DEFAULT),
        ({"token": "1,2,3"}, DEFAULT),
        ({"token": "²,1"}, DEFAULT),
        ({"switch": "louder"}, DEFAULT),
        ({"part": "nose"}, DEFAULT),
        ({"part": "head"}, {**DEFAULT, "part": "block"}),
        ({"part": "level2"}, {**DEFAULT, "part": "block"}),
        ({"part": "level1"}, {**DEFAULT, "part": "level1"}),
        ({"part": "head", "head": "2"}, {**DEFAULT, "part": "head", "head": 2}),
        ({"model": "hatnet_tiny"}, DEFAULT),
    ],
)
def test_what_a_link_names_but_does_not_exist_falls_back_to_the_default(link, expected):
    app = open_app(**link)
    assert not app.exception
    assert view(app)["selected"] == expected
    assert view(app)["network"]["name"] == "transcnn_lite0"


HOSTILE = {
    "empty.jpg": b"",
    "text.jpg": b"this is no picture",
    "page.png": b"<html><script>alert(1)</script></html>",
    "cut.jpg": samples()[0].path.read_bytes()[:5000],
    "bomb.png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\xea\x60\x00\x00\xea\x60\x08\x02"
    b"\x00\x00\x00\x00\x00\x00\x00",
    "../../<b>evil.gif": b"GIF89a\x01\x00",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_bad_upload_gives_one_sentence_and_the_session_goes_on(name):
    app = open_app()
    before = view(app)
    app.sidebar.file_uploader[0].set_value((name, HOSTILE[name], "image/jpeg")).run()
    assert not app.exception
    shown = view(app)
    assert shown["error"].count("\n") == 0
    assert shown["photo"] == before["photo"], "the last picture stays"

    good = samples()[3].path.read_bytes()
    app.sidebar.file_uploader[0].set_value(("good.jpg", good, "image/jpeg")).run()
    assert view(app)["error"] is None
    assert view(app)["photo"] != before["photo"]


def test_a_file_above_the_limit_is_refused_though_the_browser_let_it_through():
    from transcnn.ui import sidebar

    app = open_app()
    uploader = app.sidebar.file_uploader[0]
    uploader.set_value(("big.bmp", b"BM" + bytes(sidebar.MAX_MB * 2**20), "image/bmp")).run()
    assert not app.exception
    assert view(app)["trace"], "the page still shows the last picture"


def test_the_network_structure_sent_to_the_browser_is_that_of_the_trace(shipped_trace):
    sent = view(open_app())["network"]["blocks"]
    assert [(b["stage"], b["block"], b["heads"], b["side"]) for b in sent] == [
        (b.stage, b.block, b.heads, b.size[0]) for b in shipped_trace.blocks
    ]
    levels = [level for block in sent for level in block["levels"]]
    traced = [level for block in shipped_trace.blocks for level in block.levels]
    assert [(x["grid"], x["side"]) for x in levels] == [(x.grid, x.size[0]) for x in traced]
    assert [x["number"] for x in levels] == list(range(len(levels)))
