"""Every page of the app, run as Streamlit runs it, without a browser."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from transcnn.pictures.samples import samples
from transcnn.ui.app.page_files import page_file
from transcnn.ui.app.router import PAGES
from transcnn.ui.app.session import Session
from transcnn.ui.server import SCRIPT

APP = SCRIPT
# No promise: what a page takes is measured elsewhere, and a busy machine may take long.
PATIENCE_S = 240


def open_app(page: str = "explore", **link: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=PATIENCE_S)
    app.switch_page(page_file(page))
    for name, value in link.items():
        app.query_params[name] = value
    return app.run()


def session(app: AppTest) -> Session:
    """What the app has kept of its visitor."""
    return app.session_state["session"]


def view(app: AppTest, name: str = "explore") -> dict:
    """What the page gives to the view that is drawn in the browser."""
    mounted = {c.proto.component_name: c.proto for c in app.get("bidi_component")}
    return json.loads(mounted[f"transcnn.{name}"].json)


@pytest.mark.parametrize("page", [page.name for page in PAGES[1:]])
def test_every_page_runs_with_its_frame(page):
    app = open_app()
    app.switch_page(page_file(page)).run()
    assert not app.exception
    assert app.sidebar.file_uploader, "the sidebar is there"
    assert app.markdown


@pytest.mark.parametrize("every", [4, pytest.param(1, marks=pytest.mark.long)])
def test_every_sample_opens_computed(every):
    app = open_app()
    for sample in samples()[::every]:
        session(app).sample = sample.name
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
        "intervention": "on",
        "level": 0,
        "part": "all",
    }
    lion = next(s for s in samples() if s.name == "lion")
    assert shown["alt"] == lion.alt["en"]


DEFAULT = {
    "stage": 0,
    "block": 0,
    "head": None,
    "token": None,
    "intervention": "on",
    "level": 0,
    "part": "all",
}


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ({"picture": "../../etc/passwd"}, DEFAULT),
        ({"stage": "4"}, DEFAULT),
        ({"stage": "-1"}, DEFAULT),
        ({"stage": "9" * 400}, DEFAULT),
        (
            {"stage": "1", "block": "1"},
            {**DEFAULT, "stage": 1},
        ),
        (
            {"stage": "1", "head": "5"},
            {**DEFAULT, "stage": 1},
        ),
        ({"token": "56,0"}, DEFAULT),
        ({"token": "1"}, DEFAULT),
        ({"token": "1,2,3"}, DEFAULT),
        ({"token": "²,1"}, DEFAULT),
        ({"intervention": "louder"}, DEFAULT),
        ({"level": "2"}, DEFAULT),
        ({"level": "-1"}, DEFAULT),
        ({"level": "one"}, DEFAULT),
        ({"stage": "3", "level": "1"}, {**DEFAULT, "stage": 3}),
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


def test_the_pages_of_a_picture_show_the_same_selection():
    link = {"picture": "lion", "stage": "2", "block": "3", "head": "6", "token": "13,0"}
    app = open_app(**link, level="1", intervention="off")
    explored = view(app)
    app.switch_page(page_file("tokens")).run()
    assert not app.exception
    shown = view(app, "tokens")
    assert shown["selected"] == {
        "stage": 2,
        "block": 3,
        "head": 6,
        "token": [13, 0],
        "intervention": "off",
        "level": 1,
        "part": "all",
    }
    for same in ("selected", "photo", "trace", "alt", "network", "link"):
        assert shown[same] == explored[same]


def test_the_pages_of_a_picture_link_to_each_other_with_all_that_is_chosen():
    app = open_app(picture="lion", stage="2", block="3", token="13,0", level="1")
    expected = "picture=lion&model=transcnn_lite0&stage=2&block=3&token=13%2C0&level=1"
    links = {app.get("page_link")[0].proto.page: app.get("page_link")[0].proto.query_string}
    app.switch_page(page_file("tokens")).run()
    back = app.get("page_link")[0].proto
    assert links == {"tokens": expected}
    assert (back.page, back.query_string) == ("explore", expected)


def test_a_picture_chosen_on_the_tokens_page_is_shown_there():
    app = open_app()
    app.switch_page(page_file("tokens")).run()
    before = view(app, "tokens")["photo"]
    good = samples()[3].path.read_bytes()
    app.sidebar.file_uploader[0].set_value(("good.jpg", good, "image/jpeg")).run()
    assert view(app, "tokens")["photo"] != before
    assert "token" not in app.get("page_link")[0].proto.query_string, "nobody else has the picture"


def test_a_bad_upload_on_the_tokens_page_gives_one_sentence():
    app = open_app()
    app.switch_page(page_file("tokens")).run()
    app.sidebar.file_uploader[0].set_value(("x.jpg", b"no picture", "image/jpeg")).run()
    assert not app.exception
    assert "not an image" in view(app, "tokens")["error"]


@pytest.mark.parametrize("stage", ["0", "3"])
def test_the_tokens_page_offers_the_figure_and_its_numbers(stage):
    app = open_app(stage=stage)
    app.switch_page(page_file("tokens")).run()
    assert not app.exception
    labels = [button.proto.label for button in app.get("download_button")]
    assert labels == ["Figure (PNG)", "Figure (SVG)", "Data (CSV, indices from 0)"]


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
    from transcnn.limits import limits

    app = open_app()
    uploader = app.sidebar.file_uploader[0]
    uploader.set_value(
        ("big.bmp", b"BM" + bytes(limits().upload_image_mb * 2**20), "image/bmp")
    ).run()
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


@pytest.mark.parametrize("page", [page.name for page in PAGES])
def test_a_link_in_chinese_opens_every_page_in_chinese(page):
    app = open_app(lang="zh", picture="lion")
    app.switch_page(page_file(page)).run()
    assert not app.exception
    assert app.sidebar.radio[0].value == "zh"
    assert "图片" in app.sidebar.markdown[0].value
    shown = [m.value for m in app.markdown] + [c.proto.json for c in app.get("bidi_component")]
    assert any("\\u5173\\u6ce8" in text or "权重" in text or "注意力" in text for text in shown)


def test_the_language_is_switched_in_the_sidebar_and_a_bad_one_in_a_link_is_english():
    app = open_app(lang="klingon", picture="zebra")
    assert app.sidebar.radio[0].value == "en"
    app.sidebar.radio[0].set_value("zh").run()
    assert view(app)["link"]["lang"] == "zh"
    assert view(app)["alt"] == next(s for s in samples() if s.name == "zebra").alt["zh"]
    app.sidebar.radio[0].set_value("en").run()
    assert view(app)["link"]["lang"] is None


def test_a_wish_for_the_overview_that_was_never_followed_ends_with_the_page():
    """The run that should have gone there was interrupted by one for another page."""
    app = open_app("explore")
    session(app).ask_for_overview()
    for page in ("cost", "explore"):  # the first has no strip that would go there
        app.switch_page(page_file(page)).run()
        assert session(app).page == page
        assert not session(app).overview_asked


def test_a_wish_for_the_overview_is_followed_on_its_page():
    app = open_app("explore")
    session(app).ask_for_overview()
    app.run()
    assert session(app).page == "overview"
