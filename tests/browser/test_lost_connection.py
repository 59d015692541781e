"""A connection that is away for a while takes nothing along; where a session is lost, the page says
so, and what was answered comes back.
"""

import contextlib
import socket
import threading
from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import AWAY, CONNECTED, ROOT, opening, settle, wait_until

PHOTO = ROOT / "assets" / "samples" / "lion.jpg"


class Wire:
    """Leads to a server until it is cut, and again once it is mended."""

    def __init__(self, server):
        self.there = ("127.0.0.1", urlsplit(server).port)
        self.whole, self.ends = True, []
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://localhost:{self.listening.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                here, _ = self.listening.accept()
                if not self.whole:
                    here.close()
                    continue
                there = socket.create_connection(self.there)
                self.ends += [here, there]
                for ends in ((here, there), (there, here)):
                    threading.Thread(target=self.pump, args=ends, daemon=True).start()

    def pump(self, source, target):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def cut(self):
        self.whole = False
        for end in self.ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def mend(self):
        self.whole = True


def upload_photo(page):
    settle(page)
    page.locator("[data-testid=stSidebar] input[type=file]").first.set_input_files(PHOTO)
    wait_until(page, "!location.search.includes('picture=')")
    settle(page)


def predict_count(page, number):
    """Answer the first question of step 1.1."""
    settle(page)
    field = page.get_by_label("Your prediction")
    field.fill(number)
    form = page.locator("[data-testid=stForm]").filter(has=field)
    form.get_by_text("certain", exact=True).click()
    form.get_by_role("button", name="Submit").click()
    page.get_by_text("Your prediction (certain)").wait_for()
    settle(page)


def test_a_cut_connection_loses_neither_the_upload_nor_an_answer(server, browsers):
    wire = Wire(server)
    with opening(browsers, away=True) as open_:
        page = open_(f"{wire.address}/course?step=1.1", until=".cells canvas")
        upload_photo(page)
        predict_count(page, "3136")
        wire.cut()
        page.wait_for_selector(AWAY)
        with opening(browsers) as others:  # sessions end only when another one does
            others(f"{server}/about", until="h1")
        wire.mend()
        page.wait_for_selector(CONNECTED)
        settle(page)
        page.locator(".st-key-course_next button").click()
        page.get_by_role("heading", name="1.2").wait_for()
        page.locator(".st-key-course_previous button").click()
        page.get_by_text("Your prediction (certain)").wait_for()
        assert "picture=" not in page.url, "the image is the upload"
        assert page.get_by_text("is no longer here").count() == 0


@pytest.mark.timeout(300)
def test_a_lost_session_brings_the_answers_back_and_says_that_the_upload_is_gone(
    start_server, browsers
):
    server = start_server()
    with opening(browsers, away=True) as open_:
        page = open_(f"{server}/course?step=1.1", until=".cells canvas")
        predict_count(page, "196")
        upload_photo(page)
        server.restart(page)
        settle(page)  # some pages ask at once
        page.locator(".st-key-course_next button").click()  # a page is drawn anew by what is done
        page.get_by_text("Your image “lion.jpg” is no longer here").wait_for()
        settle(page)
        if "step=1.2" in page.url:  # else the click only told the page that its session is another
            page.locator(".st-key-course_previous button").click()
            page.get_by_role("heading", name="1.1").wait_for()
        page.get_by_text("Your prediction (certain)").wait_for()
        page.get_by_text("196", exact=True).wait_for()
