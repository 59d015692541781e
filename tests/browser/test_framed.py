"""Who may show the app in a frame: nobody, unless the operator names the site."""

import http.server
import threading

import pytest

from tests.browser.conftest import READY
from tests.load import serving


@pytest.fixture(scope="module")
def site():
    """A site of another origin whose page shows any address in a frame."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(f"<iframe width=900 height=900 src='{self.path[2:]}'>".encode())

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
