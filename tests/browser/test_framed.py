"""Who may show the app in a frame: nobody, unless the operator names the site."""

import http.server
import json
import threading
from urllib.parse import unquote

import pytest

from tests.browser.conftest import READY, settle
from tests.load import serving

LISTENS = """<script>
heard = [];
addEventListener("message", ({ data }) => heard.push(JSON.stringify(data)));
</script>"""


@pytest.fixture(scope="module")
def site():
    """A site of another origin whose page shows any address in a frame, and hears what it says."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(
                f"{LISTENS}<iframe width=900 height=900 src='{unquote(self.path[2:])}'>".encode()
            )

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield f"http://localhost:{listening.server_port}"
        listening.shutdown()


def test_a_foreign_page_cannot_show_the_app(server, site, browsers):
    page = browsers.take().new_page()
    with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        page.goto(f"{site}/?{server}/explore")
    assert page.frames[1].url.startswith("chrome-error:")


def test_a_named_site_can(site, browsers):
    with serving(TRANSCNN_FRAMED_BY=site) as named:
        page = browsers.take().new_page()
        page.goto(f"{site}/?{named}/explore")
        page.frame_locator("iframe").locator(READY).wait_for()


KEYS = "Object.entries(localStorage).filter(([name]) => name.startsWith('transcnn/key/'))"


def kept_keys(frame):
    """The keys that the browser keeps for the app, by their names."""
    kept = frame.evaluate(KEYS)
    return {name.rpartition("/")[2]: json.loads(text)["key"] for name, text in kept}


def test_keys_of_a_class_stay_in_the_browser_and_bring_it_back(
    start_server, site, browsers, monkeypatch
):
    monkeypatch.setenv("TRANSCNN_FRAMED_BY", site)
    server = start_server()
    page = browsers.take().new_page()
    asked, addresses = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("framenavigated", lambda frame: addresses.append(frame.url))

    def shown(query):
        page.goto(f"{site}/?{server}/course?{query}")
        return page.frame_locator("iframe")

    teacher = shown("view=teacher&step=1.3")
    teacher.locator(".st-key-class_begin button").click()
    teacher.locator(".st-key-class_joined").wait_for()
    settle(page.frames[1])
    code = page.frames[1].url.partition("class=")[2][:6]
    heard = page.evaluate("heard")
    learner = shown(f"class={code}")
    learner.locator(".st-key-class_join button").click()
    learner.locator(".st-key-class_bar").wait_for()
    settle(page.frames[1])
    heard += page.evaluate("heard")
    keys = kept_keys(page.frames[1])
    assert set(keys) == {"teacher", "learner"}

    shown(f"class={code}").locator(".st-key-class_bar").wait_for()
    shown(f"view=teacher&class={code}").locator(".st-key-class_joined").wait_for()
    heard += page.evaluate("heard")
    page.frames[1].evaluate("localStorage.clear()")
    brought = shown(f"view=teacher&class={code}%23key={keys['teacher']}")
    brought.locator(".st-key-class_joined").wait_for()
    settle(page.frames[1])
    heard += page.evaluate("heard")
    assert kept_keys(page.frames[1]) == {"teacher": keys["teacher"]}
    assert "key=" not in page.frames[1].url

    said = "".join(heard)
    assert f"class={code}" in said, "the page tells the frame its address"
    sent = [url.partition("#")[0] for url in asked + addresses if not url.startswith(site)]
    assert f"{server}/course?view=teacher&class={code}" in sent
    log = server.log.read_text(encoding="utf-8")
    for key in keys.values():
        assert not [text for text in (said, log, *sent) if key in text]

    brought.get_by_role("button", name="End the class").click()
    brought.locator(".st-key-class_end button").click()
    brought.locator(".st-key-class_begin").wait_for()
    settle(page.frames[1])
    assert kept_keys(page.frames[1]) == {}
